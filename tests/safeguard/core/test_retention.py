"""How long things are kept, as a lead or a data protection officer would ask."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.concerns import Outcome
from safeguard.core.retention import (
    OF_OUTCOME,
    PERIODS,
    Kept,
    Periods,
    keep_until,
    kept_as,
    outcomes_kept_as,
    years_later,
)

SHIPPED = Periods({kept: one.days for kept, one in PERIODS.items()})
CLOSED = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
BORN = date(2012, 2, 29)


@pytest.mark.parametrize("kept", Kept)
def test_each_class_has_a_period_within_its_limits_with_a_reason_and_a_source(kept: Kept) -> None:
    one = PERIODS[kept]
    assert one.least <= one.days <= one.most
    assert one.why
    assert one.source


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_has_a_class(outcome: Outcome) -> None:
    assert outcome in outcomes_kept_as(kept_as(outcome))
    assert OF_OUTCOME[outcome] is kept_as(outcome) is kept_as(outcome.code)
    assert outcome.code in outcomes_kept_as(kept_as(outcome))


def test_an_outcome_that_nobody_knows_is_kept_longest() -> None:
    assert kept_as("some other word") is kept_as(None) is Kept.ACTED


def test_the_access_log_goes_after_thirty_days() -> None:
    assert SHIPPED.before(Kept.ACCESS, CLOSED) == CLOSED - timedelta(days=30)


def test_what_was_no_concern_goes_soon_after_its_review() -> None:
    until = keep_until(Outcome.LESSON, CLOSED, [BORN], SHIPPED)
    assert until == CLOSED + timedelta(days=30)


def test_what_was_acted_on_is_kept_to_the_twenty_fifth_birthday() -> None:
    until = keep_until(Outcome.ACTED, CLOSED, [BORN], SHIPPED)
    assert date(2037, 2, 27) <= until.date() <= date(2037, 3, 1)


def test_of_several_pupils_the_youngest_decides() -> None:
    both = keep_until(Outcome.ACTED, CLOSED, [BORN, date(2016, 9, 1)], SHIPPED)
    assert both == keep_until(Outcome.ACTED, CLOSED, [date(2016, 9, 1)], SHIPPED)


@pytest.mark.parametrize("births", [[], [None], [BORN, None]])
def test_a_pupil_of_unknown_age_counts_as_three_years_old(births: list[date | None]) -> None:
    until = keep_until(Outcome.ACTED, CLOSED, births, SHIPPED)
    assert abs(until - years_later(CLOSED, 22)) < timedelta(days=2)


def test_concerns_of_unknown_age_go_when_the_youngest_would_be_twenty_five() -> None:
    before = SHIPPED.before(Kept.ACTED, CLOSED)
    assert abs(before - years_later(CLOSED, -22)) < timedelta(days=2)


def test_a_leaver_of_long_ago_is_not_kept_from_before_the_case_was_closed() -> None:
    assert keep_until(Outcome.ACTED, CLOSED, [date(1980, 1, 1)], SHIPPED) == CLOSED


def test_a_leap_day_becomes_the_first_of_march() -> None:
    leap = datetime(2024, 2, 29, tzinfo=UTC)
    assert years_later(leap, 25) == datetime(2049, 3, 1, tzinfo=UTC)
    assert years_later(leap, 4) == datetime(2028, 2, 29, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2026, 3, 4)), st.dates(date(2000, 1, 1), date(2026, 3, 4)))
def test_a_younger_pupil_is_never_kept_shorter(one: date, other: date) -> None:
    older, younger = sorted([one, other])
    assert keep_until(Outcome.ACTED, CLOSED, [older], SHIPPED) <= keep_until(
        Outcome.ACTED, CLOSED, [younger], SHIPPED
    )
