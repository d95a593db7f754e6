"""Rules by whom they are for, so that a decision meets only those that cover who asks.

Built once, when rules come into force: however many rules and groups a school has, a decision
costs no more than the few that apply.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from safeguard.core.types import Scope


@dataclass(frozen=True, slots=True)
class ByWhom[T]:
    """What is for everyone, for groups, for places (rooms and networks), and for people."""

    everyone: list[T] = field(default_factory=list)
    groups: dict[str, list[T]] = field(default_factory=dict)
    places: dict[str, list[T]] = field(default_factory=dict)
    people: dict[str, list[T]] = field(default_factory=dict)

    def add(self, scope: Scope, name: str, one: T) -> None:
        """Add what is for everyone, or for the group, place or person of this name."""
        match scope:
            case Scope.EVERYONE:
                self.everyone.append(one)
            case Scope.GROUP:
                self.groups.setdefault(name, []).append(one)
            case Scope.PERSON:
                self.people.setdefault(name, []).append(one)
            case _:
                self.places.setdefault(place(scope, name), []).append(one)

    def of(self, lineage: Sequence[str], person: str, places: Sequence[str] = ()) -> Sequence[T]:
        """Return what covers a person in a group, given with the groups above it, in `places`."""
        found = list(self.people.get(person, ())) if person else []
        for here in places:
            found += self.places.get(here, ())
        for group in lineage:
            found += self.groups.get(group, ())
        return found + self.everyone if found else self.everyone


def place(scope: Scope, name: str) -> str:
    """The key of a room or a network: a room may be called like a network."""
    return f"{scope.name}:{name}"
