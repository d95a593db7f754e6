"""Verdicts become events in the worker's spool, before the answer is released.

Flagged ones are on disk when `record` returns, or it raises and the edge refuses. Other
blocks are counted: the first is written, the rest add to it, and the sum is written each
second. Everything held in memory is bounded.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

import msgspec

from safeguard.core.events import (
    MOST_HOSTS,
    SCHOOL,
    WINDOW,
    Event,
    Growth,
    Keeping,
    Private,
    SealedEvent,
    Tally,
    decisive_category,
    event_of,
    host_kept,
    kept_how,
    new_event_id,
)
from safeguard.core.types import Subject, Target, Verdict
from safeguard.settings import Settings
from safeguard.spool import (
    SpoolError,
    SpoolWriter,
    encode,
    holds_records,
    spool_file,
)
from safeguard.vault import Vault, open_vault

MOST_RUNNING = 20_000
MOST_TALLIES = 1000
PRUNE_EVERY = 4  # flushes
NOTHING = Private()

type Key = tuple[str, str, str]


class RecorderError(Exception):
    """An event that must be kept could not be: the edge refuses the request."""


@dataclass(slots=True)
class Running:
    """A counted event that still grows."""

    event: Event
    last: datetime
    count: int = 1
    hosts: dict[str, None] = field(default_factory=dict)
    written: bool = True

    def add(self, host: str, now: datetime) -> None:
        self.count += 1
        self.last = now
        self.written = False
        if len(self.hosts) < MOST_HOSTS:
            self.hosts[host] = None

    def record(self) -> bytes:
        return encode(Growth(self.event.id, self.count, tuple(self.hosts), self.last))


class Recorder:
    """Keeps what deserves a person's eye. One a worker, opened after the fork."""

    def __init__(
        self,
        spool: SpoolWriter,
        vault: Vault,
        *,
        school_id: int = SCHOOL,
        randomness: Callable[[int], bytes] = os.urandom,
        drained: Callable[[], int] | None = None,
    ) -> None:
        self.lost = 0
        self._spool = spool
        self._vault = vault
        self._school_id = school_id
        self._randomness = randomness
        self._drained = drained or spool.drained
        self._writer = randomness(8).hex()
        self._running: dict[Key, Running] = {}
        self._tallies: dict[tuple[datetime, str], int] = {}
        self._new_tallies: set[tuple[datetime, str]] = set()
        self._flushes = 0
        self._lock = Lock()

    def record(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> str:
        """Keep what must be kept; return the reference that the block page shows, or ""."""
        keeping = kept_how(verdict, target)
        if keeping is Keeping.NOTHING:
            return ""
        with self._lock:
            match keeping:
                case Keeping.COMMITTED:
                    return self._commit(subject, target, verdict, now)
                case Keeping.COUNTED:
                    return self._count(subject, target, verdict, now)
                case Keeping.TALLIED:
                    return self._tally(decisive_category(verdict), now)

    def flush(self, now: datetime) -> None:
        """Write what has been added up, and prune what is drained. Call it each second."""
        with self._lock:
            try:
                self._write_sums(now)
                self._flushes += 1
                if self._flushes % PRUNE_EVERY == 0:
                    self._spool.prune(self._drained())
            except SpoolError:
                self.lost += 1  # the sums stay in memory, and are written when the disk allows

    def close(self, now: datetime) -> None:
        self.flush(now)
        self._spool.close()

    def _commit(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> str:
        event = self._event(subject, target, verdict, now)
        try:
            self._spool.append(self._sealed(event))
        except SpoolError as error:
            raise RecorderError("an event that must be kept could not be written") from error
        return event.reference

    def _count(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> str:
        key = (subject.key, subject.group, decisive_category(verdict))
        running = self._running.get(key)
        if running is not None and now - running.event.at < WINDOW:
            running.add(host_kept(verdict, target), now)
            return running.event.reference
        event = self._event(subject, target, verdict, now)
        try:
            if not self._spool.append_many([self._sealed(event)]):
                return ""
            self._make_room(key)
        except SpoolError:
            self.lost += 1  # the block stands; its count is what is missed
            return ""
        self._running[key] = Running(event, now, hosts=dict.fromkeys(event.hosts))
        return event.reference

    def _make_room(self, key: Key) -> None:
        """Let go of the key's last spell, and of the oldest where there are too many."""
        going = [key] if key in self._running else []
        if len(self._running) >= MOST_RUNNING:
            going.append(next(iter(self._running)))
        for one in dict.fromkeys(going):
            ended = self._running[one]
            if not ended.written:
                self._spool.append_many([ended.record()])
            del self._running[one]

    def _tally(self, category: str, now: datetime) -> str:
        key = (_hour(now), category)
        if key in self._tallies or len(self._tallies) < MOST_TALLIES:
            self._tallies[key] = self._tallies.get(key, 0) + 1
            self._new_tallies.add(key)
        return ""

    def _write_sums(self, now: datetime) -> None:
        growing = [one for one in self._running.values() if not one.written]
        records = [one.record() for one in growing]
        records += [
            encode(Tally(self._writer, hour, category, count, self._school_id))
            for (hour, category), count in self._tallies.items()
            if (hour, category) in self._new_tallies
        ]
        if records and not self._spool.append_many(records):
            return
        for one in growing:
            one.written = True
        self._new_tallies.clear()
        self._tallies = {key: count for key, count in self._tallies.items() if key[0] == _hour(now)}
        self._running = {
            key: one for key, one in self._running.items() if now - one.event.at < WINDOW
        }

    def _event(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> Event:
        event = event_of(verdict, subject, target, now, new_event_id(now, self._randomness(10)))
        if event is None:  # kept_how said otherwise a moment ago
            raise RecorderError("an event that must be kept was refused")
        return event

    def _sealed(self, event: Event) -> bytes:
        private = self._vault.seal(msgspec.msgpack.encode(event.private))
        return encode(
            SealedEvent(replace(event, private=NOTHING, school_id=self._school_id), private)
        )


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def open_recorder(settings: Settings, name: str) -> Recorder:
    """Open the recorder of one worker (`proxy-0`), in that worker. A name is used again."""
    path = spool_file(settings.data, name)
    vault = open_vault(settings.data, lambda: holds_records(path))
    return Recorder(SpoolWriter(path), vault)
