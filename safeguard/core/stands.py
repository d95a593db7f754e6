"""Rules as each circle of people meets them: everyone, a group, a network, a room, a person.

Made once, when rules come into force, so that a decision looks up the few that apply.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from safeguard.core.by_whom import ByWhom
from safeguard.core.facts import SITE
from safeguard.core.groups import Groups
from safeguard.core.rules import (
    BLOCKS_FROM,
    AnyRule,
    InspectionRule,
    ModeRule,
    PolicyRule,
    TextRule,
    Who,
)
from safeguard.core.types import Scope

# Below them are the groups, by how deep they stand; a network's grows as it gets smaller.
NETWORK_RANK, ROOM_RANK, PERSON_RANK = 100, 900, 1000
OVERRIDE = "an override"  # the matter of all overrides, so that they outrank no other rule
NOTHING = frozenset[str]()
ANYTHING = ""  # the matter of a rule about inspection that names no category


class Stand[R: AnyRule](NamedTuple):
    """A rule as one circle of people meets it.

    `rank`: the higher, the fewer people. `matter`: the category it is weighed for.
    `strictness`: from 0, which allows, to what blocks for good; see safeguard.core.rules.
    `lifts`: an override's categories. `lifts_site`: it lifts every block of a site, not those about its matter alone.
    `firm`: no override lifts it. `rests`: why it is not in force now; empty where it is.
    """

    rule: R
    rank: int
    matter: str = ""
    strictness: int = 0
    named: bool = False
    lifts: frozenset[str] = NOTHING
    lifts_site: bool = False
    firm: bool = False
    rests: str = ""

    @property
    def blocks(self) -> bool:
        return self.strictness >= BLOCKS_FROM

    @property
    def scope(self) -> Scope:
        if self.rank == PERSON_RANK:
            return Scope.PERSON
        if self.rank >= NETWORK_RANK:
            return Scope.ROOM if self.rank == ROOM_RANK else Scope.NETWORK
        return Scope.GROUP if self.rank else Scope.EVERYONE


type By[R: AnyRule] = dict[str, ByWhom[Stand[R]]]


@dataclass(frozen=True, slots=True)
class Stands:
    """Rules by what they are about and whom they are for."""

    about: By[PolicyRule] = field(default_factory=dict)
    on_list: By[PolicyRule] = field(default_factory=dict)
    texts: ByWhom[Stand[TextRule]] = field(default_factory=ByWhom)
    inspection: By[InspectionRule] = field(default_factory=dict)
    modes: ByWhom[Stand[ModeRule]] = field(default_factory=ByWhom)


def stands_of(
    rules: Iterable[AnyRule],
    groups: Groups,
    beyond_overrides: frozenset[str],
    rests: Callable[[AnyRule], str],
) -> tuple[Stands, Stands]:
    """Return the rules in force, and those that rest; `rests` says why one does."""
    both = Stands(), Stands()
    for rule in rules:
        why = rests(rule)
        for scope, name, rank in _circles(rule.who, groups):
            for into, stand in _stands(both[bool(why)], rule, rank, why, beyond_overrides):
                into.add(scope, name, stand)
    return both


def _stands(
    into: Stands, rule: AnyRule, rank: int, why: str, beyond_overrides: frozenset[str]
) -> Iterator[tuple[ByWhom[Any], Stand[Any]]]:
    match rule:
        case PolicyRule():
            for one, stand in _about(rule, rank, why, beyond_overrides):
                yield into.about.setdefault(one, ByWhom()), stand
            for one in rule.lists:
                on_list = Stand(rule, rank, strictness=rule.strictness, rests=why)
                yield into.on_list.setdefault(one, ByWhom()), on_list
        case TextRule():
            yield into.texts, Stand(rule, rank, strictness=rule.strictness, rests=why)
        case InspectionRule():
            for one in rule.categories or (ANYTHING,):
                seen = Stand(rule, rank, one, named=one.startswith(SITE), rests=why)
                yield into.inspection.setdefault(one, ByWhom()), seen
        case _:
            yield into.modes, Stand(rule, rank, rests=why)


def _circles(who: Who, groups: Groups) -> Iterator[tuple[Scope, str, int]]:
    """Where a rule stands. A group beside one that it is in adds nobody."""
    match who.scope:
        case Scope.PERSON:
            yield from ((Scope.PERSON, one, PERSON_RANK) for one in sorted(who.people))
        case Scope.ROOM:
            yield from ((Scope.ROOM, one, ROOM_RANK) for one in sorted(who.rooms))
        case Scope.NETWORK:
            for one in sorted(who.networks):
                yield Scope.NETWORK, one, NETWORK_RANK + int(one.partition("/")[2])
        case Scope.GROUP:
            for group in sorted(groups.topmost(who.groups)):
                yield Scope.GROUP, group, groups.depth(group)
        case _:
            yield Scope.EVERYONE, "", 0


def _about(
    rule: PolicyRule, rank: int, rests: str, beyond_overrides: frozenset[str]
) -> Iterator[tuple[str, Stand[PolicyRule]]]:
    strictness = rule.strictness
    for matter in sorted(rule.categories):
        firm = matter in beyond_overrides
        if rule.lifts and firm:
            continue
        yield (
            matter,
            Stand(
                rule,
                rank,
                OVERRIDE if rule.lifts else matter,
                strictness,
                named=(rule.named or matter.startswith(SITE)) and not rule.lifts,
                lifts=rule.categories - beyond_overrides if rule.lifts else NOTHING,
                lifts_site=rule.lifts and rule.named,
                firm=firm,
                rests=rests,
            ),
        )
