"""The process of the feeds: hears RADIUS, follows lease files, writes down who is where.

Run as `python -m safeguard.identity_feeds.feeding --data DIR [--config FILE]`, beside the jobs of
every node whose settings name a feed: access points speak to the address of one machine, and a
lease file lies on one. Two nodes that hear the same write the same row. Filtering waits for
none of this: where it fails, those who come new are unidentified, and Health says so.
"""

import argparse
import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from safeguard import logs
from safeguard import settings as settings_file
from safeguard.identity_feeds.accounting import Accounting, Refusal
from safeguard.identity_feeds.accounting_sessions import Sessions
from safeguard.identity_feeds.book import Book, StoreBook
from safeguard.identity_feeds.joining import Joined
from safeguard.identity_feeds.lease_files import LeaseFile
from safeguard.identity_feeds.lease_formats import LeaseFormat
from safeguard.identity_feeds.radius import Listener, Secrets, listen
from safeguard.identity_feeds.secrets_file import secrets_in
from safeguard.identity_feeds.status import FileStatus, Notice, Status
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store.session import AwayError, open_store

MOST_AT_ONCE = 1000
LONGEST_PAUSE = 10.0  # between two tries to reach the database

OF_LATE = timedelta(minutes=10)  # for so long Health tells of packets that were refused

