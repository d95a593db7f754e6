"""Concerns -> the numbers of the page "Trends". Pure: what is counted comes as arguments."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from statistics import median
from zoneinfo import ZoneInfo

from filter_rules.types import Severity
from safeguard.store.trends import SeenConcern

HOURS = range(24)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a picture; `severe` is the part of it that was to be looked at that day."""

    label: str
    count: int
    severe: int = 0


@dataclass(frozen=True, slots=True)
class Crossed:
    """A table of counts: rows by name, the most first; each with its counts and their sum."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...], int], ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """How long concerns of one severity waited for the first look."""

    severity: Severity
    opened: int
    unopened: int
    middle: timedelta | None
    longest: timedelta | None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many there were in the days before a moment, and in as many days after it."""

    name: str
    before: int
    after: int


def mondays(until: date, weeks: int) -> list[date]:
    """Return the beginnings of so many weeks, the last one with `until` in it."""
    last = until - timedelta(days=until.weekday())
    return [last - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]


def by_week(found: Iterable[SeenConcern], weeks: Sequence[date], zone: ZoneInfo) -> list[Bar]:
    """Return how many began in each week, and how many of those were to be looked at that day."""
    all_of: Counter[date] = Counter()
    severe: Counter[date] = Counter()
    for one in found:
        week = _monday(one.started_at, zone)
        all_of[week] += 1
        severe[week] += one.severity >= Severity.HIGH
    return [Bar(_short(week), all_of[week], severe[week]) for week in weeks]


def crossed(
    found: Iterable[SeenConcern],
    weeks: Sequence[date],
    zone: ZoneInfo,
    of: Callable[[SeenConcern], str],
) -> Crossed:
    """Return the counts by week of what `of` says of each concern."""
    counts: dict[str, Counter[date]] = {}
    for one in found:
        counts.setdefault(of(one), Counter())[_monday(one.started_at, zone)] += 1
    rows = [
        (name, tuple(weekly[week] for week in weeks), sum(weekly[week] for week in weeks))
        for name, weekly in counts.items()
    ]
    ordered = sorted(rows, key=lambda row: (-row[2], row[0]))
    return Crossed(tuple(_short(week) for week in weeks), tuple(ordered))


def by_name(found: Iterable[SeenConcern], of: Callable[[SeenConcern], str]) -> list[Bar]:
    """Return how many there are of each, the most first."""
    severe: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for one in found:
        counts[of(one)] += 1
        severe[of(one)] += one.severity >= Severity.HIGH
    ordered = sorted(counts.items(), key=lambda named: (-named[1], named[0]))
    return [Bar(name, count, severe[name]) for name, count in ordered]


def by_hour(found: Iterable[SeenConcern], zone: ZoneInfo) -> list[Bar]:
    """Return how many began in each hour of the day, by the school's clocks."""
    counts: Counter[int] = Counter()
    severe: Counter[int] = Counter()
    for one in found:
        hour = one.started_at.astimezone(zone).hour
        counts[hour] += 1
        severe[hour] += one.severity >= Severity.HIGH
    return [Bar(f"{hour:02}", counts[hour], severe[hour]) for hour in HOURS]


def openings(found: Iterable[SeenConcern]) -> list[Opening]:
    """Return how long each severity waited, the most severe first."""
    waits: dict[Severity, list[timedelta]] = {}
    unopened: Counter[Severity] = Counter()
    for one in found:
        waits.setdefault(one.severity, [])
        if one.opened_at is None:
            unopened[one.severity] += 1
        else:
            waits[one.severity].append(max(one.opened_at - one.started_at, timedelta()))
    return [
        Opening(
            severity,
            len(times),
            unopened[severity],
            timedelta(seconds=median(one.total_seconds() for one in times)) if times else None,
            max(times, default=None),
        )
        for severity, times in sorted(waits.items(), reverse=True)
    ]


def compared(
    found: Iterable[SeenConcern], moment: datetime, of: Callable[[SeenConcern], str]
) -> list[Compared]:
    """Return what was counted before a moment and after it, the greatest change first."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for one in found:
        (before if one.started_at < moment else after)[of(one)] += 1
    names = set(before) | set(after)
    rows = [Compared(name, before[name], after[name]) for name in names]
    return sorted(rows, key=lambda row: (-abs(row.after - row.before), row.name))


def lasting(time: timedelta | None) -> str:
    """Say a time as people do: "12 minutes", "3 hours", "2 days"."""
    if time is None:
        return "–"
    minutes = int(time.total_seconds() // 60)
    for many, noun in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * many:
            return f"{minutes // many} {noun}s"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _monday(moment: datetime, zone: ZoneInfo) -> date:
    return _week_of(moment.astimezone(zone).toordinal())


@cache
def _week_of(ordinal: int) -> date:
    return date.fromordinal(ordinal - (ordinal - 1) % 7)  # day 1 of the calendar is a Monday


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
