"""Schedules: what staff can check as a table, then the laws that hold in any zone."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.schedule import Schedule, Span, Window, moment
from safeguard.core.timetable import timetable

LONDON = ZoneInfo("Europe/London")
TABLE = tomllib.loads(Path("tests/tables/schedules.toml").read_text(encoding="utf-8"))
SCHOOL = timetable(LONDON, TABLE["lessons"], TABLE["dates"])
MINUTE = timedelta(minutes=1)


def when(words: str) -> datetime:
    zone = UTC if words.endswith("Z") else LONDON
    return datetime.fromisoformat(words.removesuffix("Z")).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("case", TABLE["case"], ids=lambda case: case["says"])
def test_a_schedule_is_on_when_the_table_says(case: dict[str, Any]) -> None:
    schedule = SCHOOL.schedule(
        case["says"], case["windows"], case.get("during", ()), case.get("outside", ())
    )
    told = {words: schedule.is_on(when(words)) for words in (*case["on"], *case["off"])}
    assert told == dict.fromkeys(case["on"], True) | dict.fromkeys(case["off"], False)


@pytest.mark.parametrize(
    ("now", "edge"),
    [
        ("2026-11-04 11:00", "2026-11-04 12:00"),
        ("2026-11-04 12:00", "2026-11-04 13:00"),
        ("2026-11-06 13:00", "2026-11-09 12:00"),
        ("2026-03-27 13:00", "2026-03-30 12:00"),
    ],
)
def test_the_next_edge_is_the_next_moment_at_which_it_begins_or_ends(now: str, edge: str) -> None:
    lunch = SCHOOL.schedule("lunch", ["mon-fri 12:00-13:00"])
    assert lunch.next_edge(when(now)) == when(edge)


def test_in_the_holidays_no_edge_is_within_a_week() -> None:
    lunch = SCHOOL.schedule("lunch", ["mon-fri 12:00-13:00"], ["autumn term"])
    assert lunch.next_edge(when("2026-12-18 13:00")) is None


def test_what_is_once_a_week_begins_again_a_week_later() -> None:
    assembly = SCHOOL.schedule("assembly", ["mon 09:00-09:30"])
    assert assembly.next_edge(when("2026-11-02 09:30")) == when("2026-11-09 09:00")


ZONES = st.sampled_from(
    [
        LONDON,
        ZoneInfo("America/St_Johns"),
        ZoneInfo("Australia/Lord_Howe"),
        ZoneInfo("Pacific/Apia"),
        ZoneInfo("Asia/Kathmandu"),
    ]
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
WINDOWS = st.builds(
    lambda days, begins, ends: Window(days, begins, ends if begins != ends else time()),
    st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    TIMES.filter(bool),
    TIMES,
)
SPANS = st.builds(
    lambda first, days: Span(first, first + timedelta(days=days)),
    st.dates(date(2011, 1, 1), date(2027, 1, 1)),
    st.integers(0, 365),
)
SCHEDULES = st.builds(
    Schedule,
    st.just("any"),
    st.lists(WINDOWS, min_size=1, max_size=3).map(tuple),
    ZONES,
    st.lists(SPANS, max_size=1).map(tuple),
    st.lists(SPANS, max_size=1).map(tuple),
)
NOWS = st.datetimes(datetime(2011, 6, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  given a zone


@given(SCHEDULES, NOWS, st.floats(0, 1))
def test_between_two_edges_nothing_changes(schedule: Schedule, now: datetime, part: float) -> None:
    edge = schedule.next_edge(now) or now + timedelta(days=7)
    assert edge > now
    between = now + (edge - now) * part
    assert between >= edge or schedule.is_on(between) is schedule.is_on(now)


@given(st.dates(date(2011, 1, 1), date(2027, 1, 1)), TIMES, ZONES)
def test_a_moment_shows_its_time_or_follows_what_was_skipped(
    day: date, at: time, zone: ZoneInfo
) -> None:
    found, wanted = moment(day, at, zone), datetime.combine(day, at)
    shown, before = (
        one.astimezone(zone).replace(tzinfo=None) for one in (found, found - timedelta(seconds=1))
    )
    assert before < wanted <= shown
    assert shown == wanted or shown - before > MINUTE


@pytest.mark.parametrize(
    ("window", "says"),
    [
        ((frozenset[int](), time(9), time(10)), "must name its days"),
        ((frozenset({7}), time(9), time(10)), "from 0, which is Monday"),
        ((frozenset({0}), time(9), time(9)), "begin and end at once"),
    ],
)
def test_a_window_that_could_mean_anything_is_refused(
    window: tuple[frozenset[int], time, time], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        Window(*window)


def test_a_schedule_without_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="would never be on"):
        Schedule("empty", (), LONDON)


@pytest.mark.parametrize("last", [date(2026, 8, 31), date(2027, 9, 2)])
def test_dates_that_end_before_they_begin_or_never_are_refused(last: date) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Span(date(2026, 9, 1), last)
