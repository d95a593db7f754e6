"""How fast stored events become stored concerns, and how fast a page of concerns is shown.

`python -m bench.concern_store fold --events 20000` events a second, store and all
`python -m bench.concern_store list --concerns 100000 --events 1000000` pages of the list

`--engine postgresql` starts a PostgreSQL of its own. Numbers are this machine's: compare ratios.
"""

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import msgspec
from sqlalchemy import inspect

from bench.concerns import RULES, made, plain
from bench.store import store_on
from filter_rules.types import Kind, Severity
from safeguard.core.audit import Actor
from safeguard.core.concerns import ConcernEvent
from safeguard.core.events import Event, Private, SealedEvent, new_event_id
from safeguard.core.types import Action, Channel, Reason
from safeguard.store import concern_numbers, concern_pages, evidence, telling
from safeguard.store.concern_building import Terms, build
from safeguard.store.concern_pages import Order, WantedConcerns
from safeguard.store.concern_rows import OPEN
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store

NOW = datetime(2026, 12, 1, tzinfo=UTC)
TERMS = Terms(RULES, frozenset({"secondary"}))
AT_ONCE = 5_000
MONTH = timedelta(days=28)
LEAD = Actor("staff:1", NOW)


def stored(one: ConcernEvent, number: int) -> Event:
    return Event(
        id=new_event_id(one.at, number.to_bytes(10)),
        at=one.at,
        last=one.at,
        group=one.group,
        person=f"{one.who.id:>32}".replace(" ", "0"),
        device="",
        address="10.0.0.1",
        method="device",
        channel=Channel.WEB,
        host=one.host,
        private=Private(
            f"https://{one.host}/{one.page}", "" if one.kind is Kind.PAGE else one.page
        ),
        categories=(),
        themes=tuple((theme.theme, theme.severity) for theme in one.themes),
        severity=one.themes[0].severity,
        action=Action.BLOCK,
        flagged=True,
        reason=Reason.WORDS,
        rule="Words",
        list="",
        artefact="a",
        policy_version="1",
        hosts=(one.host,),
        kind=one.kind,
        confidence="sure",
    )


def keep(store: Store, events: Sequence[Event]) -> None:
    for start in range(0, len(events), AT_ONCE):
        kept = [
            SealedEvent(
                replace(one, private=Private()),
                store.vault.seal(msgspec.msgpack.encode(one.private)),
            )
            for one in events[start : start + AT_ONCE]
        ]
        take_in(store, Batch(f"bench {start}", "bench", 1, kept))


def events_of(count: int) -> list[Event]:
    in_order = sorted(made(count), key=lambda one: one.at)
    return [stored(one, number) for number, one in enumerate(in_order)]


def folded(store: Store, most: int) -> Iterator[tuple[int, float]]:
    while True:
        began = time.perf_counter()
        built = build(store, TERMS, NOW, os.urandom, most)
        if not built.events:
            return
        yield built.events, time.perf_counter() - began


def fold(engine: str, count: int, most: int) -> None:
    with tempfile.TemporaryDirectory() as folder, store_on(engine, Path(folder)) as (_, store):
        keep(store, events_of(count))
        worked = time.process_time()
        took = list(folded(store, most))
        worked = time.process_time() - worked
        seconds = sum(each for _, each in took)
        print(f"{engine}: {count:,} events folded, {most} a batch")
        print(f"{'events/s':34}{count / seconds:>10,.0f}")
        print(f"{'  for each second of our processor':34}{count / worked:>10,.0f}")
        print(f"{'longest batch':34}{max(each for _, each in took) * 1e3:>10,.0f} ms")
        print(f"{'a plain loop, squares/s':34}{plain():>10,.0f}")


def listed(engine: str, concerns: int, events: int) -> None:
    """Fold some, copy them until there are as many as asked for, and look at pages.

    What was made stays out of the collector's way: it would look through it within some page.
    """
    with tempfile.TemporaryDirectory() as folder, store_on(engine, Path(folder)) as (_, store):
        keep(store, events_of(5_000))
        for _ in folded(store, 500):
            pass
        for table, count in (("concerns", concerns), ("events", events)):
            multiply(store, table, count)
        gc.collect()
        gc.freeze()
        asked = {
            "what is open": WantedConcerns(),
            "urgent and high": WantedConcerns(severity=Severity.HIGH),
            "a group without any": WantedConcerns(group="primary"),
            "one family": WantedConcerns(family="gambling"),
            "nobody's": WantedConcerns(unowned=True),
            "a pupil's": WantedConcerns(subject=f"{'pupil 7':>32}".replace(" ", "0")),
            "reviewed": WantedConcerns(standing=("reviewed",)),
            "snoozed": WantedConcerns(snoozed=True),
            "of staff who have none": WantedConcerns(owner=7),
            "a week of a month ago": WantedConcerns(since=NOW - MONTH, until=NOW - 3 * MONTH / 4),
            "everything ever": WantedConcerns(standing=(*OPEN, "reviewed")),
        }
        for order in Order:
            for what, wanted in asked.items():
                took, after = [], ""
                for _ in range(10):
                    began = time.perf_counter()
                    page = concern_pages.listed(store, wanted, NOW, LEAD, after, 50, order)
                    took.append(time.perf_counter() - began)
                    after = page.more
                say = f"{what}, {order}"
                middle, worst = median(took) * 1e3, max(took) * 1e3
                print(f"{say:34}{middle:>8.1f} ms, the worst of {len(took)} pages {worst:.1f} ms")
        began = time.perf_counter()
        numbers = concern_numbers.today(store, NOW, NOW)
        print(f"{'numbers of today':34}{(time.perf_counter() - began) * 1e3:>8.1f} ms {numbers}")
        looks: dict[str, Callable[[], object]] = {
            "looking what is to be copied": partial(evidence.due, store, NOW),
            "looking what is to be folded": partial(build, store, TERMS, NOW, os.urandom),
            "looking what is to be told": partial(telling.open_concerns, store, Severity.HIGH, NOW),
        }
        for what, look in looks.items():
            began = time.perf_counter()
            look()
            print(f"{what:34}{(time.perf_counter() - began) * 1e3:>8.1f} ms")


def multiply(store: Store, table: str, count: int) -> None:
    """Copy the rows of a table, under ids of their own, until there are about so many."""
    sqlite = store.engine.dialect.name == "sqlite"
    with store.writing() as session:
        connection = session.connection()
        there = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608  our own names
        names = [one["name"] for one in inspect(connection).get_columns(table)]
        quoted = ", ".join(f'"{name}"' for name in names)
        fresh = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
        given = ", ".join(fresh if name == "id" else f't."{name}"' for name in names)
        series = (
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %d)"
            if sqlite
            else "WITH s AS (SELECT n FROM generate_series(1, %d) AS g(n))"
        ) % max(1, count // there - 1)
        source = f"(SELECT * FROM {table})"  # noqa: S608  our own names
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({quoted}) {series} SELECT {given} FROM s, {source} t"  # noqa: S608  likewise
        )
        there = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608  likewise
        print(f"{there:,} {table}", flush=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.concern_store", description=__doc__)
    parser.add_argument("what", choices=["fold", "list"])
    parser.add_argument("--concerns", type=int, default=100_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=500)
    asked = parser.parse_args(arguments)
    if asked.what == "fold":
        fold(asked.engine, asked.events, asked.batch)
    else:
        listed(asked.engine, asked.concerns, asked.events)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
