"""Expressions: RE2's, and refused where it refuses them."""

import pytest

from filter_rules.formats.expressions import compiled, refusal_of


def test_capitals_mean_nothing() -> None:
    assert compiled("/Banner/").search("/banner/")


@pytest.mark.parametrize("pattern", ["(a+)+$", "a|b", "", "[[:alpha:]]{2,4}"])
def test_what_takes_linear_time_is_accepted(pattern: str) -> None:
    assert refusal_of(pattern) == ""


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)", "(", "a{9999}", "\ud800"])
def test_what_does_not_is_refused_with_a_reason(pattern: str) -> None:
    assert refusal_of(pattern)
