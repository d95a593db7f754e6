"""Measure the audit chain: rows a second appended, verified, erased and looked through.

`python -m bench.audit --rows 20000` on SQLite; `--engine postgresql` starts one of its own.
`--writers 4` has so many processes append at once. Numbers are this machine's: compare ratios.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from safeguard.core.audit import Actor, Verified
from safeguard.settings import Database, Settings
from safeguard.store import audit, schema
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.audit_verify import verify
from safeguard.store.session import Store, open_store
from tests.postgres import PostgresServer, programs

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
SEEN = [f"{number:032x}" for number in range(25)]  # a page of a list
TOGETHER = 500


def append(store: Store, rows: int, writer: int = 0) -> list[float]:
    """One transaction a row, as a page view is; return how long each took."""
    took = []
    for number in range(rows):
        began = time.perf_counter()
        actor = Actor(f"staff:{writer}", NOW + timedelta(seconds=number))
        audit.note(store, actor, "viewed", "events", "", {"for": {}, "ids": SEEN})
        took.append(time.perf_counter() - began)
    return took


def append_together(store: Store, rows: int) -> float:
    """Many rows in one transaction, as an erasure is."""
    began = time.perf_counter()
    for _ in range(rows // TOGETHER):
        with store.writing() as session:
            for number in range(TOGETHER):
                audit.record(session, NOW, "staff:1", "viewed", "event", str(number), {"n": 1})
    return time.perf_counter() - began


def _append_apart(settings: Settings, rows: int, writer: int) -> None:
    store = open_store(settings)
    append(store, rows, writer)
    store.close()


def append_at_once(settings: Settings, rows: int, writers: int) -> float:
    forking = multiprocessing.get_context("fork")
    each = rows // writers
    parts = [
        forking.Process(target=_append_apart, args=(settings, each, it)) for it in range(writers)
    ]
    began = time.perf_counter()
    for part in parts:
        part.start()
    for part in parts:
        part.join()
    return time.perf_counter() - began


def measure(settings: Settings, rows: int, writers: int) -> None:
    store = schema.prepare(settings)
    took = append(store, rows)
    cuts = quantiles(took, n=100)
    print(f"append, one a transaction   {rows / sum(took):10,.0f} rows/s", end="   ")
    print(f"median {median(took) * 1e6:,.0f} µs, p99 {cuts[98] * 1e6:,.0f} µs")
    print(f"append, {TOGETHER} a transaction   {rows / append_together(store, rows):10,.0f} rows/s")
    store.close()
    if writers > 1:
        took_all = append_at_once(settings, rows, writers)
        print(f"append, {writers} processes at once {rows / took_all:10,.0f} rows/s")
    store = open_store(settings)
    measure_reading(store)
    with store.writing() as session:
        began = time.perf_counter()
        gone = audit.erase_payload(session, NOW, "bench", range(2, rows, 2), "bench")
        print(f"erase, each a run of its own{gone / (time.perf_counter() - began):10,.0f} rows/s")
    store.close()


def measure_reading(store: Store) -> None:
    began = time.perf_counter()
    found = verify(store)
    took = time.perf_counter() - began
    if not isinstance(found, Verified):
        raise SystemExit(f"broken: {found}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"verify                      {found.rows / took:10,.0f} rows/s", end="   ")
    print(f"of {found.rows:,} rows; {most} MiB at most")
    for what, wanted in (
        ("newest 50", WantedRows()),
        ("whose data, 20,000 opened", WantedRows(naming=frozenset({"nobody"}))),
    ):
        began = time.perf_counter()
        search(store, wanted)
        print(f"{what:28}{(time.perf_counter() - began) * 1e3:10.1f} ms")


@contextmanager
def school(engine: str) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="safeguard-audit-") as folder:
        data = Path(folder)
        if engine == "sqlite":
            yield Settings(data=data)
            return
        place = programs()
        if place is None:
            raise SystemExit("PostgreSQL (Debian: postgresql) is not installed")
        server = PostgresServer(place)
        try:
            server.start()
            yield Settings(data=data, database=Database(url=server.ready_database(data)))
        finally:
            server.remove()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--writers", type=int, default=4)
    given = parser.parse_args(arguments)
    with school(given.engine) as settings:
        measure(settings, given.rows, given.writers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
