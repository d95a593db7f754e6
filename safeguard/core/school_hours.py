"""When the school is open: its hours, its weekdays, and the days on which it is closed."""

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

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.tz)

    def is_school_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.closed

    def is_open(self, at: datetime) -> bool:
        local = self.local(at)
        return self.is_school_day(local.date()) and self.opens <= local.time() < self.closes

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
