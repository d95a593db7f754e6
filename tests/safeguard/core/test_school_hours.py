"""When the school is open, in its own time zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from safeguard.core.school_hours import SchoolHours

LONDON = SchoolHours(ZoneInfo("Europe/London"), closed=frozenset({date(2026, 5, 25)}))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 3, 4, 8, 0, tzinfo=UTC), True),  # a Wednesday in winter
        (datetime(2026, 3, 4, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 4, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 4, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 6, 3, 7, 0, tzinfo=UTC), True),  # summer time: 08:00 there
        (datetime(2026, 3, 7, 12, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 5, 25, 12, 0, tzinfo=UTC), False),  # a bank holiday
    ],
)
def test_it_is_open_on_school_days_within_its_hours(at: datetime, *, is_open: bool) -> None:
    assert LONDON.is_open(at) is is_open


def test_a_moment_of_a_day_is_by_the_schools_clocks() -> None:
    assert LONDON.moment(date(2026, 6, 3), time(7, 30)) == datetime(2026, 6, 3, 6, 30, tzinfo=UTC)


def test_a_week_starts_with_its_first_school_day() -> None:
    assert LONDON.week_starts(date(2026, 3, 6)) == date(2026, 3, 2)
    assert LONDON.week_starts(date(2026, 5, 28)) == date(2026, 5, 26)


def test_a_week_without_school_starts_on_monday() -> None:
    away = SchoolHours(LONDON.tz, closed=frozenset(date(2026, 8, day) for day in range(1, 32)))
    assert away.week_starts(date(2026, 8, 13)) == date(2026, 8, 10)
    assert away.school_day_before(date(2026, 8, 20)) == date(2026, 8, 13)


def test_the_school_day_before_a_monday_is_friday() -> None:
    assert LONDON.school_day_before(date(2026, 3, 2)) == date(2026, 2, 27)


@pytest.mark.parametrize(
    ("first", "last", "within"),
    [
        ("2026-11-16T08:00", "2026-11-16T17:00", True),
        ("2026-11-16T07:59", "2026-11-16T09:00", False),
        ("2026-11-16T16:59", "2026-11-16T17:01", False),
        ("2026-11-16T10:00", "2026-11-17T10:00", False),
        ("2026-11-21T10:00", "2026-11-21T10:10", False),
        ("2026-12-25T10:00", "2026-12-25T10:10", False),
    ],
)
def test_school_hours_are_those_of_one_open_day(first: str, last: str, *, within: bool) -> None:
    hours = SchoolHours(LONDON.tz, closed=frozenset({date(2026, 12, 25)}))
    moments = [datetime.fromisoformat(one).replace(tzinfo=LONDON.tz) for one in (first, last)]
    assert hours.holds(*moments) is within


@pytest.mark.parametrize(
    ("start", "end", "clock", "night"),
    [
        (22, 6, 22, True), (22, 6, 5, True), (22, 6, 6, False), (22, 6, 21, False),
        (1, 6, 1, True), (1, 6, 0, False), (1, 6, 6, False), (1, 6, 23, False),
    ],
)  # fmt: skip
def test_a_night_may_cross_midnight_or_not(
    start: int, end: int, clock: int, *, night: bool
) -> None:
    hours = SchoolHours(LONDON.tz, night_from=time(start), night_until=time(end))
    assert hours.is_night(datetime(2026, 11, 16, clock, tzinfo=LONDON.tz)) is night
