"""Visits before they are written: repeats within a minute become one, and memory is bounded."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from safeguard.core.types import Subject, Target, Verdict
from safeguard.core.visits import MERGED, Visit, path_of, visit_id, visit_of

MOST_OPEN = 20_000
MOST_CLOSED = 20_000  # which wait for the next flush

type Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Open:
    """A visit that may still be repeated. The path is that of its first request."""

    visit: Visit
    path: str
    since: datetime
    times: int = 1


class Visiting:
    """The visits of the last minute. Its user sees to it that one thread at a time is here."""

    def __init__(self, randomness: Callable[[int], bytes]) -> None:
        self.shed = 0
        self._randomness = randomness
        self._open: dict[Key, Open] = {}  # the oldest first
        self._closed: list[Open] = []

    def add(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> None:
        """Count a visit, or begin one."""
        host = "" if verdict.withheld else target.host
        key = (subject.key, subject.address, host, verdict.action)
        found = self._open.get(key)
        if found is not None:
            if timedelta() <= now - found.since < MERGED:
                found.times += 1
                return
            self._close(key)
        elif len(self._open) >= MOST_OPEN:
            self._close(next(iter(self._open)))
        visit = visit_of(subject, target, verdict, visit_id(now, self._randomness(3)))
        self._open[key] = Open(visit, path_of(target, verdict), now)

    def take(self, now: datetime | None, most: int) -> list[Open]:
        """Return some of the visits that are over (without `now`: all of them), and let go of them."""
        taken, self._closed = self._closed[:most], self._closed[most:]
        while self._open and len(taken) < most:
            key, oldest = next(iter(self._open.items()))
            if now is not None and timedelta() <= now - oldest.since < MERGED:
                break
            taken.append(self._open.pop(key))
        return taken

    def _close(self, key: Key) -> None:
        ended = self._open.pop(key)
        if len(self._closed) < MOST_CLOSED:
            self._closed.append(ended)
        else:
            self.shed += 1
