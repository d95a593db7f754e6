"""Stop the database for minutes under load: `python -m bench.outage --seconds 600`.

PostgreSQL of its own, the whole filter over it (`safeguard run`), and a resolver and an https site
on loopback for the internet. Clients fetch allowed pages over https, look up allowed names, search
for what is flagged and blocked, and look up blocked names; each search and blocked name is asked
once by an address of its own. Prints how long answers took before, during and after the outage, and
whether every acknowledged event is in the database exactly once. Exit status 0 if so.
"""

import argparse
import asyncio
import multiprocessing
import shutil
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import func, select

from bench.swap import HOSTS
from bench.swap_load import Proxied, Timed, _fetch, dns_load, in_process, world
from safeguard.spool import FOLDER
from safeguard.store.session import AwayError, open_store
from safeguard.store.tables.events import EventRow
from tests.postgres import PostgresServer, programs
from tests.proxy_addons.world import TestAuthority
from tests.system.filter import Filter, running
from tests.system.killing import QUIET, Found, Load, School, settled

WARM = 10.0
SLACK = 30.0  # the loads run on while PostgreSQL stops and starts
PATIENCE = 300.0  # for what waited to be in the database
NAMES = tuple(f"www.name-{number}.test" for number in range(400))
MEGABYTE = 1024 * 1024

type Took = list[tuple[float, float]]  # when asked (monotonic), how long the answer took


@dataclass(frozen=True)
class Spell:
    """A part of the run: when it began and ended (monotonic)."""

    name: str
    began: float
    ended: float

    def of(self, took: Took) -> list[float]:
        return sorted(1000 * long for at, long in took if self.began <= at < self.ended)


@dataclass(frozen=True)
class Rates:
    """How often a second each thing is asked for."""

    pages: float
    names: float
    flagged: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="without its database")
    parser.add_argument("--around", type=float, default=120.0, help="before and after")
    parser.add_argument("--pages", type=float, default=40.0, help="https pages a second")
    parser.add_argument("--names", type=float, default=200.0, help="allowed names a second")
    parser.add_argument("--flagged", type=float, default=40.0, help="of each: searches, names")
    asked = parser.parse_args(arguments)
    rates = Rates(asked.pages, asked.names, asked.flagged)
    with tempfile.TemporaryDirectory(prefix="safeguard-outage-") as folder:
        return 0 if outage(Path(folder), asked.seconds, asked.around, rates) else 1


def outage(folder: Path, seconds: float, around: float, rates: Rates) -> bool:
    """Run it all and print; return whether all that was acknowledged is there, once."""
    until = WARM + 2 * around + seconds + SLACK
    with postgres() as server, school(folder, server, rates.flagged) as (at, to):
        until += time.monotonic()
        innocent = {
            "page, allowed": started(pages_load, to, HOSTS, rates.pages, until),
            "name, allowed": started(dns_load, at.filter.dns_port, NAMES, rates.names, until),
        }
        at.load.start()
        try:
            spells, waited = played(at, server, seconds, around)
        finally:
            at.load.stop()
        timed = {name: result.recv() for name, result in innocent.items()}
        found = settled(at, PATIENCE)
    took: dict[str, Took] = {
        name: [(end - long, long) for end, long in zip(one.at, one.took, strict=True)]
        for name, one in timed.items()
    }
    took |= {"search, flagged and blocked": at.load.took, "name, blocked": at.load.looked}
    say(spells, took)
    failed = {name: one.failed for name, one in timed.items()} | {"to be kept": at.load.failed}
    print(f"\nno answer, or not the right one: {failed}")
    print(waited)
    return _say_found(found)


def played(
    at: School, server: PostgresServer, seconds: float, around: float
) -> tuple[list[Spell], str]:
    """Take the database away and give it back; return when, and what waited meanwhile."""
    QUIET.wait(WARM)
    begins = time.monotonic()
    QUIET.wait(around)
    goes = time.monotonic()
    server.stop()
    QUIET.wait(seconds)
    comes = time.monotonic()
    spooled = sum(one.stat().st_size for one in (at.settings.data / FOLDER).rglob("*.*"))
    acknowledged = at.load.acknowledged
    server.start()
    back = time.monotonic()
    caught_up = caught_up_after(at, acknowledged, back)
    QUIET.wait(max(0.0, comes + around - time.monotonic()))
    spells = [
        Spell("before", begins, goes),
        Spell("during", goes, comes),
        Spell("after", comes, time.monotonic()),
    ]
    return spells, (
        f"PostgreSQL away for {back - goes:.0f} s; spools then {spooled / MEGABYTE:.1f} MB; "
        f"what had waited was there {caught_up:.1f} s after it answered again"
    )


