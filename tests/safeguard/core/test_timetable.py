"""Schedules in a school's words: what is read, and the sentence for what cannot be."""

from datetime import UTC, date, time

import pytest

from safeguard.core.schedule import Schedule, Span, Window
from safeguard.core.timetable import timetable

SCHOOL = timetable(
    UTC,
    {"period 1": "09:00-10:00", "lunch": "12:00-13:00"},
    {"term": ["2026-09-02/2026-10-23"], "inset": ["2026-11-09"]},
)


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("mon 09:00-10:00", Window(frozenset({0}), time(9), time(10))),
        ("mon,wed 22:00-06:00", Window(frozenset({0, 2}), time(22), time(6))),
        ("Fri-Mon period 1", Window(frozenset({4, 5, 6, 0}), time(9), time(10))),
        ("sat-sat lunch", Window(frozenset({5}), time(12), time(13))),
        ("mon-wed,sun 09:00 - 10:00", Window(frozenset({0, 1, 2, 6}), time(9), time(10))),
    ],
)
def test_a_window_names_days_and_times_or_a_lesson(words: str, window: Window) -> None:
    assert SCHOOL.schedule("one", [words]).windows == (window,)


def test_a_schedule_is_made_of_named_dates() -> None:
    assert SCHOOL.schedule("one", ["mon lunch"], ["term"], ["inset"]) == Schedule(
        "one",
        (Window(frozenset({0}), time(12), time(13)),),
        UTC,
        (Span(date(2026, 9, 2), date(2026, 10, 23)),),
        (Span(date(2026, 11, 9), date(2026, 11, 9)),),
    )


@pytest.mark.parametrize(
    ("windows", "during", "says"),
    [
        ([], [], "has no window"),
        (["12:00-13:00"], [], "must name its days"),
        (["period 1"], [], "must name its days"),
        (["lunch"], [], "must name its days"),
        (["moon 12:00-13:00"], [], "'moon' is no day of the week"),
        (["mon-moon 12:00-13:00"], [], "'mon-moon' is no day of the week"),
        (["mon"], [], "names neither a lesson nor times"),
        (["mon 25:00-26:00"], [], "names neither a lesson nor times"),
        (["mon 12:00"], [], "names neither a lesson nor times"),
        (["mon 12:00-12:00"], [], "begin and end at once"),
        (["mon lunch"], ["summer"], "no dates called 'summer'"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_name_of_the_schedule(
    windows: list[str], during: list[str], says: str
) -> None:
    with pytest.raises(ValueError, match=f"The schedule 'one' cannot be used: .*{says}|{says}"):
        SCHOOL.schedule("one", windows, during)


def test_a_lesson_and_dates_that_cannot_be_read_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="The lesson 'early' names neither"):
        timetable(UTC, {"early": "soon"}, {})
    with pytest.raises(ValueError, match="The dates 'term' cannot be read from '2026-13-01'"):
        timetable(UTC, {}, {"term": ["2026-13-01"]})
