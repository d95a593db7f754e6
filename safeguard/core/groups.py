"""The groups of a school as a tree: the school, its key stages or years, their classes.

A rule for a group covers the groups below it. The deeper group is for fewer people.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

DEEPEST = 8  # trust, school, phase, key stage, year, half-year, class, set


@dataclass(frozen=True)
class Groups:
    """`above`: the group that each group is in; empty for those right below the school.

    A group that is not in the tree is judged as `strictest`, so that a slip opens nothing.
    Without a tree each group stands by itself.
    """

    above: Mapping[str, str] = field(default_factory=dict)
    strictest: str = ""

    def __post_init__(self) -> None:
        if self.strictest and self.strictest not in self.above:
            raise ValueError(f"There is no group {self.strictest!r} that could be the strictest.")
        self.lines  # noqa: B018  a tree that is none is refused where it is made

    @cached_property
    def lines(self) -> Mapping[str, tuple[str, ...]]:
        """Each group with those above it, the deepest first."""
        return {group: self._climb(group) for group in self.above}

    def known(self, group: str) -> str:
        """Return the group itself, or the strictest where the tree does not have it."""
        return group if group in self.above or not self.strictest else self.strictest

    def lineage(self, group: str) -> tuple[str, ...]:
        """Return the group and those above it, the deepest first."""
        return self.lines.get(self.known(group), (group,))

    def depth(self, group: str) -> int:
        """Return how many steps below the school a group stands."""
        return len(self.lines.get(group, (group,)))

    def below(self, groups: Collection[str]) -> frozenset[str]:
        """Return these groups and all that are below them."""
        wanted = frozenset(groups)
        return wanted | {one for one, line in self.lines.items() if not wanted.isdisjoint(line)}

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """Return every group, each followed by those in it, as they were given."""
        inside: dict[str, list[str]] = {}
        for group, above in self.above.items():
            inside.setdefault(above, []).append(group)
        found: list[str] = []
        waiting = inside.get("", [])[::-1]
        while waiting:
            found.append(waiting.pop())
            waiting += inside.get(found[-1], [])[::-1]
        return tuple(found)

    def topmost(self, groups: Collection[str]) -> frozenset[str]:
        """Return these groups without those below another of them: they add nobody."""
        return frozenset(
            one for one in groups if frozenset(groups).isdisjoint(self.lines.get(one, ())[1:])
        )

    def _climb(self, group: str) -> tuple[str, ...]:
        line = [group]
        while above := self.above[line[-1]]:
            if above not in self.above:
                raise ValueError(f"The group {line[-1]!r} is in {above!r}, which is no group.")
            if len(line) == DEEPEST:
                raise ValueError(
                    f"The group {group!r} is in a circle, or more than {DEEPEST} levels deep."
                )
            line.append(above)
        return tuple(line)
