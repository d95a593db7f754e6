"""Verdicts become events in the worker's spool, before the answer is released.

Flagged ones are written when `record` returns, or it raises and the edge refuses: killing the
worker loses none, a power cut those of the last second (spool.py). Other blocks are counted:
the first is written, the rest add to it, and the sum is written each second. Visits (the access
log) are written when they are a minute old. Everything held in memory is bounded, and the flush
holds up no answer for longer than one small write.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice, takewhile
from threading import Lock
from typing import Any

import msgspec

from safeguard.core.below_threshold import BelowThreshold, below_threshold
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
    clean,
    decisive_category,
    event_of,
    host_kept,
    kept_how,
    new_event_id,
    without_secrets,
)
from safeguard.core.policy import Policy
from safeguard.core.types import Subject, Target, Verdict
from safeguard.core.unblocking import Asked, said
from safeguard.core.visits import Visit, Visits, is_logged
from safeguard.records import encode
from safeguard.settings import Settings
from safeguard.spool import Share, SpoolError, SpoolWriter, spool_folder
from safeguard.spool_reader import holds_records
from safeguard.vault import Vault, open_vault
from safeguard.visiting import Open, Visiting

MOST_RUNNING = 20_000
MOST_TALLIES = 2000
AT_ONCE = 100  # counts that are written while the lock is held
VISITS_AT_ONCE = 500  # visits in one record
NOTHING = Private()

type Key = tuple[str, str, str, str]  # subject, group, category, action
type Nearly = tuple[str, str, int]  # theme, group, score


class RecorderError(Exception):
    """An event that must be kept could not be: the edge refuses the request."""


@dataclass(slots=True)
class Running:
    """A counted event that still grows."""

    event: Event
    last: datetime
    count: int = 1
    hosts: dict[str, None] = field(default_factory=dict)

    def add(self, host: str, now: datetime) -> None:
        self.count += 1
        self.last = now
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
    ) -> None:
        self.lost = 0
        self._spool = spool
        self._vault = vault
        self._school_id = school_id
        self._randomness = randomness
        self._visiting = Visiting(randomness)
        self._writer = randomness(8).hex()
        self._running: dict[Key, Running] = {}  # the oldest first
        self._grown: dict[Key, Running] = {}
        self._tallies: dict[tuple[datetime, str | Nearly], int] = {}
        self._new_tallies: dict[tuple[datetime, str | Nearly], None] = {}
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
                    self._tally(decisive_category(verdict), now)
                    return ""

    def visited(
        self, subject: Subject, target: Target, verdict: Verdict, policy: Policy, now: datetime
    ) -> None:
        """Note the visit in the access log, unless the policy keeps it private."""
        if is_logged(subject, target, verdict, policy):
            with self._lock:
                self._visiting.add(subject, target, verdict, now)

    def asked(
        self, subject: Subject, target: Target, verdict: Verdict, reason: str, now: datetime
    ) -> None:
        """Keep that somebody asks for a blocked site, or raise: they are told that it was."""
        private = (without_secrets(target.url), said(reason))
        one = Asked(
            now,
            clean(target.host),
            verdict.categories,
            clean(subject.group),
            subject.person,
            subject.device,
            clean(subject.address),
            self._vault.seal(msgspec.msgpack.encode(private)),
            self._school_id,
        )
        try:
            self._spool.append(encode(one))
        except SpoolError as error:
            raise RecorderError("a request could not be kept") from error

    def nearly(self, subject: Subject, verdict: Verdict, now: datetime) -> None:
        """Count what was found in words and stayed below the threshold: no words, and nobody."""
        found = list(below_threshold(subject, verdict))
        if found:
            with self._lock:
                for one in found:
                    self._tally(one, now)

    def flush(self, now: datetime) -> None:
        """Write what has been added up. Call it each second, off the loop that answers."""
        self._flush(now, every_visit=False)

    def close(self, now: datetime) -> None:
        self._flush(now, every_visit=True)
        self._spool.close()

    def _flush(self, now: datetime, *, every_visit: bool) -> None:
        try:
            while self._write_some(self._grown, lambda key: self._grown[key].record()):
                pass
            while self._write_some(self._new_tallies, self._tally_record):
                pass
            self._let_go(now)
            while self._write_visits(None if every_visit else now):
                pass
            self._spool.tend()
        except SpoolError:
            self.lost += 1  # sums stay in memory, and are written when the disk allows

    def _commit(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> str:
        event = self._event(subject, target, verdict, now)
        try:
            self._spool.append(self._sealed(event))
        except SpoolError as error:
            raise RecorderError("an event that must be kept could not be written") from error
        return event.reference

    def _count(self, subject: Subject, target: Target, verdict: Verdict, now: datetime) -> str:
        key = (subject.key, subject.group, decisive_category(verdict), verdict.action)
        running = self._running.get(key)
        if running is not None and now - running.event.at < WINDOW:
            running.add(host_kept(verdict, target), now)
            self._grown[key] = running
            return running.event.reference
        event = self._event(subject, target, verdict, now)
        try:
            if not self._spool.append_many([self._sealed(event)], Share.COUNTED):
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
            grown = self._grown.get(one)
            if grown is not None:
                self._spool.append_many([grown.record()], Share.COUNTED)
                del self._grown[one]
            del self._running[one]

    def _tally(self, about: str | Nearly, now: datetime) -> None:
        key = (_hour(now), about)
        if key in self._tallies or len(self._tallies) < MOST_TALLIES:
            self._tallies[key] = self._tallies.get(key, 0) + 1
            self._new_tallies[key] = None

    def _write_some[K](self, waiting: dict[K, Any], record_of: Callable[[K], bytes]) -> bool:
        """Write some of the counts that wait; False where no more can be written now."""
        with self._lock:
            keys = list(islice(waiting, AT_ONCE))
            records = [record_of(key) for key in keys]
            if not records or not self._spool.append_many(records, Share.COUNTED):
                return False
            for key in keys:
                del waiting[key]
            return bool(waiting)

    def _tally_record(self, key: tuple[datetime, str | Nearly]) -> bytes:
        hour, about = key
        count, school_id = self._tallies[key], self._school_id
        if isinstance(about, str):
            return encode(Tally(self._writer, hour, about, count, school_id))
        return encode(BelowThreshold(self._writer, hour, *about, count, school_id))

    def _let_go(self, now: datetime) -> None:
        """Forget the spells and hours that are over; those not written yet stay."""
        this_hour = _hour(now)
        with self._lock:
            self._tallies = {
                key: count
                for key, count in self._tallies.items()
                if key[0] == this_hour or key in self._new_tallies
            }
            over = [
                key
                for key, one in takewhile(
                    lambda item: now - item[1].event.at >= WINDOW, self._running.items()
                )
                if key not in self._grown
            ]
            for key in over:
                del self._running[key]

    def _write_visits(self, now: datetime | None) -> bool:
        """Write some of the visits that are over; False where there are no more."""
        with self._lock:
            ended = self._visiting.take(now, VISITS_AT_ONCE)
        if ended:
            visits = Visits(tuple(self._visit(one) for one in ended), self._school_id)
            self._spool.append_many([encode(visits)], Share.VISITS)
        return len(ended) == VISITS_AT_ONCE

    def _visit(self, ended: Open) -> Visit:
        path = self._vault.seal(ended.path.encode()) if ended.path else b""
        return ended.visit._replace(path=path, times=ended.times)

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
    folder = spool_folder(settings.data, name)
    vault = open_vault(settings.data, lambda: holds_records(folder))
    spool = SpoolWriter(folder, synchronous=settings.spool.synchronous)
    return Recorder(spool, vault)
