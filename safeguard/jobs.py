"""The jobs process: drains every worker's spool into the database, for as long as it runs.

Run as `python -m safeguard.jobs --data DIR [--config FILE]`. What is flagged reaches the
database within a second; where that is away it waits in the spools. All else runs beside it in
processes of its own, so that draining never waits: lists that are due, and the lanes of
duties.py, which one node does for all.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

from safeguard import logs
from safeguard import settings as settings_file
from safeguard.beside import Beside, Lane
from safeguard.company import Company, Updates
from safeguard.node import ThisNode
from safeguard.problems import UnusableError
from safeguard.records import decode
from safeguard.settings import Settings
from safeguard.spool import FOLDER, SpoolError
from safeguard.spool_reader import Spooled, SpoolReader, adopt
from safeguard.store.intake import (
    Batch,
    Refused,
    RefusedError,
    forget,
    position_of,
    take_in,
)
from safeguard.store.session import AwayError, Store, open_store

EVERY = 0.25
ROUNDS = 10  # of batches, before a look at what runs beside
BATCH = 2000
LONGEST_WAIT = 10.0

log = logs.logger("safeguard.jobs")


class Drain:
    """Moves records from the spools of a data folder into the database."""

    def __init__(self, store: Store, folder: Path, batch: int = BATCH) -> None:
        self._store = store
        self._folder = folder
        self._batch = batch
        self._readers: dict[Path, SpoolReader] = {}
        self._over: set[str] = set()  # spools of which no file is left
        self._troubled: dict[Path, str] = {}
        self._positions: dict[str, int] = {}
        adopt(folder)

    def once(self) -> int:
        """Drain one batch of each spool; return how many records were moved."""
        moved = 0
        for folder in sorted(path for path in self._folder.glob("*") if path.is_dir()):
            try:
                moved += self._one(folder)
            except SpoolError as error:
                self._say(folder, str(error))
            else:
                self._troubled.pop(folder, None)
        self._forget()
        return moved

    def checkpoint(self) -> None:
        """Keep the database's own log short, where it has one."""
        self._store.checkpoint()

    def close(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def _one(self, folder: Path) -> int:
        reader = self._readers.get(folder)
        if reader is None:
            reader = self._readers[folder] = SpoolReader(folder)
        met: list[str] = []

        def position_of(spool: str) -> int:
            met.append(spool)
            return self._position_of(spool)

        spool, spooled = reader.after(position_of, self._batch)
        self._over.update(one for one in met if one != spool)
        if spooled:
            self._take_in(spool, folder.name, spooled)
            self._positions[spool] = spooled[-1].position
        return len(spooled)

    def _forget(self) -> None:
        """Let go of what the database has of workers' runs of before, all drained and gone."""
        for spool in tuple(self._over):
            forget(self._store, spool)
            self._positions.pop(spool, None)
            self._over.discard(spool)

    def _say(self, folder: Path, trouble: str) -> None:
        """Say it once, and not four times a second for as long as it lasts."""
        if self._troubled.get(folder) != trouble:
            log.warning("spool not drained", spool=folder.name, trouble=trouble)
        self._troubled[folder] = trouble

    def _position_of(self, spool: str) -> int:
        if spool not in self._positions:
            self._positions[spool] = position_of(self._store, spool)
        return self._positions[spool]

    def _take_in(self, spool: str, name: str, spooled: Sequence[Spooled]) -> None:
        try:
            take_in(self._store, _batch(spool, name, spooled))
        except RefusedError as error:
            if len(spooled) == 1:
                self._set_aside(spool, name, spooled[0], str(error))
                return
            half = len(spooled) // 2
            self._take_in(spool, name, spooled[:half])
            self._take_in(spool, name, spooled[half:])

    def _set_aside(self, spool: str, name: str, one: Spooled, said: str) -> None:
        log.error("record set aside in refused_records", spool=name, trouble=said)
        refused = Refused(one.position, one.record, said)
        take_in(self._store, Batch(spool, name, one.position, (), (refused,)))


def _batch(spool: str, name: str, spooled: Sequence[Spooled]) -> Batch:
    kept, refused = [], []
    for one in spooled:
        try:
            kept.append(decode(one.record))
        except ValueError as error:
            refused.append(Refused(one.position, one.record, type(error).__name__))
    return Batch(spool, name, spooled[-1].position, kept, refused)


def run(
    settings: Settings,
    stop: Flag,
    updates: Updates | None = None,
    lanes: Sequence[Beside] = (),
    own: Sequence[Beside] = (),
) -> None:
    """Drain until told to stop; then once more, so that a clean stop leaves little behind."""
    store = open_store(settings)
    drain = Drain(store, settings.data / FOLDER)
    node = ThisNode(settings.data, store)
    company = Company(node, lanes, updates, lambda: datetime.now(UTC), own)
    wait = EVERY
    try:
        while True:
            stopping = stop.wait(wait)
            if not stopping:
                company.tick()
            wait = _drain(drain, stop, wait)
            if stopping:
                return
    finally:
        company.close()
        drain.close()
        store.close()


def _drain(drain: Drain, stop: Flag, waited: float) -> float:
    """Drain, for a while; return how long to wait before the next time."""
    try:
        for _ in range(ROUNDS):
            if not drain.once() or stop.is_set():
                break
        else:
            return 0.0  # there is more, after a look at what runs beside
        drain.checkpoint()
    except AwayError as error:
        if waited <= EVERY:
            log.warning("the database is away: events wait in the spools", trouble=str(error))
        return min(2 * max(waited, EVERY), LONGEST_WAIT)
    return EVERY


def _updates(data: Path, config: Path | None) -> Updates:
    command = [sys.executable, "-m", "safeguard.updating", "--data", str(data)]
    command += ["--config", str(config)] if config else []
    return Updates(data, command, lambda: datetime.now(UTC))


def lanes_of(data: Path, config: Path | None) -> tuple[Beside, ...]:
    """Return the processes of the duties, not started yet."""
    where = ["--data", str(data), *(["--config", str(config)] if config else [])]
    command = [sys.executable, "-m", "safeguard.duties", *where, "--lane"]
    return tuple(Beside(f"duties {lane}", [*command, lane.value]) for lane in Lane)


def feeds_of(settings: Settings, config: Path | None) -> tuple[Beside, ...]:
    """Return the process of the feeds, not started yet; none where the settings name no feed."""
    where = ["--data", str(settings.data), *(["--config", str(config)] if config else [])]
    command = [sys.executable, "-m", "safeguard.identity_feeds.feeding", *where]
    return (Beside("identity feeds", command),) if settings.feeds.wanted else ()


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
        config = given.config
        lanes, own = lanes_of(settings.data, config), feeds_of(settings, config)
        run(settings, stop, _updates(settings.data, config), lanes, own)
    except UnusableError as error:
        log.error("jobs cannot start", trouble=str(error))  # noqa: TRY400  # the sentence is all
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
