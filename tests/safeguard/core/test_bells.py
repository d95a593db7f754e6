"""Until the bell: the end of the lesson that runs, and never beyond the ceiling."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.bells import bell, until
from safeguard.core.overrides import Ceiling
from safeguard.core.timetable import Timetable, timetable

LONDON = ZoneInfo("Europe/London")
CEILING = Ceiling(timedelta(minutes=90), 2, 40)
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = timetable(
    LONDON,
    {
        "period 1": "09:00-10:00",
        "period 2": "10:00-11:00",
        "sixth form": "09:30-11:30",
        "prep": "23:30-00:30",
        "long": "13:00-16:00",
    },
    {},
)

# the clocks of the school, when the bell rings, until when something is lifted
CASES = [
    ("2026-09-07 09:00", "2026-09-07 10:00", "2026-09-07 10:00"),
    ("2026-09-07 09:59", "2026-09-07 10:00", "2026-09-07 10:00"),
    ("2026-09-07 09:45", "2026-09-07 10:00", "2026-09-07 10:00"),  # of two lessons, the first
    ("2026-09-07 10:00", "2026-09-07 11:00", "2026-09-07 11:00"),  # the next lesson has begun
    ("2026-09-07 11:05", "2026-09-07 11:30", "2026-09-07 11:30"),
    ("2026-09-07 12:00", "", "2026-09-07 13:00"),  # no lesson: an hour
    ("2026-09-07 13:10", "2026-09-07 16:00", "2026-09-07 14:40"),  # the ceiling comes first
    ("2026-09-07 23:45", "2026-09-08 00:30", "2026-09-08 00:30"),
    ("2026-09-08 00:15", "2026-09-08 00:30", "2026-09-08 00:30"),  # of the evening before
    ("2026-12-07 09:10", "2026-12-07 10:00", "2026-12-07 10:00"),  # winter time
]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(("now", "rings", "ends"), CASES)
def test_the_bell_ends_it(now: str, rings: str, ends: str) -> None:
    assert bell(TABLE, local(now)) == (local(rings) if rings else None)
    assert until(TABLE, CEILING, local(now)) == local(ends)


@given(
    st.integers(0, 366 * 24 * 3600).map(lambda s: YEAR + timedelta(seconds=s)),
    st.integers(1, 240),
)
def test_whenever_it_begins_it_ends_later_and_within_the_ceiling(now: datetime, most: int) -> None:
    ceiling = Ceiling(timedelta(minutes=most), 2, 40)
    for table in (TABLE, Timetable(LONDON, {}, {})):
        assert now < until(table, ceiling, now) <= now + ceiling.longest
