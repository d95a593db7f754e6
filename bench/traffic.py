"""Rehearse a list, and a draft of the policy: `python -m bench.traffic --visits 10000000`.

A week of visits is made (2,000 pupils, 20,000 hosts of which few are visited often), and lists
that name more and more of the hosts are rehearsed over it; with `--draft`, a fortnight, and drafts
that block more and more of the hosts, at any time or in a break. `--engine postgresql` starts a
PostgreSQL of its own. Prints how long the rehearsal took, the compiling left out.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from sqlalchemy import text

from bench.store import ALLOWED, store_on, subject
from filter_rules.formats.format import Format
from safeguard.building import build, compile_alone
from safeguard.core.types import Target
from safeguard.core.visits import CHANCE_BITS, Visits, visit_id, visit_of
from safeguard.importing import import_source
from safeguard.loading import drafted, load_snapshot
from safeguard.policy_in_force import shipped_tables
from safeguard.policy_rehearsal import DAYS, rehearse_policy
from safeguard.policy_side_by_side import Effect
from safeguard.previewing import source_of
from safeguard.rehearsing import rehearse
from safeguard.settings import Settings
from safeguard.store import access
from safeguard.store.access_days import day_written, prepare_day
from safeguard.store.session import Store
from safeguard.visit_counts import Amount

NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
WEEK = 7
PUPILS, HOSTS = 2000, 20_000
SAMPLE = 100_000  # visits of a day that are drawn; the rest are the same again, later that day
COLUMNS = "day, id, subject, host, channel, action, category, times, path"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.traffic", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--visits", type=int, default=10_000_000)
    parser.add_argument("--draft", action="store_true")
    asked = parser.parse_args(arguments)
    days = DAYS if asked.draft else WEEK
    with (
        tempfile.TemporaryDirectory(prefix="safeguard-traffic-") as folder,
        store_on(asked.engine, Path(folder) / "data") as (settings, store),
    ):
        build(settings.data, lambda *_: None)
        began = time.perf_counter()
        for day in range(days):
            fill(store, NOW - timedelta(days=day), asked.visits // days)
        print(f"{asked.engine}: filled in {time.perf_counter() - began:.0f} s\n", flush=True)
        if asked.draft:
            say_drafts(settings, store, Path(folder))
            return 0
        print("| hosts of the list | newly blocked visits | hosts | people | s |")
        print("|---:|---:|---:|---:|---:|")
        for names in (10, 200, 2000, HOSTS):
            say(settings, store, Path(folder), names)
    return 0


def say(settings: Settings, store: Store, folder: Path, names: int) -> None:
    """Rehearse a list of so many of the hosts, popular and less so alike."""
    listed = folder / f"list-{names}.txt"
    listed.write_text("".join(f"{host(one)}\n" for one in range(0, HOSTS, HOSTS // names)))
    with tempfile.TemporaryDirectory(dir=folder) as work:
        source = source_of(Path(work), listed, Format.DOMAINS, "games", NOW)
        alone = compile_alone(source, Path(work), lambda *_: None)
        began = time.perf_counter()
        found = rehearse(settings, store, source, alone, NOW, lambda *_: None)
        took = time.perf_counter() - began
    newly = found.newly
    print(f"| {names} | {newly.visits:,} of {found.visits:,} | {newly.hosts:,} | {newly.people} "
          f"| {took:.1f} |", flush=True)  # fmt: skip


def say_drafts(settings: Settings, store: Store, folder: Path) -> None:
    """Rehearse drafts that block what some lists name: of few hosts, of many."""
    for names in (10, 200, 2000):
        listed = folder / f"list-{names}.txt"
        listed.write_text("".join(f"{host(one)}\n" for one in range(0, HOSTS, HOSTS // names)))
        import_source(settings.data, listed, Format.DOMAINS, "shopping", f"of-{names}", NOW)
    build(settings.data, lambda *_: None)
    snapshot = load_snapshot(settings, store)
    tables = shipped_tables()
    tables["schedule"] = {"break": {"windows": ["mon-sun 08:02-08:04"]}}
    print("| draft blocks | newly blocked visits | hosts | people | s |")
    print("|---:|---:|---:|---:|---:|")
    for names, times in ((10, {}), (200, {}), (2000, {}), (2000, {"schedule": "break"})):
        rule = {"name": "draft", "action": "block", "reason": "measured", "categories": []}
        rules = [*tables["rule"], rule | {"lists": [f"of-{names}"]} | times]
        draft = drafted(snapshot, tables | {"rule": rules}, UTC)
        began = time.perf_counter()
        found = rehearse_policy(settings, store, snapshot, draft, NOW, lambda *_: None)
        took = time.perf_counter() - began
        newly = found.amounts.get(Effect.BLOCKED, Amount())
        print(f"| {names} hosts{' in a break' if times else ''} | {newly.visits:,} of "
              f"{found.visits:,} | {newly.hosts:,} | {newly.people} | {took:.1f} |", flush=True)  # fmt: skip


def fill(store: Store, day: datetime, visits: int) -> None:
    """Bring a sample of the day, then copy it through the day by SQL."""
    sample = min(SAMPLE, visits)
    luck = random.Random(day.day)  # noqa: S311  the same each time
    weights = list(accumulate(1 / (rank + 10) for rank in range(HOSTS)))
    places = luck.choices(range(HOSTS), cum_weights=weights, k=sample)
    made = (
        visit_of(
            subject(luck.randrange(PUPILS)),
            Target(host(place), f"https://{host(place)}/"),
            ALLOWED,
            visit_id(day + timedelta(milliseconds=number), luck.randbytes(3)),
        )._replace(path=bytes(60))
        for number, place in enumerate(places)
    )
    prepare_day(store, day.date())
    with store.writing() as session:
        access.take_in(store, session.connection(), [Visits(tuple(made))])
    with (
        store.writing() as session,
        day_written(store, session.connection(), day.date()) as connection,
    ):
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA cache_size = -400000")
            series = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM s WHERE n<:most)"
        else:
            series = "WITH s AS (SELECT n::bigint FROM generate_series(1, :most) AS g(n))"
        copied = "day, id + s.n * :step, subject, host, channel, action, category, times, path"
        query = f"INSERT INTO access_log ({COLUMNS}) {series} SELECT {copied} FROM s, access_log "  # noqa: S608  our own names
        query += "WHERE day = :day AND id < :beyond"
        given = {
            "most": visits // sample - 1,
            "step": sample << CHANCE_BITS,
            "day": day.date() if connection.dialect.name != "sqlite" else str(day.date()),
            "beyond": visit_id(day + timedelta(milliseconds=sample), bytes(3)),
        }
        if visits // sample > 1:
            connection.execute(text(query), given)
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def host(number: int) -> str:
    return f"www.site-{number}.example"


if __name__ == "__main__":
    sys.exit(main())
