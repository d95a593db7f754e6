"""Precision: the numbers of Wilson's interval, and which rule comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.concerns import Outcome
from safeguard.core.precision import Judgement, precision_of, wilson


@pytest.mark.parametrize(
    ("real", "judged", "low", "high"),
    [
        # Worked by hand from the formula of 1927, with z = 1.96.
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_the_interval_is_wilsons(real: int, judged: int, low: float, high: float) -> None:
    assert list(wilson(real, judged)) == pytest.approx([low, high], abs=5e-5)


@given(st.integers(1, 10_000), st.data())
def test_the_share_lies_in_its_interval(judged: int, data: st.DataObject) -> None:
    real = data.draw(st.integers(0, judged))
    low, high = wilson(real, judged)
    assert 0 <= low <= real / judged + 1e-9
    assert real / judged - 1e-9 <= high <= 1


def test_more_judged_makes_it_surer() -> None:
    few, many = wilson(5, 10), wilson(50, 100)
    assert few[0] < many[0] < many[1] < few[1]


def test_the_rule_that_is_surest_to_be_wrong_comes_first() -> None:
    judged = [
        *[Judgement("noisy", Outcome.LYRICS)] * 20,
        *[Judgement("good", Outcome.ACTED)] * 20,
        Judgement("fresh", Outcome.TOO_BROAD),
    ]
    assert [one.rule for one in precision_of(judged)] == ["noisy", "fresh", "good"]


def test_the_wrong_pupil_and_a_duplicate_say_nothing_of_a_rule() -> None:
    judged = [Judgement("a", Outcome.WRONG_PUPIL), Judgement("a", Outcome.DUPLICATE)]
    assert precision_of(judged) == []


def test_it_says_how_sure_it_is() -> None:
    [few] = precision_of([Judgement("a", Outcome.NOTED), Judgement("a", Outcome.LESSON)])
    assert few.says == (
        "1 of 2 were real: between 9% and 91% of what this rule raises. Too few to tell."
    )
    [many] = precision_of([Judgement("a", Outcome.LESSON)] * 40)
    assert many.says == "0 of 40 were real: between 0% and 9% of what this rule raises."
