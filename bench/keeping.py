"""How long the list of events, the removal of what is over its time, and an erasure take at scale.

`python -m bench.keeping list --events 1000000` pages of the list of events
`python -m bench.keeping purge --events 1000000` two years of events, and a purge that was never done
`python -m bench.keeping erase --events 1000000` one pupil of 1,200 erased

What counts is for how long others may not write: each transaction that writes is timed.
`--engine postgresql` starts a PostgreSQL of its own. Numbers are this machine's: compare ratios.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from threading import get_ident

from sqlalchemy import Connection, event, func, inspect, select, text
from sqlalchemy.orm import Session

from bench.concern_store import events_of, keep
from bench.concern_store import folded as fold_all
from bench.store import beside, store_on
from filter_rules.types import Severity
from safeguard.core.audit import Actor
from safeguard.keeping_settings import Retention
from safeguard.store import audit, erasure, events, retention
from safeguard.store.events import Wanted
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow
from safeguard.store.tables.row import Row

NOW = datetime(2026, 12, 1, tzinfo=UTC)
YEARS = timedelta(days=800)
PUPILS = 1_200
PUPIL = "pupil8"
VISITS, WORDS = 10, 5  # copied into each concern; of each flagged event
LEAD = Actor("staff:1", NOW)
OURS = "e.flagged AND e.person LIKE 'pupil%'"  # those of the sample are called otherwise


@dataclass(slots=True)
class Writing:
    """For how long each transaction held the right to write, and how long we computed in it."""

    took: list[tuple[float, float]] = field(default_factory=list)

    def say(self, what: str) -> None:
        print(f"{what:34}{len(self.took):>8,} transactions")
        for name, each in (("by the clock", 0), ("of the processor", 1)):
            took = sorted(one[each] for one in self.took) or [0.0]
            p99 = took[int(0.99 * (len(took) - 1))]
            print(
                f"{what + ', ' + name:34}{median(took) * 1e3:>8.1f} ms median, "
                f"p99 {p99 * 1e3:.1f} ms, longest {took[-1] * 1e3:.0f} ms",
                flush=True,
            )


@contextmanager
def timed(store: Store) -> Iterator[Writing]:
    """Time what this thread writes; beside it SQLite's log is brought home, as jobs does."""
    writing, us, began = Writing(), get_ident(), [(0.0, 0.0)]

    def is_ours(connection: Connection) -> bool:
        return get_ident() == us and bool(connection.get_execution_options().get("writing"))

    def begin(connection: Connection) -> None:
        if is_ours(connection):
            # SQLite's lock is held from here on.
            began[0] = time.perf_counter(), time.thread_time()

    def end(connection: Connection) -> None:
        if is_ours(connection):
            clock, worked = began[0]
            writing.took.append((time.perf_counter() - clock, time.thread_time() - worked))

    event.listen(store.engine, "begin", begin)
    event.listen(store.engine, "commit", end)
    with beside(store.checkpoint, 0.25):
        yield writing
    event.remove(store.engine, "begin", begin)
    event.remove(store.engine, "commit", end)


def fill(store: Store, count: int) -> None:
    """Two years and more of events: one in seven flagged, half of those low, some reviewed."""
    keep(store, events_of(500))
    for _ in fold_all(store, 500):
        pass
    sqlite = store.engine.dialect.name == "sqlite"
    spelt = ON_SQLITE if sqlite else ON_POSTGRESQL
    with store.writing() as session:
        if sqlite:
            session.execute(text("PRAGMA cache_size = -400000"))
        for statement in (*_copied(session, count, spelt), *_belonging(spelt)):
            session.execute(text(statement))
        for table in ("events", "concerns", "concern_events", "evidence", "word_tokens"):
            there = session.scalar(select(func.count()).select_from(Row.metadata.tables[table]))
            print(f"{there:>10,} {table}", flush=True)
    if not sqlite:  # as it does by itself in time
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


@dataclass(frozen=True, slots=True)
class Spelt:
    """What the engines write differently. `s` counts from 1; {moment} is in milliseconds."""

    series: str
    id: str
    at: str
    digest: str
    sealed: str
    last_digit: str


ON_SQLITE = Spelt(
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})",
    "printf('%012x', {moment}) || '70008000' || printf('%012x', s.n)",
    "strftime('%Y-%m-%d %H:%M:%S.000000', {moment} / 1000, 'unixepoch')",
    "randomblob(16)",
    "randomblob(200)",
    "substr(e.id, 32)",
)
ON_POSTGRESQL = Spelt(
    "WITH s AS (SELECT n::bigint FROM generate_series(1, {count}) AS g(n))",
    "(lpad(to_hex({moment}), 12, '0') || '70008000' || lpad(to_hex(s.n), 12, '0'))::uuid",
    "to_timestamp({moment} / 1000.0)",
    "decode(md5(random()::text), 'hex')",
    "decode(repeat(md5(random()::text), 12), 'hex')",
    "right(e.id::text, 1)",
)


