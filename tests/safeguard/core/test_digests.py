"""Which reports are due, whom they are for, and what they count."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Severity
from safeguard.core.digests import (
    Figures,
    ReportKind,
    Tally,
    by_family,
    by_severity,
    recipients,
    report_of,
    reports_due,
    scoped,
    total,
)
from safeguard.core.notices import Ladder, Step
from safeguard.core.school_hours import SchoolHours

HOURS = SchoolHours(ZoneInfo("Europe/London"), closed=frozenset({date(2026, 3, 2)}))
DIGEST, WEEKLY = ReportKind.DIGEST, ReportKind.WEEKLY
LEAD, YEAR_LEAD = 1, 2
LADDERS = (
    Ladder(1, steps=(Step((LEAD,)), Step((9,)))),
    Ladder(2, frozenset({"primary"}), frozenset({"bullying"}), steps=(Step((YEAR_LEAD,)),)),
    Ladder(3),
)


def tally(family: str, group: str, count: int, severity: Severity = Severity.HIGH) -> Tally:
    return Tally(severity, family, group, "new", opened=False, care=False, count=count)


TALLIES = (
    tally("bullying", "primary", 2),
    tally("bullying", "secondary", 3),
    tally("self-harm", "primary", 4, Severity.URGENT),
    tally("adult", "secondary", 3),
)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), []),  # the Monday is a holiday
        (datetime(2026, 3, 3, 7, 29, tzinfo=UTC), []),
        (datetime(2026, 3, 3, 7, 30, tzinfo=UTC), [(DIGEST, 3), (WEEKLY, 3)]),
        (datetime(2026, 3, 4, 7, 30, tzinfo=UTC), [(DIGEST, 4), (WEEKLY, 3)]),
        (datetime(2026, 3, 7, 12, 0, tzinfo=UTC), [(WEEKLY, 3)]),  # a Saturday
    ],
)
def test_a_digest_is_due_on_school_days_and_a_report_each_week(
    now: datetime, expected: list[tuple[ReportKind, int]]
) -> None:
    assert [(one.kind, one.day.day) for one in reports_due(HOURS, now)] == expected


def test_in_summer_it_is_due_by_the_schools_clocks() -> None:
    assert (
        next(reports_due(HOURS, datetime(2026, 6, 3, 6, 29, tzinfo=UTC), time(7, 30))).kind
        is WEEKLY
    )
    due = list(reports_due(HOURS, datetime(2026, 6, 3, 6, 30, tzinfo=UTC), time(7, 30)))
    assert [one.kind for one in due] == [DIGEST, WEEKLY]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  Hypothesis adds the zone
def test_what_is_due_is_written_as_it_was_due_however_late(now: datetime) -> None:
    for report in reports_due(HOURS, now):
        assert report.until <= now
        assert report_of(report.kind, report.day, HOURS).until == report.until
        assert report.since < report.until


def test_a_digest_covers_what_came_since_the_school_day_before() -> None:
    report = report_of(DIGEST, date(2026, 3, 9), HOURS)
    assert report.since == datetime(2026, 3, 6, 7, 30, tzinfo=UTC)
    assert report.key(7) == "digest:2026-03-09:7"
    assert report_of(WEEKLY, date(2026, 3, 9), HOURS).since == datetime(
        2026, 3, 2, 7, 30, tzinfo=UTC
    )


def test_reports_go_to_those_who_are_told_first() -> None:
    assert recipients(LADDERS) == (LEAD, YEAR_LEAD)


def test_figures_are_of_the_groups_and_families_that_a_contact_is_told_of() -> None:
    figures = Figures(TALLIES, TALLIES, TALLIES, TALLIES, 2, 1)
    assert total(scoped(figures, LEAD, LADDERS).open) == 12
    mine = scoped(figures, YEAR_LEAD, LADDERS)
    assert [total(one) for one in (mine.open, mine.raised, mine.raised_before)] == [2, 2, 2]
    assert (mine.while_closed, mine.due) == (2, 1)
    assert total(scoped(figures, 5, LADDERS).open) == 0


def test_counts_are_added_up_the_worst_and_the_most_first() -> None:
    assert by_severity(TALLIES) == [(Severity.URGENT, 4), (Severity.HIGH, 8)]
    assert by_family(TALLIES) == [("bullying", 5), ("self-harm", 4), ("adult", 3)]
