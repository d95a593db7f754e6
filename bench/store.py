"""Measure the way from a verdict to the database, and the access log's search and retention.

`python -m bench.store record` what a worker waits for to keep an event, with a drainer beside it
`python -m bench.store drain` events and visits a second from spool to database
`python -m bench.store search --rows 2000000` a pupil's day among so many visits, and its drop

`--engine postgresql` starts a PostgreSQL of its own. Numbers are this machine's: compare ratios.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import quantiles
from threading import Event as Flag
from threading import Thread

from sqlalchemy import Connection, text

from filter_rules.types import Finding, Kind, Match, Severity
from safeguard.core.policy import Policy
from safeguard.core.types import Action, Reason, Subject, Target, Verdict
from safeguard.core.visits import CHANCE_BITS, Visits, visit_id, visit_of
from safeguard.jobs import Drain
from safeguard.recorder import open_recorder
from safeguard.settings import Database, Settings
from safeguard.spool import FOLDER
from safeguard.store import access, schema
from safeguard.store.access import WantedVisits
from safeguard.store.access_days import day_open, day_written, drop_before, prepare_day
from safeguard.store.session import Store
from tests.postgres import PostgresServer, programs

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
DAY = NOW.date()
PUPILS, HOSTS = 2000, 5000
WORDS = "why does everything feel so heavy today"
FOUND = Finding("low-mood", Severity.HIGH, 3.0, (Match("so heavy", "so heavy", 3.0, 25, 33),))
FLAGGED = Verdict(Action.BLOCK, Reason.WORDS, flagged=True, rule="Words", findings=(FOUND,))
ALLOWED = Verdict(Action.ALLOW, Reason.DEFAULT)
POLICY = Policy(())


def subject(number: int) -> Subject:
    pupil = number % PUPILS
    address = f"10.0.{pupil // 250}.{pupil % 250}"
    return Subject("secondary", address, f"{pupil:032x}", f"{pupil + PUPILS:032x}", "device")


def target(number: int) -> Target:
    host = f"www.site-{number % HOSTS}.example"
    return Target(host, f"https://{host}/find/{number % 97}?q=x", WORDS, Kind.SEARCH)


@contextmanager
def store_on(engine: str, data: Path) -> Iterator[tuple[Settings, Store]]:
    """An empty database on either engine."""
    folder = programs()
    if engine == "sqlite" or folder is None:
        settings = Settings(data=data)
        store = schema.prepare(settings)
        yield settings, store
        store.close()
        return
    server = PostgresServer(folder)
    try:
        server.start()
        settings = Settings(data=data, database=Database(url=server.ready_database(data)))
        store = schema.prepare(settings)
        yield settings, store
        store.close()
    finally:
        server.remove()


@contextmanager
def beside(step: Callable[[], object], every: float) -> Iterator[None]:
    """Run something again and again in a thread."""
    stop = Flag()

    def run() -> None:
        while not stop.wait(every):
            step()

    thread = Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()


def record(engine: str, rounds: int) -> None:
    """What an answer waits for: every request flagged and visited, flush and drainer beside it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        store_on(engine, Path(folder)) as (settings, store),
    ):
        recorder = open_recorder(settings, "proxy-0")
        drain = Drain(store, settings.data / FOLDER)
        took: list[float] = []
        worked: list[float] = []
        numbers = count()
        with beside(lambda: recorder.flush(datetime.now(UTC)), 1.0), beside(drain.once, 0.25):
            for _ in range(rounds):
                number = next(numbers)
                who, what, now = subject(number), target(number), datetime.now(UTC)
                start, began = time.perf_counter(), time.thread_time()
                recorder.record(who, what, FLAGGED, now)
                recorder.visited(who, what, FLAGGED, POLICY, now)
                took.append(time.perf_counter() - start)
                worked.append(time.thread_time() - began)
                time.sleep(0.001)  # as a loop that has other things to do
        recorder.close(datetime.now(UTC))
        drain.close()
        say("record() and visited()", took)
        say("  the processor's part", worked)
        print(f"{'lost':34}{recorder.lost:>10}")


def say(what: str, took: Sequence[float]) -> None:
    cuts = quantiles(took, n=1000)
    shown = {"median": cuts[499], "p99": cuts[989], "p99.9": cuts[998], "max": max(took)}
    for name, seconds in shown.items():
        print(f"{what + ' ' + name:34}{seconds * 1e6:>10.0f} us")


