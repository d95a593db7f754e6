"""The jobs process: drains every worker's spool into the database, for as long as it runs.

Run as `python -m safeguard.jobs --data DIR [--config FILE]`. What is flagged reaches the
lead's page within a second; where the database is away it waits in the spools. Lists that are
due are brought up to date beside it, in a process of their own, so that draining never waits.
"""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag

import structlog

from safeguard import settings as settings_file
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.spool import FOLDER, Spooled, SpoolError, SpoolReader, decode
from safeguard.store.intake import Batch, Refused, RefusedError, position_of, take_in
from safeguard.store.session import AwayError, Store, open_store
from safeguard.subscriptions import due
from safeguard.workers import start_tied

EVERY = 0.25
BATCH = 2000
LONGEST_WAIT = 10.0
LOOK = timedelta(minutes=1)  # how often it is looked whether a list is due
LONGEST_UPDATE = timedelta(hours=6)  # then it hangs, and is tried anew

log = structlog.get_logger("safeguard.jobs")


class Drain:
    """Moves records from the spools of a data folder into the database."""

    def __init__(self, store: Store, folder: Path, batch: int = BATCH) -> None:
        self._store = store
        self._folder = folder
        self._batch = batch
        self._readers: dict[Path, SpoolReader] = {}
        self._positions: dict[str, int] = {}

    def once(self) -> int:
        """Drain one batch of each spool; return how many records were moved."""
        moved = 0
        for path in sorted(self._folder.glob("*.sqlite")):
            try:
                moved += self._one(path)
            except SpoolError as error:
                log.warning("spool not drained", spool=path.name, trouble=str(error))
                self._forget(path)
        return moved

    def close(self) -> None:
        for path in list(self._readers):
            self._forget(path)

    def _one(self, path: Path) -> int:
        reader = self._reader(path)
        if not reader.id:
            return 0  # just being made
        position = self._positions.get(reader.id)
        if position is None:
            position = position_of(self._store, reader.id)
        spooled = reader.after(position, self._batch)
        if spooled:
            self._take_in(reader, spooled)
            position = spooled[-1].position
        if spooled or reader.id not in self._positions:
            # Not before the database has it: the worker removes what this note covers.
            reader.note_drained(position)
        self._positions[reader.id] = position
        return len(spooled)

    def _take_in(self, reader: SpoolReader, spooled: Sequence[Spooled]) -> None:
        try:
            take_in(self._store, _batch(reader, spooled))
        except RefusedError as error:
            if len(spooled) == 1:
                self._set_aside(reader, spooled[0], str(error))
                return
            half = len(spooled) // 2
            self._take_in(reader, spooled[:half])
            self._take_in(reader, spooled[half:])

    def _set_aside(self, reader: SpoolReader, one: Spooled, said: str) -> None:
        log.error("record set aside in refused_records", spool=reader.path.name, trouble=said)
        refused = Refused(one.position, one.record, said)
        take_in(self._store, Batch(reader.id, reader.path.stem, one.position, (), (refused,)))

    def _reader(self, path: Path) -> SpoolReader:
        reader = self._readers.get(path)
        if reader is None or not reader.is_current():
            self._forget(path)
            reader = self._readers[path] = SpoolReader(path)
        return reader

    def _forget(self, path: Path) -> None:
        reader = self._readers.pop(path, None)
        if reader is not None:
            reader.close()


def _batch(reader: SpoolReader, spooled: Sequence[Spooled]) -> Batch:
    kept, refused = [], []
    for one in spooled:
        try:
            kept.append(decode(one.record))
        except ValueError as error:
            refused.append(Refused(one.position, one.record, type(error).__name__))
    return Batch(reader.id, reader.path.stem, spooled[-1].position, kept, refused)


class Updates:
    """Starts an update of lists when one is due; never more than one at a time."""

    def __init__(self, data: Path, command: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._data = data
        self._command = command
        self._clock = clock
        self._looked: datetime | None = None
        self._started: datetime | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def tick(self) -> None:
        """Look whether there is anything to do. Cheap, but once a minute."""
        now = self._clock()
        if self._child is not None and self._is_busy(self._child, now):
            return
        self._child = None
        # A clock that was set back does not stop the looking.
        if self._looked is not None and timedelta() <= now - self._looked < LOOK:
            return
        self._looked = now
        if due(self._data, now):
            self._started = now
            self._child = start_tied(self._command)

    def close(self) -> None:
        if self._child is not None:
            self._child.kill()  # an update may be killed at any point
            self._child.wait()
            self._child = None

    def _is_busy(self, child: subprocess.Popen[bytes], now: datetime) -> bool:
        if child.poll() is not None:
            return False
        if self._started is not None and now - self._started > LONGEST_UPDATE:
            log.error("an update of lists took too long and was ended")
            self.close()
            return False
        return True


def run(settings: Settings, stop: Flag, updates: Updates | None = None) -> None:
    """Drain until told to stop; then once more, so that a clean stop leaves little behind."""
    store = open_store(settings)
    drain = Drain(store, settings.data / FOLDER)
    wait = EVERY
    try:
        while True:
            stopping = stop.wait(wait)
            if updates is not None and not stopping:
                updates.tick()
            wait = _drain(drain, stop, wait)
            if stopping:
                return
    finally:
        if updates is not None:
            updates.close()
        drain.close()
        store.close()


def _drain(drain: Drain, stop: Flag, waited: float) -> float:
    """Drain all there is; return how long to wait before the next time."""
    try:
        while drain.once() and not stop.is_set():
            pass
    except AwayError as error:
        if waited == EVERY:
            log.warning("the database is away: events wait in the spools", trouble=str(error))
        return min(waited * 2, LONGEST_WAIT)
    return EVERY


def _updates(data: Path, config: Path | None) -> Updates:
    command = [sys.executable, "-m", "safeguard.updating", "--data", str(data)]
    command += ["--config", str(config)] if config else []
    return Updates(data, command, lambda: datetime.now(UTC))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m safeguard.jobs", description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args(arguments)
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = settings_file.load(given.data, given.config)
        run(settings, stop, _updates(settings.data, given.config))
    except UnusableError as error:
        log.error("jobs cannot start", trouble=str(error))  # noqa: TRY400  # the sentence is all
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
