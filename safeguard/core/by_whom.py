"""Rules by whom they are for, so that a decision meets only those that cover who asks.

Built once, when rules come into force: however many rules and groups a school has, a decision
costs no more than the few that apply.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from safeguard.core.types import Scope


@dataclass(frozen=True, slots=True)
class ByWhom[T]:
    """What is for everyone, for groups, and for people."""

    everyone: list[T] = field(default_factory=list)
    groups: dict[str, list[T]] = field(default_factory=dict)
    people: dict[str, list[T]] = field(default_factory=dict)

    def add(self, scope: Scope, name: str, one: T) -> None:
        """Add what is for everyone, for the group, or for the person of this name."""
        if scope is Scope.EVERYONE:
            self.everyone.append(one)
        else:
            named = self.people if scope is Scope.PERSON else self.groups
            named.setdefault(name, []).append(one)

    def of(self, lineage: Sequence[str], person: str) -> Sequence[T]:
        """Return what covers a person in a group, given with the groups above it."""
        found = list(self.people.get(person, ())) if person else []
        for group in lineage:
            found += self.groups.get(group, ())
        return found + self.everyone if found else self.everyone