def drained(engine: str, events: int, visits: int) -> None:
    """Events and visits a second from spool to database, and how long one alone takes."""
    with (
        tempfile.TemporaryDirectory() as folder,
        store_on(engine, Path(folder)) as (settings, store),
    ):
        recorder = open_recorder(settings, "proxy-0")
        drain = Drain(store, settings.data / FOLDER)
        for what, rounds in (("events", events), ("visits", visits)):
            start = time.perf_counter()
            for number in range(rounds):
                now = NOW + timedelta(milliseconds=number)
                if what == "events":
                    recorder.record(subject(number), target(number), FLAGGED, now)
                else:
                    recorder.visited(subject(number), target(number), ALLOWED, POLICY, now)
                if number % 10_000 == 0:
                    recorder.flush(now)
            recorder.flush(NOW + timedelta(days=1))
            written = time.perf_counter() - start
            start, worked = time.perf_counter(), time.process_time()
            while drain.once():
                pass
            took, worked = time.perf_counter() - start, time.process_time() - worked
            print(f"{engine + ' ' + what + ' drained':34}{rounds / took:>10.0f} /s")
            print(f"{'  for each second of our processor':34}{rounds / worked:>10.0f}")
            print(f"{engine + ' ' + what + ' spooled':34}{rounds / written:>10.0f} /s")
        recorder.close(NOW)
        drain.close()


def searched(engine: str, rows: int) -> None:
    """A pupil's day among so many visits, the query plan, and the day's drop."""
    with tempfile.TemporaryDirectory() as folder, store_on(engine, Path(folder)) as (_, store):
        start = time.perf_counter()
        fill(store, rows)
        print(f"{engine} {rows:,} visits filled in {time.perf_counter() - start:.0f} s")
        someone = subject(7)
        for what, wanted in {
            "a pupil's day": WantedVisits(person=someone.person),
            "a device's day": WantedVisits(device=someone.device),
            "an address's day": WantedVisits(address=someone.address),
            "a host's day": WantedVisits(host=target(7).host),
            "a pupil at a host": WantedVisits(person=someone.person, host=target(7).host),
        }.items():
            took, before, pages = [], 0, 0
            while pages < 20:
                start = time.perf_counter()
                page = access.search(store, wanted, DAY, before, 100)
                took.append(time.perf_counter() - start)
                before, pages = page.older, pages + 1
                if not before:
                    break
            worst, first = max(took) * 1e3, took[0] * 1e3
            print(f"{what:34}{first:>10.1f} ms first page{worst:>10.1f} ms worst of {pages}")
        explain(store, someone)
        start = time.perf_counter()
        drop_before(store, DAY + timedelta(days=1))
        print(f"{'the day dropped':34}{(time.perf_counter() - start) * 1e3:>10.1f} ms")


def fill(store: Store, rows: int) -> None:
    """Bring one visit of each pupil as a batch, then copy them through the day by SQL."""
    made = (
        visit_of(subject(n), target(n), ALLOWED, visit_id(NOW, n.to_bytes(3)))._replace(
            path=bytes(60)
        )
        for n in range(HOSTS)
    )
    batch = Visits(tuple(made))
    prepare_day(store, DAY)
    with store.writing() as session:
        access.take_in(store, session.connection(), [batch])
    each = rows // HOSTS
    step = 36_000_000 // each  # milliseconds: ten hours
    with store.writing() as session, day_written(store, session.connection(), DAY) as connection:
        copy(connection, each, step)


def copy(connection: Connection, each: int, step: int) -> None:
    """Copy what is there `each` times, a step later each time: in order, as it comes in a day."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -400000")
        series = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :most)"
    else:
        series = "WITH s AS (SELECT n::bigint FROM generate_series(1, :most) AS g(n))"
    names = "day, id, subject, host, channel, action, category, times, path"
    copied = (
        "l.day, l.id + s.n * :step, l.subject, l.host, l.channel, l.action, l.category, l.times"
    )
    insert = f"INSERT INTO access_log ({names}) {series} "
    insert += f"SELECT {copied}, l.path FROM s, access_log l"  # noqa: S608  our own names
    connection.execute(text(insert), {"most": each - 1, "step": step << CHANCE_BITS})


def explain(store: Store, someone: Subject) -> None:
    """Print how the engine finds a pupil's day."""
    with day_open(store, DAY) as connection:
        assert connection is not None  # noqa: S101  it was filled a moment ago
        wanted = WantedVisits(person=someone.person)
        query = access._query(connection, wanted, DAY)  # noqa: SLF001  its plan is what is shown
        assert query is not None  # noqa: S101  the day is there
        is_sqlite = connection.dialect.name == "sqlite"
        said = query.limit(101).compile(connection, compile_kwargs={"literal_binds": True})
        word = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN (ANALYZE, BUFFERS)"
        for row in connection.exec_driver_sql(f"{word} {said}".replace("%", "%%")):
            print("   ", row[-1])


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.store", description=__doc__)
    parser.add_argument("what", choices=["record", "drain", "search"])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=20_000)
    asked = parser.parse_args(arguments)
    match asked.what:
        case "record":
            record(asked.engine, asked.rounds)
        case "drain":
            drained(asked.engine, asked.rounds, 5 * asked.rounds)
        case _:
            searched(asked.engine, asked.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
