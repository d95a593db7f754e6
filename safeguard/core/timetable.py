"""Schedules in the words of a school: "mon-fri 12:00-13:00", "tue,thu period 3", "during" a term.

Each mistake is refused with a sentence that says how to write it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, tzinfo

from safeguard.core.schedule import Schedule, Span, Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AS_IN = "as in mon-fri 12:00-13:00, or mon,wed period 3"
CLOCK = r"((?:[01][0-9]|2[0-3]):[0-5][0-9])"
TIMES = re.compile(f"{CLOCK} ?[-–] ?{CLOCK}")

type Times = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Timetable:
    """The lesson periods and the dates of a school by name, and the zone of its clocks."""

    zone: tzinfo
    lessons: Mapping[str, Times]
    dates: Mapping[str, tuple[Span, ...]]

    def schedule(
        self,
        name: str,
        windows: Iterable[str],
        during: Iterable[str] = (),
        outside: Iterable[str] = (),
    ) -> Schedule:
        try:
            return Schedule(
                name,
                tuple(self._window(words) for words in windows),
                self.zone,
                self._spans(during),
                self._spans(outside),
            )
        except ValueError as error:
            raise ValueError(f"The schedule {name!r} cannot be used: {error}") from error

    def _window(self, words: str) -> Window:
        days, _, times = words.strip().partition(" ")
        if days in self.lessons or words.strip() in self.lessons or days[:1].isdigit():
            raise ValueError(f"{words!r} must name its days, {AS_IN}.")
        lesson = self.lessons.get(times.strip())
        return Window(_days(days), *(lesson or _times(times, f"{words!r}")))

    def _spans(self, names: Iterable[str]) -> tuple[Span, ...]:
        wanted = tuple(names)
        unknown = [name for name in wanted if name not in self.dates]
        if unknown:
            raise ValueError(f"There are no dates called {unknown[0]!r}.")
        return tuple(span for name in wanted for span in self.dates[name])


def timetable(
    zone: tzinfo, lessons: Mapping[str, str], dates: Mapping[str, Sequence[str]]
) -> Timetable:
    """Return the timetable of lessons like "09:00-10:00" and dates like "2026-09-02/2026-12-18"."""
    return Timetable(
        zone,
        {name: _times(words, f"The lesson {name!r}") for name, words in lessons.items()},
        {name: tuple(_span(name, one) for one in spans) for name, spans in dates.items()},
    )


def _days(words: str) -> frozenset[int]:
    """Read mon, mon,wed or fri-mon."""
    found: set[int] = set()
    for part in words.lower().split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"{part!r} is no day of the week: write {', '.join(DAYS)}, {AS_IN}.")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {number % 7 for number in range(start, end + 1 + 7 * (end < start))}
    return frozenset(found)


def _times(words: str, where: str) -> Times:
    found = TIMES.fullmatch(words.strip())
    if not found:
        raise ValueError(f"{where} names neither a lesson nor times, {AS_IN}.")
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])


def _span(name: str, words: str) -> Span:
    first, _, last = words.partition("/")
    try:
        return Span(date.fromisoformat(first), date.fromisoformat(last or first))
    except ValueError as error:
        raise ValueError(
            f"The dates {name!r} cannot be read from {words!r}: write 2026-09-02/2026-12-18."
        ) from error
