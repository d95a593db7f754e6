"""Whom a rule covers, and what a text rule speaks of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from filter_rules.types import Hit, Severity
from safeguard.core.group_settings import Given, GroupSettings
from safeguard.core.groups import Groups
from safeguard.core.modes import Modes, SafeSearch, Wording, YouTube
from safeguard.core.policy import Policy
from safeguard.core.rules import (
    ALWAYS,
    EVERYONE,
    InspectionRule,
    ModeRule,
    PolicyRule,
    TextRule,
    Times,
    Who,
)
from safeguard.core.schedule import Span
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Scope, Subject

ADA = Subject("staff", "10.20.3.4", person="ada", room="Library")


def covered(who: Who, subject: Subject) -> bool:
    policy = Policy((PolicyRule("r", Action.BLOCK, frozenset({"games"}), who),))
    return bool(policy.stands[0].about["games"].of(*policy.circles_of(subject)))


@pytest.mark.parametrize(
    ("who", "scope", "covers"),
    [
        (EVERYONE, Scope.EVERYONE, True),
        (Who(groups=frozenset({"staff"})), Scope.GROUP, True),
        (Who(groups=frozenset({"guest"})), Scope.GROUP, False),
        (Who(people=frozenset({"ada"})), Scope.PERSON, True),
        (Who(people=frozenset({"ben"})), Scope.PERSON, False),
        (Who(groups=frozenset({"staff"}), people=frozenset({"ben"})), Scope.PERSON, False),
        (Who(rooms=frozenset({"Library"})), Scope.ROOM, True),
        (Who(rooms=frozenset({"Hall"})), Scope.ROOM, False),
        (Who(networks=frozenset({"10.20.0.0/16"})), Scope.NETWORK, True),
        (Who(networks=frozenset({"10.21.0.0/16"})), Scope.NETWORK, False),
    ],
)
def test_a_rule_covers_those_it_names_and_people_are_named_before_groups(
    who: Who, scope: Scope, *, covers: bool
) -> None:
    assert who.scope is scope
    assert covered(who, ADA) is covers


def test_a_person_without_a_name_is_covered_by_no_rule_for_people() -> None:
    assert not covered(Who(people=frozenset({"ada"})), Subject("staff"))


def test_the_rules_about_a_category_are_those_that_name_it() -> None:
    games = PolicyRule("games", Action.BLOCK, frozenset({"games", "dating"}))
    news = PolicyRule("news", Action.ALLOW, frozenset({"news"}))
    about = Policy((games, news)).stands[0].about
    met = {matter: [one.rule for one in found.of((), "")] for matter, found in about.items()}
    assert met == {"dating": [games], "games": [games], "news": [news]}


NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)  # a Wednesday
LUNCH = timetable(UTC, {}, {}).schedule("lunch", ["wed 12:00-13:00"])
HOUR = timedelta(hours=1)


def test_without_a_moment_what_is_not_for_always_blocks_and_does_not_allow() -> None:
    games = PolicyRule("games", Action.ALLOW, frozenset({"games"}), times=Times("lunch"))
    news = PolicyRule("news", Action.BLOCK, frozenset({"news"}), times=Times("lunch"))
    in_force, resting = Policy((games, news), schedules={"lunch": LUNCH}).stands
    assert set(in_force.about) == {"news"}
    assert [one.rests for one in resting.about["games"].everyone] == ["the time is not known"]


@pytest.mark.parametrize(
    ("times", "edge"),
    [
        ([], None),
        ([ALWAYS], None),
        ([Times("lunch")], NOON + HOUR),
        ([Times(until=NOON + 2 * HOUR)], NOON + 2 * HOUR),
        ([Times(since=NOON - HOUR, until=NOON)], None),
        ([Times("lunch"), Times(since=NOON + HOUR / 2)], NOON + HOUR / 2),
        ([Times("in the holidays")], NOON + timedelta(days=7)),
    ],
)
def test_the_next_edge_is_when_rules_next_come_into_force_or_rest(
    times: list[Times], edge: datetime | None
) -> None:
    rules = [PolicyRule("r", Action.BLOCK, frozenset({"games"}), times=one) for one in times]
    years_ago = replace(
        LUNCH, name="in the holidays", during=(Span(date(2020, 1, 1), date(2020, 1, 2)),)
    )
    schedules = {one.name: one for one in (LUNCH, years_ago)}
    assert Policy(rules, schedules=schedules).next_edge(NOON) == edge
    texts = [TextRule("t", Action.BLOCK, frozenset(), Severity.LOW, times=one) for one in times]
    assert Policy((), texts, schedules=schedules).next_edge(NOON) == edge


def test_the_policy_at_a_moment_is_the_same_rules_weighed_as_of_then() -> None:
    rule = PolicyRule("games", Action.BLOCK, frozenset({"games"}), times=Times("lunch"))
    policy = Policy((rule,), schedules={"lunch": LUNCH})
    later = policy.at(NOON).at(NOON + HOUR)
    assert (later.rules, later.moment) == (policy.rules, NOON + HOUR)
    assert [set(one.about) for one in later.stands] == [set(), {"games"}]


TREE = Groups({"secondary": "", "9B": "secondary", "guest": "", "staff": ""}, strictest="guest")
GAMES = frozenset({"games"})


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject("9B"), ("9B", "")),
        (Subject("9B", "10.9.0.1", person="cleo", room="Gym"), ("9B", "")),
        (Subject("9B", person="ada"), ("9B", "ada")),
        (Subject("9B", person="ben"), ("9B", "ben")),
        (Subject("9B", room="Library"), ("9B", "", "ROOM:Library")),
        (Subject("9B", "10.20.3.4"), ("9B", "", "NETWORK:10.20.0.0/16")),
        (Subject("a class of last year"), ("guest", "")),
    ],
)
def test_of_one_class_are_those_whom_no_rule_tells_apart(
    subject: Subject, key: tuple[str, ...]
) -> None:
    policy = Policy(
        (
            PolicyRule("r", Action.BLOCK, GAMES, Who(people=frozenset({"ada"}))),
            PolicyRule("r", Action.BLOCK, GAMES, Who(rooms=frozenset({"Library"}))),
        ),
        (
            TextRule(
                "t", Action.BLOCK, frozenset(), Severity.LOW, who=Who(people=frozenset({"ben"}))
            ),
        ),
        inspection=(InspectionRule("i", False, GAMES, Who(networks=frozenset({"10.20.0.0/16"}))),),
        groups=TREE,
    )
    assert policy.class_of(subject) == key


STRICT = Modes(SafeSearch.STRICT, YouTube.STRICT)
SETTINGS = GroupSettings(
    TREE,
    {
        "secondary": Given(
            {"safe_search": "strict", "youtube": "moderate"}, frozenset({"safe_search"})
        ),
        "staff": Given({"safe_search": "on", "youtube": "off", "tenants": ["School.example"]}),
    },
)
PUPILS = Who(frozenset({"secondary"}))
ADA_ALONE = Who(people=frozenset({"ada"}))


@pytest.mark.parametrize(
    ("subject", "rules", "modes"),
    [
        (Subject("guest"), [], STRICT),
        (Subject("a class of last year"), [], STRICT),
        (Subject("9B"), [], Modes(SafeSearch.STRICT, YouTube.MODERATE)),
        (Subject("staff"), [], Modes(SafeSearch.ON, YouTube.OFF, ("school.example",))),
        (Subject("9B"), [ModeRule("r", youtube=YouTube.OFF)], Modes(youtube=YouTube.OFF)),
        (
            Subject("9B"),
            [ModeRule("r", youtube=YouTube.OFF, who=PUPILS), ModeRule("r", youtube=YouTube.STRICT)],
            Modes(youtube=YouTube.OFF),
        ),
        (
            Subject("9B"),
            [ModeRule("r", youtube=YouTube.OFF), ModeRule("r", youtube=YouTube.STRICT)],
            STRICT,
        ),
        (
            Subject("9B", person="ada"),
            [
                ModeRule("r", youtube=YouTube.STRICT, who=PUPILS),
                ModeRule("r", youtube=YouTube.OFF, who=ADA_ALONE),
            ],
            Modes(youtube=YouTube.OFF),
        ),
        # What a group has locked, no rule changes, whoever it is for.
        (
            Subject("9B", person="ada"),
            [ModeRule("r", safe_search=SafeSearch.OFF, who=ADA_ALONE)],
            Modes(youtube=YouTube.MODERATE),
        ),
        (Subject("guest"), [ModeRule("r", tenants=("a.example",))], Modes(tenants=("a.example",))),
        (Subject("staff"), [ModeRule("r", tenants=())], Modes(SafeSearch.ON, YouTube.OFF)),
        (Subject("guest"), [ModeRule("r", youtube=YouTube.OFF, times=Times("lunch"))], STRICT),
    ],
)
def test_modes_are_as_rules_say_and_else_as_the_group_has_them(
    subject: Subject, rules: list[ModeRule], modes: Modes
) -> None:
    policy = Policy(
        (), mode_rules=rules, groups=TREE, settings=SETTINGS, schedules={"lunch": LUNCH}
    )
    assert policy.at(NOON - HOUR).modes_of(subject) == modes


def test_a_mode_of_lunch_is_for_lunch_and_its_ends_are_edges() -> None:
    rule = ModeRule("r", youtube=YouTube.OFF, times=Times("lunch"))
    policy = Policy((), mode_rules=[rule], groups=TREE, schedules={"lunch": LUNCH})
    assert policy.next_edge(NOON - HOUR) == NOON
    assert policy.at(NOON).modes_of(Subject("9B")).youtube is YouTube.OFF
    assert policy.modes_of(Subject("9B")).youtube is YouTube.STRICT  # the time is not known


PASS = InspectionRule("pass", False, GAMES)


@pytest.mark.parametrize(
    ("rules", "categories", "inspected"),
    [
        ([], ["games"], True),
        ([PASS], ["games"], False),
        ([PASS], ["news"], True),
        ([PASS, replace(PASS, inspects=True)], ["games"], True),
        ([PASS, replace(PASS, inspects=True, who=Who(frozenset({"9B"})))], ["games"], True),
        ([replace(PASS, inspects=True), replace(PASS, who=ADA_ALONE)], ["games"], False),
        ([replace(PASS, categories=frozenset())], ["news"], False),
        ([replace(PASS, categories=frozenset())], [], False),
        (
            [
                replace(PASS, inspects=True, who=ADA_ALONE),
                replace(PASS, categories=frozenset({"site:a.example"})),
            ],
            ["games", "site:a.example"],
            False,
        ),
        ([replace(PASS, inspects=True, categories=frozenset())], ["health"], False),
    ],
)
def test_what_is_passed_by_unread_is_said_by_rules_within_what_is_private(
    rules: list[InspectionRule], categories: list[str], *, inspected: bool
) -> None:
    policy = Policy((), inspection=rules, groups=TREE, private_categories=frozenset({"health"})).at(
        NOON
    )
    hits = [Hit(one, "list", "x") for one in categories]
    assert policy.inspects(Subject("9B", person="ada"), hits) is inspected
    private = replace(policy, private_groups=frozenset({"9B"}))
    assert not private.inspects(Subject("9B", person="ada"), hits)


def test_without_a_moment_nothing_is_passed_by_that_is_not_always() -> None:
    lunch = Times("lunch")
    rules = [replace(PASS, times=lunch), InspectionRule("look", True, GAMES, times=lunch)]
    in_force, resting = Policy((), inspection=rules, schedules={"lunch": LUNCH}).stands
    assert [one.rule.inspects for one in in_force.inspection["games"].everyone] == [True]
    assert [one.rule.inspects for one in resting.inspection["games"].everyone] == [False]


def test_only_what_some_rule_names_is_looked_for() -> None:
    policy = Policy(
        (PolicyRule("r", Action.BLOCK, frozenset({"games", "file:programs"})),),
        (TextRule("t", Action.BLOCK, frozenset(), Severity.LOW, frozenset({"typed:vape"})),),
        inspection=(InspectionRule("i", False, frozenset({"site:a.example"})),),
    )
    assert policy.facts.named == {"file:programs"}
    assert [one.host for one in policy.facts.sites.entries] == ["a.example"]
    assert list(policy.facts.typed.values()) == ["typed:vape"]


def test_a_group_is_only_monitored_fails_open_and_has_its_wording_as_its_settings_say() -> None:
    policy = Policy(
        (),
        groups=TREE,
        settings=GroupSettings(TREE, {"secondary": Given({"wording": "ks2"})}),
        monitor_only=frozenset({"secondary"}),
        fail_open=frozenset({"staff"}),
    )
    pupil, teacher = Subject("secondary"), Subject("staff")
    assert policy.is_only_monitored(pupil)
    assert not policy.is_only_monitored(teacher)
    assert policy.fails_open_for(teacher)
    assert not policy.fails_open_for(pupil)
    assert (policy.wording_of(pupil), policy.wording_of(teacher)) == (Wording.KS2, Wording.KS3)
