"""When a rule is in force: weekly windows on the clocks of the school, within its dates.

A window belongs to the day on which it begins, so Friday 22:00-06:00 ends on Saturday. Where
the clocks change it begins and ends at the first moment at which they show the time; a time
that they skip is the moment at which they skip it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
MIDNIGHT = time()
SECOND = timedelta(seconds=1)
AHEAD = 8  # days: every weekly window begins within them
LONGEST_TIME = 366  # days of a span of dates


@dataclass(frozen=True, slots=True)
class Window:
    """From a time to a time on these days of the week (0 is Monday), across midnight if need be."""

    days: frozenset[int]
    begins: time
    ends: time

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("A window must name its days, such as mon or mon-fri.")
        if not self.days <= frozenset(range(7)):
            raise ValueError("A day of the week is a number from 0, which is Monday, to 6.")
        if self.begins == self.ends != MIDNIGHT:
            raise ValueError(
                "A window must not begin and end at once: for a day write 00:00-00:00."
            )

    def on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return the moments, in UTC, between which it is open on a day."""
        last = day if self.begins < self.ends else day + DAY
        return moment(day, self.begins, zone), moment(last, self.ends, zone)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included: a term, a holiday, the exam weeks."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not timedelta() <= self.last - self.first < LONGEST_TIME * DAY:
            raise ValueError(
                f"{self.first}/{self.last} ends before it begins, or is longer than a year."
            )

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly windows, in these dates (none: all the year) and outside those."""

    name: str
    windows: tuple[Window, ...]
    zone: tzinfo
    during: tuple[Span, ...] = ()
    outside: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if not self.windows:
            raise ValueError("It has no window, so it would never be on.")

    def is_on(self, now: datetime) -> bool:
        yesterday = now.astimezone(self.zone).date() - DAY
        return any(begins <= now < ends for begins, ends in self._open(yesterday, 2))

    def next_edge(self, now: datetime) -> datetime | None:
        """Return when a window next begins or ends; None if not within a week from now."""
        yesterday = now.astimezone(self.zone).date() - DAY
        edges = (edge for both in self._open(yesterday, AHEAD + 1) for edge in both)
        return min((edge for edge in edges if edge > now), default=None)

    def edges(self, since: datetime, ahead: timedelta) -> list[datetime]:
        """Return when windows begin or end within a while, in any order."""
        first = since.astimezone(self.zone).date() - DAY
        both = self._open(first, ahead // DAY + 2)
        return [edge for window in both for edge in window if since <= edge <= since + ahead]

    def turns(self) -> list[datetime]:
        """Return when its dates begin and are over: between these it is the same each week."""
        days = [(span.first, span.last + DAY) for span in (*self.during, *self.outside)]
        return [moment(day, MIDNIGHT, self.zone) for both in days for day in both]

    def _open(self, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        for day in (first + number * DAY for number in range(days)):
            if _any_holds(self.outside, day) or not (
                not self.during or _any_holds(self.during, day)
            ):
                continue
            for window in self.windows:
                if day.weekday() in window.days:
                    yield window.on(day, self.zone)


def _any_holds(spans: Iterable[Span], day: date) -> bool:
    return any(span.holds(day) for span in spans)


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the first moment of a day, in UTC, at which the clocks show this time or skip it."""
    wanted = datetime.combine(day, at)
    first, second = (wanted.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:  # the clocks show it once, or twice
        return first
    skipped = range((first - second) // SECOND)  # and somewhere within these they skip it
    return second + SECOND * bisect_left(
        skipped,
        wanted,
        key=lambda seconds: (second + seconds * SECOND).astimezone(zone).replace(tzinfo=None),
    )