log = logs.logger("safeguard.feeds")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often what is done, in seconds. `look`: at lease files, and at the file of secrets."""

    write: float = 0.25
    look: float = 2.0
    tell: float = 5.0
    sweep: float = 30.0


class Feeds:
    """All feeds of one node. All but reading files and asking the database is on one loop."""

    def __init__(
        self,
        settings: Settings,
        book: Book,
        clock: Callable[[], datetime],
        pace: Pace = Pace(),
    ) -> None:
        of = settings.feeds
        self._settings = settings
        self._book = book
        self._clock = clock
        self._pace = pace
        self._notice = Notice(settings.data)
        self._sessions = Sessions(timedelta(minutes=of.radius_interim_minutes))
        self._joined = Joined(self._sessions, of.own)
        self._secrets = Secrets({})
        self._remembers = False
        self._refused_then: Counter[Refusal] = Counter()
        self._refused_at: dict[Refusal, datetime] = {}
        self._away = ""
        self._trouble = ""
        zone = ZoneInfo(settings.school.timezone)
        self._files = [lease_file(name, zone) for name in of.leases]
        self._listener = Listener(lambda: self._secrets, self._take)

    async def run(
        self, stop: asyncio.Event, ready: Callable[[int], None] = lambda _port: None
    ) -> None:
        """Run until told to stop; what waits by then is written, if the database is there."""
        of = self._settings.feeds
        transport = None
        if of.radius_listen:
            self._secrets = secrets_in(of.radius_secrets or Path())
            transport = await listen(of.radius_listen, of.radius_port, self._listener)
            ready(transport.get_extra_info("sockname")[1])
        tasks = [
            asyncio.create_task(self._every(self._pace.look, self._look)),
            asyncio.create_task(self._every(self._pace.sweep, self._sweep)),
            asyncio.create_task(self._every(self._pace.tell, self._tell)),
            asyncio.create_task(self._writing()),
        ]
        try:
            await _until(stop, tasks)
        finally:
            if transport is not None:
                transport.close()
        await self._write()
        await self._tell()

    def _take(self, said: Accounting) -> bool:
        return self._joined.accounting(said, self._clock())

    async def _every(self, pause: float, piece: Callable[[], Awaitable[None]]) -> None:
        while True:
            await piece()
            await asyncio.sleep(pause)

    async def _writing(self) -> None:
        pause = self._pace.write
        while True:
            written = await self._write()
            pause = self._pace.write if written else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _write(self) -> bool:
        """Write down what waits; False where the database is away: it waits on."""
        try:
            await self._learn()
            for _ in range(0, self._joined.waiting, MOST_AT_ONCE):  # and what comes now, later
                await self._write_some()
        except AwayError as error:
            if not self._away:
                log.warning("the database is away: who is where waits", trouble=str(error))
            self._away = str(error)
            return False
        self._away = ""
        return True

    async def _learn(self) -> None:
        """Take up what the school knows, where that has changed."""
        if not self._remembers:
            self._joined.remembers(await asyncio.to_thread(self._book.written, self._clock()))
            self._remembers = True
        roster = await asyncio.to_thread(self._book.roster)
        if roster is not None:
            self._joined.knows(roster)

    async def _write_some(self) -> None:
        now = self._clock()
        batch = self._joined.batch(now, MOST_AT_ONCE)
        try:
            if batch.changes:
                await asyncio.to_thread(self._book.keep, batch.changes, now)
        except BaseException:
            self._joined.failed(batch)
            raise
        self._joined.wrote(batch)

    async def _look(self) -> None:
        """Look at the files: what they say now counts from now."""
        for file in self._files:
            found = await asyncio.to_thread(file.look)
            if found is not None:
                leases = found.reading.leases
                self._joined.leases(str(file.path), leases, self._clock(), whole=found.whole)
        self._trouble = ""
        if self._settings.feeds.radius_listen:
            try:
                self._secrets = await asyncio.to_thread(
                    secrets_in, self._settings.feeds.radius_secrets or Path()
                )
            except UnusableError as error:  # those of before stay in force
                self._trouble = str(error)

    async def _sweep(self) -> None:
        now = self._clock()
        self._joined.sweep(now)
        unknown = self._joined.unknown(now)
        if unknown:
            with suppress(AwayError):  # it is said elsewhere, and this is tried again
                await asyncio.to_thread(self._book.meet, unknown, now)
                self._joined.noted(unknown, now)

    def _refused(self, now: datetime) -> Iterator[tuple[str, int]]:
        """Yield why packets of late were refused, and how many since the start."""
        for why, count in self._listener.refused.items():
            if count > self._refused_then[why]:
                self._refused_then[why], self._refused_at[why] = count, now
            if now - self._refused_at[why] < OF_LATE:
                yield why.value, count

    async def _tell(self) -> None:
        found = Status(
            self._clock(),
            self._listener.heard,
            tuple(self._refused(self._clock())),
            len(self._sessions),
            self._joined.waiting,
            self._trouble or self._away,
            tuple(_status(file) for file in self._files),
        )
        await asyncio.to_thread(self._notice.put, found)


async def _until(stop: asyncio.Event, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for the stop. A task that fails ends all: the process is started anew."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((stopping, *tasks), return_when=asyncio.FIRST_COMPLETED)
    for task in (stopping, *tasks):
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


def lease_file(name: str, zone: ZoneInfo) -> LeaseFile:
    """Return the file that a setting names: kea:/var/lib/kea/leases4.csv, or the path alone."""
    kind, colon, path = name.partition(":")
    if colon and not kind.startswith("/"):
        return LeaseFile(Path(path), zone, LeaseFormat(kind))
    return LeaseFile(Path(name), zone)


def _status(file: LeaseFile) -> FileStatus:
    found = file.reading
    first = f"line {found.problems[0].line}: {found.problems[0].says}" if found.problems else ""
    kind = file.kind.value if file.kind else ""
    return FileStatus(str(file.path), kind, len(found.leases), found.bad, first, file.trouble)


async def _run(settings: Settings) -> None:
    store = open_store(settings)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await Feeds(settings, StoreBook(store), lambda: datetime.now(UTC)).run(stop)
    finally:
        store.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m safeguard.identity_feeds.feeding")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args(arguments)
    data: Path | None = None
    try:
        settings = settings_file.load(given.data, given.config)
        data = settings.data
        asyncio.run(_run(settings))
    except UnusableError as error:
        log.error("feeds cannot start", trouble=str(error))  # noqa: TRY400  the sentence is all
        if data is not None:
            Notice(data).put(Status(datetime.now(UTC), trouble=str(error)))
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
