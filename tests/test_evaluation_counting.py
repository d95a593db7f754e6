"""Shares come with the interval that they can be trusted within."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.detection.counting import (
    Number,
    Numbers,
    as_table,
    changes,
    f1,
    per_thousand,
    put_per_thousand,
    put_ratio,
    put_share,
    ratio,
    share,
    wilson,
)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [  # as published for the Wilson score without continuity correction
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (950, 1000, 0.9347, 0.9619),
    ],
)
def test_the_interval_is_that_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)


def test_of_nothing_anything_may_be_true() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


COUNTS = st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(COUNTS)
def test_a_share_lies_in_its_interval_and_that_between_none_and_all(
    counts: tuple[int, int],
) -> None:
    one = share(*counts)
    assert 0 <= one.low <= one.value <= one.high <= 1


@given(COUNTS)
def test_more_texts_make_the_interval_narrower(counts: tuple[int, int]) -> None:
    hits, of = counts
    few, many = share(hits, of), share(10 * hits, 10 * of)
    assert many.high - many.low < few.high - few.low


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(
    right: int, wrong: int, missed: int
) -> None:
    if not right:
        return
    precision, recall = right / (right + wrong), right / (right + missed)
    one = f1(right, wrong, missed)
    assert one.value == pytest.approx(2 * precision * recall / (precision + recall))
    assert one.low <= one.value <= one.high


def test_per_thousand_is_a_thousand_times_the_share() -> None:
    assert per_thousand(3, 1500).value == pytest.approx(2)
    assert per_thousand(3, 1500).of == 1500


def test_nothing_is_said_of_what_was_not_measured() -> None:
    numbers: Numbers = {}
    put_share(numbers, "a", 0, 0)
    put_per_thousand(numbers, "b", 0, 0)
    put_ratio(numbers, "c", "a", "b")
    assert numbers == {}


def test_a_ratio_to_nothing_is_not_told() -> None:
    assert ratio(share(1, 2), share(0, 2)) is None
    numbers = {"one": share(1, 2), "none": share(0, 2)}
    put_ratio(numbers, "times", "one", "none")
    assert "times" not in numbers


def test_a_ratio_says_how_many_times_the_other() -> None:
    numbers = {"one": share(1, 2), "other": share(1, 4)}
    put_ratio(numbers, "times", "one", "other")
    assert numbers["times"].value == pytest.approx(2)


def test_numbers_go_into_json() -> None:
    assert as_table({"a": Number(0.123456, 0.1, 0.2, 7)}) == {
        "a": {"value": 0.12346, "low": 0.1, "high": 0.2, "of": 7}
    }


def test_what_moved_is_said_most_moved_first() -> None:
    before = as_table({"a": share(1, 2), "b": share(1, 2), "c": share(1, 2), "gone": share(1, 2)})
    after = {"a": share(1, 2), "b": share(5, 8), "c": share(1, 1), "new": share(1, 4)}
    assert changes(before, after) == [
        "c: 0.5 -> 1",
        "b: 0.5 -> 0.625",
        "new: new, 0.25",
        "gone: no longer measured",
    ]
