"""Overrides: what is refused, with the sentence that staff read, and the rule one becomes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from filter_rules.types import Hit
from safeguard.core.groups import Groups
from safeguard.core.overrides import Ceiling, Override, marked, refusal
from safeguard.core.policy import Policy, Times, Who
from safeguard.core.types import Action

TREE = Groups({"year 9": "", "9B": "year 9", "9C": "year 9", "year 10": "", "staff": ""})
POLICY = Policy(
    (),
    groups=TREE,
    sealed=frozenset({"illegal"}),
    help=frozenset({"help"}),
    beyond_overrides=frozenset({"malware"}),
)
CEILING = Ceiling(timedelta(hours=2), most_groups=2, most_people=3)
NINE = datetime(2026, 11, 4, 9, tzinfo=UTC)
GAMES = Override(
    1,
    Who(frozenset({"9B"})),
    NINE,
    NINE + timedelta(hours=1),
    "Tom",
    "a lesson on game design",
    frozenset({"games"}),
)


@pytest.mark.parametrize(
    "override",
    [
        GAMES,
        replace(GAMES, who=Who(people=frozenset({"ada"}))),
        replace(GAMES, who=Who(frozenset({"9B", "9C"}))),
        replace(GAMES, who=Who(frozenset({"9B", "9C", "year 9", "year 10"}))),
        replace(GAMES, who=Who(rooms=frozenset({"Library", "Hall"}))),
        replace(GAMES, categories=frozenset[str](), site="games.example/chess"),
        replace(GAMES, until=NINE + timedelta(hours=2)),
    ],
)
def test_what_is_within_the_ceiling_may_be(override: Override) -> None:
    assert refusal(override, POLICY, CEILING) == ""


@pytest.mark.parametrize(
    ("override", "says"),
    [
        (replace(GAMES, who=Who()), "for which class or pupil: it is never for everyone"),
        (replace(GAMES, who=Who(frozenset({"year 9", "year 10", "staff"}))), "never for everyone"),
        (replace(GAMES, who=Who(frozenset({"7A"}))), "no group '7A'"),
        (replace(GAMES, who=Who(people=frozenset("abcd"))), "at most 3 people"),
        (replace(GAMES, who=Who(rooms=frozenset("abc"))), "at most 2 rooms"),
        # A network may be all of the school.
        (replace(GAMES, who=Who(networks=frozenset({"0.0.0.0/0"}))), "never for everyone"),
        (
            replace(GAMES, who=Who(rooms=frozenset("a"), networks=frozenset({"10.0.0.0/8"}))),
            "for everyone",
        ),
        (replace(GAMES, categories=frozenset[str]()), "either categories or one site"),
        (replace(GAMES, site="games.example"), "either categories or one site"),
        (replace(GAMES, categories=frozenset[str](), site="no site"), "'no site' is no site"),
        (replace(GAMES, categories=frozenset({"games", "illegal"})), "'illegal' cannot be lifted"),
        (replace(GAMES, categories=frozenset({"help"})), "'help' cannot be lifted"),
        (replace(GAMES, categories=frozenset({"malware"})), "'malware' cannot be lifted"),
        (replace(GAMES, reason=" "), "say why it is needed"),
        (replace(GAMES, until=NINE), "end after it begins"),
        (replace(GAMES, until=NINE + timedelta(hours=2, minutes=1)), "last 120 minutes at most"),
    ],
)
def test_what_is_beyond_it_is_refused_with_a_sentence(override: Override, says: str) -> None:
    assert says in refusal(override, POLICY, CEILING)


def test_where_two_groups_are_everyone_they_are_not_for_an_override() -> None:
    small = replace(POLICY, groups=Groups({"pupils": "", "staff": ""}))
    all_of_them = replace(GAMES, who=Who(frozenset({"pupils", "staff"})))
    assert "never for everyone" in refusal(all_of_them, small, CEILING)


def test_an_override_of_categories_is_a_rule_for_its_people_and_its_time() -> None:
    rule = GAMES.rule
    assert (rule.name, rule.action, rule.lifts) == ("override 1: games", Action.ALLOW, True)
    assert (rule.who, rule.categories, rule.named) == (GAMES.who, GAMES.categories, False)
    assert rule.times == Times(since=GAMES.since, until=GAMES.until)
    assert GAMES.entry is None


def test_an_override_of_a_site_is_an_entry_that_is_not_the_schools_own() -> None:
    site = replace(GAMES, categories=frozenset[str](), site="games.example")
    assert site.entry is not None
    assert site.rule.categories == {site.entry.category} == {"own:-1"}
    assert (site.rule.named, site.rule.name) == (True, "override 1: games.example")
    mine, own = Hit("own:-1", "school", "games.example"), Hit("own:1", "school", "games.example")
    assert [one.list for one in marked((mine, own))] == ["overrides", "school"]
