"""Digests and weekly reports: which are due, and what they count. Nobody's name is in them.

Both go out where there is nothing to report too: silence would look the same as a fault.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from filter_rules.types import Severity
from safeguard.core.notices import Ladder
from safeguard.core.school_hours import DAY, SchoolHours

DIGEST_AT = time(7, 30)


class ReportKind(StrEnum):
    """Which of the two."""

    DIGEST = "digest"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is due, and the time that it covers."""

    kind: ReportKind
    day: date
    since: datetime
    until: datetime

    def key(self, contact: int) -> str:
        return f"{self.kind.value}:{self.day.isoformat()}:{contact}"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many concerns are alike."""

    severity: Severity
    family: str
    group: str
    standing: str
    opened: bool
    care: bool
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report says: of concerns that are open now, and of those of its time."""

    open: tuple[Tally, ...] = ()
    raised: tuple[Tally, ...] = ()
    raised_before: tuple[Tally, ...] = ()
    unopened_for_a_day: tuple[Tally, ...] = ()
    while_closed: int = 0
    due: int = 0


def reports_due(hours: SchoolHours, now: datetime, at: time = DIGEST_AT) -> Iterator[Report]:
    """Return what should have gone out by now today (and this week), each with its own key."""
    today = hours.local(now).date()
    starts = hours.week_starts(today)
    this_morning = hours.moment(today, at)
    if hours.is_school_day(today) and now >= this_morning:
        before = hours.moment(hours.school_day_before(today), at)
        yield Report(ReportKind.DIGEST, today, before, this_morning)
    monday_morning = hours.moment(starts, at)
    if now >= monday_morning:
        week_ago = monday_morning - timedelta(days=7)
        yield Report(ReportKind.WEEKLY, starts, week_ago, monday_morning)


def report_of(kind: ReportKind, day: date, hours: SchoolHours, at: time = DIGEST_AT) -> Report:
    """Return the report of a day: what is written when it is sent, however late that is."""
    until = hours.moment(day, at)
    since = hours.moment(hours.school_day_before(day), at)
    if kind is ReportKind.WEEKLY:
        since = until - 7 * DAY
    return Report(kind, day, since, until)


def recipients(ladders: Iterable[Ladder]) -> tuple[int, ...]:
    """Return who gets reports: whoever is told first, by any ladder."""
    return tuple(
        sorted({one for each in ladders for step in each.steps[:1] for one in step.contacts})
    )


def seen_by(contact: int, tallies: Iterable[Tally], ladders: Sequence[Ladder]) -> tuple[Tally, ...]:
    """Return the tallies of those groups and families that a contact is told of."""
    mine = [each for each in ladders if any(contact in step.contacts for step in each.steps)]
    return tuple(
        one for one in tallies if any(each.is_about(one.family, one.group) for each in mine)
    )


def scoped(figures: Figures, contact: int, ladders: Sequence[Ladder]) -> Figures:
    """Return the figures as far as they are a contact's."""
    return Figures(
        seen_by(contact, figures.open, ladders),
        seen_by(contact, figures.raised, ladders),
        seen_by(contact, figures.raised_before, ladders),
        seen_by(contact, figures.unopened_for_a_day, ladders),
        figures.while_closed,
        figures.due,
    )


def total(tallies: Iterable[Tally]) -> int:
    return sum(one.count for one in tallies)


def by_severity(tallies: Iterable[Tally]) -> list[tuple[Severity, int]]:
    """Return how many of each severity, the worst first."""
    found: dict[Severity, int] = {}
    for one in tallies:
        found[one.severity] = found.get(one.severity, 0) + one.count
    return sorted(found.items(), reverse=True)


def by_family(tallies: Iterable[Tally]) -> list[tuple[str, int]]:
    """Return how many of each family, the most first."""
    found: dict[str, int] = {}
    for one in tallies:
        found[one.family] = found.get(one.family, 0) + one.count
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
