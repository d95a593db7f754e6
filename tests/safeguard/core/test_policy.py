"""Whom a rule covers, and what a text rule speaks of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from filter_rules.types import Finding, Kind, Severity
from safeguard.core.policy import ALWAYS, EVERYONE, Policy, PolicyRule, TextRule, Times, Who
from safeguard.core.schedule import Span
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Scope, Subject

ADA = Subject("staff", person="ada")


def covered(who: Who, subject: Subject) -> bool:
    policy = Policy((PolicyRule("r", Action.BLOCK, frozenset({"games"}), who),))
    lineage = policy.groups.lineage(subject.group)
    return bool(policy.stands[0].about["games"].of(lineage, subject.person))


@pytest.mark.parametrize(
    ("who", "scope", "covers"),
    [
        (EVERYONE, Scope.EVERYONE, True),
        (Who(groups=frozenset({"staff"})), Scope.GROUP, True),
        (Who(groups=frozenset({"guest"})), Scope.GROUP, False),
        (Who(people=frozenset({"ada"})), Scope.PERSON, True),
        (Who(people=frozenset({"ben"})), Scope.PERSON, False),
        (Who(groups=frozenset({"staff"}), people=frozenset({"ben"})), Scope.PERSON, False),
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


@pytest.mark.parametrize(
    ("times", "on", "rests"),
    [
        (ALWAYS, set[str](), ""),
        (Times("lunch"), {"lunch"}, ""),
        (Times("lunch"), {"break"}, "it is for “lunch” alone, and that is not now"),
        (Times(since=NOON), set[str](), ""),
        (Times(since=NOON + HOUR), set[str](), "it has not begun yet"),
        (Times(until=NOON), set[str](), "it has ended"),
        (Times(until=NOON + HOUR), set[str](), ""),
        (Times("lunch", NOON - HOUR, NOON), {"lunch"}, "it has ended"),
    ],
)
def test_a_rule_rests_outside_its_times_and_says_why(
    times: Times, on: set[str], rests: str
) -> None:
    assert times.rests(NOON, on) == rests


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


def test_a_text_rule_never_speaks_of_help_seeking() -> None:
    rule = TextRule("t", Action.BLOCK, frozenset(Kind), Severity.LOW)
    assert rule.speaks_of(Finding("suicide", Severity.LOW, 1), Kind.PAGE)
    helped = Finding("help-seeking", Severity.URGENT, 1, help_seeking=True)
    assert not rule.speaks_of(helped, Kind.PAGE)
