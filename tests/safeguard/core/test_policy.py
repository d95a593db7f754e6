"""Whom a rule covers, and what a text rule speaks of."""

import pytest

from filter_rules.types import Finding, Kind, Severity
from safeguard.core.policy import EVERYONE, Policy, PolicyRule, TextRule, Who
from safeguard.core.types import Action, Scope, Subject

ADA = Subject("staff", person="ada")


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
    assert who.covers(ADA) is covers


def test_a_person_without_a_name_is_covered_by_no_rule_for_people() -> None:
    assert not Who(people=frozenset({"ada"})).covers(Subject("staff"))


def test_the_rules_about_a_category_are_those_that_name_it() -> None:
    games = PolicyRule("games", Action.BLOCK, frozenset({"games", "dating"}))
    news = PolicyRule("news", Action.ALLOW, frozenset({"news"}))
    about = Policy((games, news)).rules_about
    assert about == {"dating": (games,), "games": (games,), "news": (news,)}


def test_a_text_rule_never_speaks_of_help_seeking() -> None:
    rule = TextRule("t", Action.BLOCK, frozenset(Kind), Severity.LOW)
    assert rule.speaks_of(Finding("suicide", Severity.LOW, 1), Kind.PAGE)
    helped = Finding("help-seeking", Severity.URGENT, 1, help_seeking=True)
    assert not rule.speaks_of(helped, Kind.PAGE)