def _copied(session: Session, count: int, spelt: Spelt) -> Iterator[str]:
    """Events like the first one, and a concern like the first of each second one that is flagged."""
    step = int(YEARS.total_seconds() * 1000) // count
    moment = f"({int((NOW - YEARS).timestamp() * 1000)} + s.n * {step})"
    at, flagged = spelt.at.format(moment=moment), "(s.n % 7 = 0)"
    given = {
        "id": spelt.id.format(moment=moment), "at": at, "last": at, "flagged": flagged,
        "folded": flagged, "reviewed": "(s.n % 7 = 0 AND s.n % 5 = 0)",
        "person": f"'pupil' || (s.n * 7919 % {PUPILS})",
        "group": "CASE s.n % 3 WHEN 0 THEN 'primary' WHEN 1 THEN 'secondary' ELSE 'sixth-form' END",
        "severity": "CASE WHEN s.n % 7 <> 0 THEN 0 WHEN s.n % 14 = 0 THEN 1 ELSE 2 END",
    }  # fmt: skip
    first = "(SELECT * FROM events LIMIT 1) t"
    yield _insert(session, "events", given, f"s, {first}", spelt.series.format(count=count))
    given = {
        "id": "e.id", "subject": "e.person", "severity": "e.severity", "started_at": "e.at",
        "last_at": "e.at", "built_at": "e.at", "group": 'e."group"', "subject_kind": "'pupil'",
        "closed_at": "CASE WHEN e.reviewed THEN e.at END", "context_due_at": "NULL",
        "standing": "CASE WHEN e.reviewed THEN 'reviewed' ELSE 'new' END",
    }  # fmt: skip
    even = f"{spelt.last_digit} IN ('0', '2', '4', '6', '8', 'a', 'c', 'e')"
    first = "(SELECT * FROM concerns LIMIT 1) t"
    yield _insert(session, "concerns", given, f"events e, {first} WHERE {OURS} AND {even}")


def _belonging(spelt: Spelt) -> Iterator[str]:
    ours = f"concerns c JOIN events e ON e.id = c.id WHERE {OURS}"
    yield f"INSERT INTO concern_events (concern_id, event_id) SELECT c.id, c.id FROM {ours}"  # noqa: S608  our own names
    yield (
        "INSERT INTO evidence (school_id, concern_id, at, digest, sealed) "  # noqa: S608  likewise
        f"{spelt.series.format(count=VISITS)} SELECT 1, c.id, c.last_at, {spelt.digest}, "
        f"{spelt.sealed} FROM s, {ours}"
    )
    token = f"substr({spelt.digest}, 1, 10)"
    yield (
        f"INSERT INTO word_tokens (token, event_id) {spelt.series.format(count=WORDS)} "  # noqa: S608  likewise
        f"SELECT {token}, e.id FROM s, events e WHERE {OURS}"
    )


def _insert(
    session: Session, table: str, given: dict[str, str], source: str, series: str = ""
) -> str:
    names = [one["name"] for one in inspect(session.connection()).get_columns(table)]
    columns = ", ".join(given.get(name, f't."{name}"') for name in names)
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({quoted}) {series} SELECT {columns} FROM {source}"  # noqa: S608  our own names


def listed(store: Store) -> None:
    asked = {
        "flagged": Wanted(flagged=True),
        "everything": Wanted(),
        "urgent, not reviewed": Wanted(flagged=True, reviewed=False, severity=Severity.URGENT),
        "not reviewed": Wanted(flagged=True, reviewed=False),
        "reviewed": Wanted(flagged=True, reviewed=True),
        "reviewed today": Wanted(flagged=True, reviewed=True, since=NOW),
        "a group without any": Wanted(flagged=True, group="staff"),
        "a group without any, all": Wanted(group="staff"),
        "a theme without any": Wanted(flagged=True, theme="nothing"),
        "a category without any, all": Wanted(category="nothing"),
        "a pupil's": Wanted(person=PUPIL),
        "a pupil's, flagged": Wanted(person=PUPIL, flagged=True),
        "a text that is nowhere": Wanted(flagged=True, text="nowhere.example"),
        "a text that is nowhere, all": Wanted(text="nowhere.example"),
        "a week two years ago": Wanted(
            since=NOW - timedelta(days=730), until=NOW - timedelta(days=723)
        ),
    }
    for what, wanted in asked.items():
        took, before, rows = [], "", 0
        for _ in range(5):
            began = time.perf_counter()
            page = events.search(store, wanted, before, 25)
            took.append(time.perf_counter() - began)
            before, rows = page.older, rows + len(page.events)
            if not before:
                break
        print(
            f"{what:34}{median(took) * 1e3:>8.1f} ms, worst of {len(took)} {max(took) * 1e3:.1f} ms,"
            f" {rows} events{', more' if before else ''}",
            flush=True,
        )


def purged(store: Store) -> None:
    periods = Retention().periods
    for what in ("purge", "purge again"):
        began = time.perf_counter()
        with timed(store) as writing:
            for one in retention.purge(store, periods, NOW):
                if one.count:
                    print(f"  {one.name:40}{one.count:>10,}")
        print(f"{what:34}{time.perf_counter() - began:>8.1f} s")
        writing.say("  writing")


def erased(store: Store) -> None:
    with store.writing() as session:
        mine = select(EventRow.id).where(EventRow.person == PUPIL).order_by(EventRow.id)
        for one in session.scalars(mine).all():
            audit.record_by(session, LEAD, "viewed", "event", one, {"why": "a look"})
        for _ in range(1_000):
            audit.record_by(session, LEAD, "viewed", "person", PUPIL)
            audit.record_by(session, LEAD, "viewed", "person", "pupil9")
    began = time.perf_counter()
    with timed(store) as writing:
        print(erasure.erase(store, PUPIL, "staff:1", "asked for", NOW))
    print(f"{'erased':34}{time.perf_counter() - began:>8.1f} s")
    writing.say("  writing")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.keeping", description=__doc__)
    parser.add_argument("what", choices=["list", "purge", "erase"])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--events", type=int, default=1_000_000)
    asked = parser.parse_args(arguments)
    what = {"list": listed, "purge": purged, "erase": erased}[asked.what]
    with (
        tempfile.TemporaryDirectory() as folder,
        store_on(asked.engine, Path(folder)) as (_, store),
    ):
        began = time.perf_counter()
        fill(store, asked.events)
        print(f"filled in {time.perf_counter() - began:.0f} s")
        gc.collect()
        gc.freeze()  # or it is looked through within some transaction
        what(store)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
