"""The tables of a policy in words."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from safeguard.core.policy_words import (
    in_words,
    listed,
    mode_in_words,
    policy_rule_in_words,
    whom,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        ([], "nothing"),
        ("", "nothing"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        (["a", "b", "c"], "a, b and c"),
        (date(2026, 12, 1), "2026-12-01"),
        (datetime(2026, 12, 1, 9, 5, tzinfo=UTC), "2026-12-01 09:05"),
        ({"longest": 5, "most": [1]}, "longest 5 and most 1"),
    ],
)
def test_a_value_is_read_as_one_says_it(value: object, words: str) -> None:
    assert in_words(value) == words


@pytest.mark.parametrize(("names", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b")])
def test_names_are_listed(names: list[str], words: str) -> None:
    assert listed(names) == words


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "Everyone may not open games."),
        ({"groups": ["year 9"]}, "Year 9 may not open games."),
        ({"people": ["id"]}, "One person may not open games."),
        ({"lists": ["trial"]}, "Everyone may not open games and what is on the list trial."),
        (
            {"categories": [], "lists": ["trial"]},
            "Everyone may not open what is on the list trial.",
        ),
        ({"schedule": "gone"}, "Everyone may not open games during “gone”."),
        ({"action": "warn"}, "Everyone must pass a warning before they open games."),
        (
            {"rooms": ["Lab 1"], "sites": ["a.example"]},
            "Who is in Lab 1 may not open games and the site a.example.",
        ),
    ],
)
def test_a_rule_is_a_sentence(more: dict[str, Any], sentence: str) -> None:
    assert policy_rule_in_words({"action": "block", "categories": ["games"]} | more, {}) == sentence


def test_people_are_not_named() -> None:
    assert whom({"people": ["ada", "ben"], "groups": ["9B"]}) == "2 people"


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"safe_search": "strict"}, "Safe search is strict for everyone."),
        (
            {"youtube": "moderate", "tenants": ["school.example"], "groups": ["year 9"]},
            "YouTube is moderate and sign-in pages take school.example alone for year 9.",
        ),
    ],
)
def test_a_rule_about_modes_is_a_sentence(rule: dict[str, Any], sentence: str) -> None:
    assert mode_in_words(rule, {}) == sentence
