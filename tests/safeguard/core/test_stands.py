"""Rules as circles of people meet them: their ranks, their scopes, what they lift."""

from itertools import pairwise

import pytest

from filter_rules.types import Severity
from safeguard.core.groups import Groups
from safeguard.core.rules import EVERYONE, AnyRule, PolicyRule, TextRule, Who
from safeguard.core.stands import OVERRIDE, Stand, stands_of
from safeguard.core.types import Action, Manner, Scope

TREE = Groups({"secondary": "", "year 9": "secondary", "9B": "year 9"})
FROM_WIDE_TO_NARROW = [
    (EVERYONE, Scope.EVERYONE),
    (Who(frozenset({"secondary"})), Scope.GROUP),
    (Who(frozenset({"9B"})), Scope.GROUP),
    (Who(networks=frozenset({"0.0.0.0/0"})), Scope.NETWORK),
    (Who(networks=frozenset({"10.0.0.0/8"})), Scope.NETWORK),
    (Who(networks=frozenset({"2001:db8::1/128"})), Scope.NETWORK),
    (Who(rooms=frozenset({"Library"})), Scope.ROOM),
    (Who(people=frozenset({"ada"})), Scope.PERSON),
]


def in_force(rule: AnyRule) -> list[Stand[PolicyRule]]:
    stands, _ = stands_of([rule], TREE, frozenset({"malware"}), lambda _: "")
    return [
        stand
        for by in (*stands.about.values(), *stands.on_list.values())
        for some in (by.everyone, *by.groups.values(), *by.places.values(), *by.people.values())
        for stand in some
    ]


def games(who: Who) -> PolicyRule:
    return PolicyRule("r", Action.BLOCK, frozenset({"games"}), who)


def test_who_are_fewer_rank_higher() -> None:
    stands = [in_force(games(who))[0] for who, _ in FROM_WIDE_TO_NARROW]
    assert all(wide.rank < narrow.rank for wide, narrow in pairwise(stands))
    assert [stand.scope for stand in stands] == [scope for _, scope in FROM_WIDE_TO_NARROW]


def test_a_group_beside_one_that_it_is_in_adds_nobody() -> None:
    [stand] = in_force(games(Who(frozenset({"9B", "year 9"}))))
    assert stand.rank == TREE.depth("year 9")


@pytest.mark.parametrize(
    ("manner", "blocks"), [(Manner.PLAIN, True), (Manner.WARN, True), (Manner.MONITOR, False)]
)
def test_what_warns_blocks_and_what_monitors_does_not(manner: Manner, *, blocks: bool) -> None:
    action = Action.BLOCK if blocks else Action.ALLOW
    [stand] = in_force(PolicyRule("r", action, frozenset({"games"}), manner=manner))
    assert stand.blocks is blocks


def test_a_site_that_a_rule_names_is_named_and_its_categories_are_not() -> None:
    stands = in_force(PolicyRule("r", Action.BLOCK, frozenset({"games", "site:a.example"})))
    assert {stand.matter: stand.named for stand in stands} == {
        "games": False,
        "site:a.example": True,
    }


def test_an_override_lifts_its_categories_within_the_ceiling() -> None:
    lesson = PolicyRule("o", Action.ALLOW, frozenset({"games", "malware"}), lifts=True)
    [stand] = in_force(lesson)
    assert stand.matter == OVERRIDE
    assert stand.lifts == {"games"}
    assert not stand.lifts_site


def test_what_rests_stands_apart_and_says_why() -> None:
    text = TextRule("t", Action.BLOCK, frozenset(), Severity.LOW)
    stands, resting = stands_of([games(EVERYONE), text], TREE, frozenset(), lambda _: "asleep")
    assert not stands.about
    assert not stands.texts.everyone
    assert [one.rests for one in resting.about["games"].everyone] == ["asleep"]
    assert [one.rests for one in resting.texts.everyone] == ["asleep"]
