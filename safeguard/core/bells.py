"""Until when something is lifted where nobody says: until the bell, within the ceiling."""

from datetime import UTC, date, datetime, time, timedelta

from safeguard.core.overrides import Ceiling
from safeguard.core.schedule import DAY, moment
from safeguard.core.timetable import Timetable

WITHOUT_A_BELL = timedelta(minutes=60)


def bell(table: Timetable, now: datetime) -> datetime | None:
    """Return when the lesson ends that runs now; of several that do, the first. None: none runs."""
    today = now.astimezone(table.zone).date()
    lessons = (
        _on(table, day, begins, ends)
        for begins, ends in table.lessons.values()
        for day in (today - DAY, today)
    )
    return min((ends for begins, ends in lessons if begins <= now < ends), default=None)


def until(table: Timetable, ceiling: Ceiling, now: datetime) -> datetime:
    """Return when an override ends that begins now: at the bell, else after an hour."""
    ends = bell(table, now) or now + WITHOUT_A_BELL
    return min(ends, now + ceiling.longest).astimezone(UTC)


def _on(table: Timetable, day: date, begins: time, ends: time) -> tuple[datetime, datetime]:
    last = day if begins < ends else day + DAY
    return moment(day, begins, table.zone), moment(last, ends, table.zone)