def caught_up_after(at: School, acknowledged: int, back: float) -> float:
    """Wait until as many events are in the database as were acknowledged when it came back."""
    store = open_store(at.settings)
    try:
        while time.monotonic() < back + PATIENCE:
            try:
                with store.reading() as session:
                    there = session.scalar(select(func.count()).select_from(EventRow)) or 0
            except AwayError:
                there = 0
            if there >= acknowledged:
                break
            QUIET.wait(0.2)
    finally:
        store.close()
    return time.monotonic() - back


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL (Debian: postgresql) is not installed.")
    server = PostgresServer(found)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@contextmanager
def school(
    folder: Path, server: PostgresServer, flagged: float
) -> Iterator[tuple[School, Proxied]]:
    """Start the internet and the whole filter; say how its pages are fetched."""
    authority = TestAuthority(folder)
    ours, theirs = multiprocessing.Pipe()
    internet = multiprocessing.Process(target=world, args=(authority, HOSTS, theirs), daemon=True)
    internet.start()
    resolver, site, _ = ours.recv()
    filter_ = Filter(
        folder / "data",
        more={
            "SAFEGUARD_DATABASE__URL": server.empty_database(),
            "SAFEGUARD_DNS__UPSTREAMS": f"udp://127.0.0.1:{resolver}",
            "SAFEGUARD_PROXY__RESOLVER": f"udp://127.0.0.1:{resolver}",
            "SAFEGUARD_PROXY__UPSTREAM_CA": str(authority.pem),
            "SAFEGUARD_PROXY__ALLOW_NETWORKS": "127.0.0.0/8",
        },
    )
    try:
        with running(filter_):
            ca = folder / "ca.pem"
            done = filter_.command("ca", "export", str(ca))
            if done.returncode:
                raise SystemExit(done.stderr)
            load = Load(filter_.proxy_port, filter_.dns_port, rate=flagged)
            to = Proxied(filter_.proxy_port, site, str(ca))
            yield School(filter_, load, server), to
    finally:
        internet.terminate()
        shutil.rmtree(folder / "data", ignore_errors=True)


def started(load: object, *given: object) -> Connection:
    """Run a load in a process of its own; its result comes when it ends."""
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.Process(target=in_process, args=(theirs, load, *given), daemon=True).start()
    return ours


def pages_load(to: Proxied, hosts: Sequence[str], rate: float, until: float) -> Timed:
    """Fetch a page on one kept connection for each host, and connect anew where it breaks."""
    timed = Timed()

    async def keep_on(host: str) -> None:
        while time.monotonic() < until:
            try:
                await _fetch(to, host, rate / len(hosts), until, timed)
            except (OSError, EOFError, ssl.SSLError):
                timed.failed += 1

    async def run() -> None:
        await asyncio.gather(*(keep_on(host) for host in hosts))

    asyncio.run(run())
    return timed


def say(spells: Sequence[Spell], took: dict[str, Took]) -> None:
    print("| answer | spell | n | p50 ms | p99 ms | p99.9 ms | max ms | p99 ÷ before |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for name, one in took.items():
        first = 0.0
        for spell in spells:
            found = spell.of(one)
            if not found:
                print(f"| {name} | {spell.name} | 0 | | | | | |")
                continue
            half, most, nearly, worst = (
                found[int(share * (len(found) - 1))] for share in (0.5, 0.99, 0.999, 1.0)
            )
            first = first or most
            print(
                f"| {name} | {spell.name} | {len(found)} | {half:.1f} | {most:.1f} "
                f"| {nearly:.1f} | {worst:.1f} | {most / first:.2f} |"
            )


def _say_found(found: Found) -> bool:
    print(
        f"acknowledged {found.acknowledged}: missing {len(found.missing)}, "
        f"twice {len(found.twice)}, set aside {found.set_aside}; "
        f"kept of those cut off {found.more}"
    )
    print("exactly once" if found.is_exact else "NOT EXACT", flush=True)
    return found.is_exact


if __name__ == "__main__":
    sys.exit(main())
