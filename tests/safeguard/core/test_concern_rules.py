"""The tables: they fit the shipped themes, each line says why, and the calendar is the school's."""

import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest

from filter_rules.types import Severity
from safeguard.core.concern_rules import (
    COMBINATIONS,
    EVASION,
    FAMILIES,
    PLACES,
    SIGNS,
    UNLAWFUL,
)
from tests.concern_stories import LONDON, RULES

THEMES = [
    tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path("filter_rules/data/themes").glob("*.toml"))
]


def test_each_shipped_theme_has_a_place_and_only_those() -> None:
    assert sorted(one.theme for one in PLACES) == sorted(
        [UNLAWFUL, *(theme["name"] for theme in THEMES)]
    )


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme["name"])
def test_a_theme_that_can_be_urgent_is_never_muted(theme: dict) -> None:
    if theme["most"] == "urgent":
        assert not RULES.mutable(theme["name"])


def test_only_what_stands_in_the_table_can_be_muted() -> None:
    assert RULES.mutable("drugs")
    assert not RULES.mutable("of-the-school-itself")


def test_each_line_names_a_family_there_is_and_says_why() -> None:
    names = [one.name for one in FAMILIES]
    assert len(names) == len(set(names))
    assert {one.family for one in PLACES} == set(names)
    assert {one.family for one in COMBINATIONS} <= set(names)
    assert all(one.because for one in (*FAMILIES, *PLACES))


def test_a_sign_is_what_a_shipped_phrase_says() -> None:
    says = {phrase["says"] for theme in THEMES for phrase in theme["phrase"]}
    assert set(SIGNS) <= says


def test_a_combination_is_of_two_things_that_can_be_found() -> None:
    known = {one.theme for one in PLACES} | set(SIGNS.values())
    for one in COMBINATIONS:
        assert one.one
        assert one.other
        assert one.one | one.other <= known
        assert not one.one & one.other


def test_a_family_that_can_be_urgent_keeps_its_worst_apart() -> None:
    for one in FAMILIES:
        assert one.single_from <= Severity.URGENT
        assert one.floor <= one.most


def test_a_theme_of_the_schools_own_is_a_family_as_careful_as_can_be() -> None:
    own = RULES.family("of-the-school-itself")
    assert (own.name, own.floor, own.most) == (
        "of-the-school-itself",
        Severity.HIGH,
        Severity.URGENT,
    )
    assert RULES.family("adult").title == "Pornography"
    assert EVASION in RULES.family_of


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-11-17T03:59", date(2026, 11, 16)),
        ("2026-11-17T04:00", date(2026, 11, 17)),
        ("2026-10-25T03:59", date(2026, 10, 24)),  # the night the clocks go back
        ("2026-03-29T04:00", date(2026, 3, 29)),  # the night they go forward
    ],
)
def test_the_small_hours_belong_to_the_day_before(local: str, day: date) -> None:
    assert RULES.day_of(datetime.fromisoformat(local).replace(tzinfo=LONDON)) == day
