"""Concerns as numbers."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from admin_web.trend_counts import (
    Bar,
    Compared,
    by_hour,
    by_name,
    by_week,
    compared,
    crossed,
    lasting,
    mondays,
    openings,
)
from filter_rules.types import Severity
from safeguard.store.trends import SeenConcern

LONDON = ZoneInfo("Europe/London")
AT = datetime(2026, 6, 14, 23, 30, tzinfo=UTC)  # half past midnight on Monday 15 June, in London


def seen(at: datetime = AT, opened: timedelta | None = None, **changes: object) -> SeenConcern:
    plain: dict[str, object] = {
        "group": "year 7", "family": "mood", "severity": Severity.MEDIUM,
        "started_at": at, "opened_at": at + opened if opened is not None else None,
    }  # fmt: skip
    return SeenConcern(**{**plain, **changes})  # type: ignore[arg-type]  # each is what it is


def test_weeks_begin_on_mondays_and_the_last_one_holds_today() -> None:
    assert mondays(date(2026, 6, 21), 2) == [date(2026, 6, 8), date(2026, 6, 15)]


def test_a_week_and_an_hour_are_those_of_the_schools_clocks() -> None:
    weeks = mondays(date(2026, 6, 21), 2)
    found = [seen(), seen(severity=Severity.URGENT), seen(AT - timedelta(hours=1))]
    assert by_week(found, weeks, LONDON) == [Bar("8 Jun", 1, 0), Bar("15 Jun", 2, 1)]
    hours = by_hour(found, LONDON)
    assert len(hours) == 24
    assert [one for one in hours if one.count] == [Bar("00", 2, 1), Bar("23", 1, 0)]
    table = crossed([*found, seen(family="drugs")], weeks, LONDON, lambda one: one.family)
    assert table.columns == ("8 Jun", "15 Jun")
    assert table.rows == (("mood", (1, 2), 3), ("drugs", (0, 1), 1))


def test_names_come_the_most_first() -> None:
    found = [seen(group="b"), seen(group="a"), seen(group="b", severity=Severity.HIGH)]
    assert by_name(found, lambda one: one.group) == [Bar("b", 2, 1), Bar("a", 1, 0)]


def test_how_long_concerns_waited() -> None:
    minute = timedelta(minutes=1)
    found = [
        seen(opened=minute), seen(opened=3 * minute), seen(), seen(opened=-minute),
        seen(severity=Severity.URGENT),
    ]  # fmt: skip
    urgent, medium = openings(found)
    assert (urgent.severity, urgent.unopened, urgent.middle) == (Severity.URGENT, 1, None)
    assert (medium.opened, medium.unopened) == (3, 1)
    assert (medium.middle, medium.longest) == (minute, 3 * minute)


def test_what_came_before_a_moment_and_after_it() -> None:
    found = [seen(AT - timedelta(days=1)), seen(), seen(), seen(family="drugs")]
    assert compared(found, AT, lambda one: one.family) == [
        Compared("drugs", 0, 1), Compared("mood", 1, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "says"),
    [(None, "–"), (0, "0 minutes"), (1, "1 minute"), (119, "119 minutes"), (120, "2 hours"),
     (2879, "47 hours"), (2880, "2 days")],
)  # fmt: skip
def test_a_time_is_said_as_people_do(minutes: int | None, says: str) -> None:
    assert lasting(None if minutes is None else timedelta(minutes=minutes)) == says
