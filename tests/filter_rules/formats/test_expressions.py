"""Expressions: RE2's, and refused where it refuses them."""

import pytest

from filter_rules.formats.expressions import Together, compiled, refusal_of


def test_capitals_mean_nothing() -> None:
    assert compiled("/Banner/").search(b"/banner/")
    assert not compiled("(?-i:/Banner/)").search(b"/banner/")


@pytest.mark.parametrize("pattern", ["(a+)+$", "a|b", "", "[[:alpha:]]{2,4}"])
def test_what_takes_linear_time_is_accepted(pattern: str) -> None:
    assert refusal_of(pattern) == ""


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)", "(", "a{9999}", "\ud800"])
def test_what_does_not_is_refused_with_a_reason(pattern: str) -> None:
    assert refusal_of(pattern)


def test_expressions_that_are_too_large_together_still_work() -> None:
    made = Together([f"(?:[^a]{{30}}){{30}}{one}" for one in range(100)])
    assert list(made.found("b" * 900 + "7")) == [7]
    assert not list(made.found("b" * 900))


def test_more_expressions_than_are_searched_at_once() -> None:
    made = Together([f"word{number:03}" for number in range(250)])
    assert list(made.found("a word249 here, a word001 there")) == [1, 249]
    assert not list(made.found("a word here"))
