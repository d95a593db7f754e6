"""When the school is open, and when it is night: its hours, its weekdays, and the days it is closed.

The one place that decides it, for concerns and for notices alike.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class SchoolHours:
    """The term calendar. `closed`: holidays, and any other day without school."""

    tz: tzinfo
    opens: time = time(8)
    closes: time = time(17)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    closed: frozenset[date] = frozenset()
    night_from: time = time(22)
    night_until: time = time(6)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.tz)

    def is_school_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.closed

    def is_open(self, at: datetime) -> bool:
        local = self.local(at)
        return self.is_school_day(local.date()) and self.opens <= local.time() < self.closes

    def holds(self, first: datetime, last: datetime) -> bool:
        """Say whether a spell lies within the hours of one school day, their end included."""
        start, end = self.local(first), self.local(last)
        return (
            start.date() == end.date()
            and self.is_school_day(start.date())
            and self.opens <= start.time()
            and end.time() <= self.closes
        )

    def is_night(self, at: datetime) -> bool:
        hour = self.local(at).time()
        if self.night_from > self.night_until:
            return hour >= self.night_from or hour < self.night_until
        return self.night_from <= hour < self.night_until

    def moment(self, day: date, at: time) -> datetime:
        """Return the moment of a day at which the school's clocks show this time."""
        return datetime.combine(day, at, self.tz)

    def week_starts(self, day: date) -> date:
        """Return the first school day of a day's week; Monday where it has none."""
        monday = day - day.weekday() * DAY
        week = [monday + number * DAY for number in range(7)]
        return next((one for one in week if self.is_school_day(one)), monday)

    def school_day_before(self, day: date) -> date:
        """Return the last school day before a day, or a week before where there was none."""
        week = [day - number * DAY for number in range(1, 8)]
        return next((one for one in week if self.is_school_day(one)), week[-1])
