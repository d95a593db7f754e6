"""How long a change of the policy takes to reach every worker, on SQLite and on PostgreSQL.

python -m bench.policy_reach [--workers 4] [--rules 0 1000 10000] [--rounds 5]

Each worker is a process with an engine of its own that refreshes every quarter of a second, as
the edges do. A round saves a version (and lifts an override), and waits until each worker has
judged a page the new way: the time is from before the save to the last worker's verdict.
"""

import argparse
import multiprocessing as mp
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from safeguard.building import build
from safeguard.core.audit import Actor
from safeguard.core.overrides import Override
from safeguard.core.policy import Who
from safeguard.core.policy_documents import read, text_of
from safeguard.core.types import Subject
from safeguard.engine import open_engine
from safeguard.policy_in_force import shipped_tables
from safeguard.settings import Database, Settings
from safeguard.store import overrides, policies, schema
from safeguard.store.policies import Proposed, State
from safeguard.store.session import Store, open_store
from tests.postgres import PostgresServer, programs

EVERY = 0.25
PAGE = "https://www.bbc.co.uk/news"


def worker(settings: Settings, until: Any, seen: Any) -> None:
    """Refresh as the edges do; say each change of the verdict with when it was judged so."""
    engine = open_engine(settings)
    target = engine.target_of(PAGE)
    if target is None:
        raise RuntimeError(PAGE)
    said = ""
    while not until.is_set():
        action = engine.judge(Subject("secondary"), target).action.value
        if action != said:
            seen.put((action, time.monotonic()))
            said = action
        time.sleep(EVERY)
        engine.refresh()
    engine.close()


def tables(rules: int, news: str) -> dict[str, Any]:
    made = shipped_tables()
    for number in range(rules):
        made["rule"].append(
            {
                "name": f"rule {number}",
                "action": ("allow", "block")[number % 2],
                "categories": [f"topic-{number % 97}"],
                "groups": [("primary", "secondary", "sixth-form")[number % 3]],
                "reason": "The school wants it so, for reasons that take a sentence to say.",
            }
        )
    made["rule"].append(
        {"name": "news", "action": news, "categories": ["news"], "groups": ["secondary"],
         "reason": "It is measured."}
    )  # fmt: skip
    return made


def now() -> datetime:
    return datetime.now(UTC)


def wait(seen: Any, workers: int, action: str) -> float:
    """Return when the last worker judged so."""
    last = 0.0
    for _ in range(workers):
        found, at = seen.get(timeout=60)
        if found != action:
            raise RuntimeError(f"a worker judged {found}, not {action}")
        last = max(last, at)
    return last


def measure(settings: Settings, workers: int, rules: int, rounds: int) -> None:
    store = open_store(settings)
    base = policies.number_in_force(store)
    texts = {news: text_of(tables(rules, news)) for news in ("allow", "block")}
    documents = {news: read(tables(rules, news)) for news in texts}
    base = save(store, texts["allow"], base)
    until = mp.Event()
    seen: Any = mp.Queue()
    running = [mp.Process(target=worker, args=(settings, until, seen)) for _ in range(workers)]
    for one in running:
        one.start()
    wait(seen, workers, "allow")
    took: dict[str, list[float]] = {"a version": [], "an override": []}
    for _ in range(rounds):
        time.sleep(0.6)
        began = time.monotonic()
        base = save(store, texts["block"], base)
        took["a version"].append(wait(seen, workers, "block") - began)
        time.sleep(0.6)
        began = time.monotonic()
        lift(store, documents["block"])
        took["an override"].append(wait(seen, workers, "allow") - began)
        for each in overrides.living(store, now()):
            overrides.end(store, each.override.id, Actor("bench", now()), "measured")
        wait(seen, workers, "block")
        base = save(store, texts["allow"], base)
        wait(seen, workers, "allow")
    until.set()
    for one in running:
        one.join()
    store.close()
    for what, times in took.items():
        print(
            f"{settings.database.url.partition(':')[0] or 'sqlite':<22}{rules:>7,} rules "
            f"{workers:>3} workers  {what:<12} median {statistics.median(times):5.2f} s, "
            f"worst {max(times):5.2f} s of {len(times)}"
        )


def save(store: Store, text: str, base: int) -> int:
    proposed = Proposed(text, "measured", base)
    return policies.keep(store, proposed, State.IN_FORCE, Actor("bench", now())).number


def lift(store: Store, document: Any) -> None:
    begins = now()
    wanted = Override(
        0, Who(frozenset({"secondary"})), begins, begins + timedelta(minutes=30), "bench",
        "measured", frozenset({"news"}),
    )  # fmt: skip
    overrides.lift(store, wanted, document, Actor("bench", begins))


@contextmanager
def schools(folder: Path) -> Iterator[Iterator[Settings]]:
    """Settings of a school on each engine that is there."""
    found = programs()
    server = PostgresServer(found) if found else None

    def each() -> Iterator[Settings]:
        (folder / "sqlite").mkdir()
        yield Settings(data=folder / "sqlite")
        if server:
            server.start()
            (folder / "postgresql").mkdir()
            data = folder / "postgresql"
            yield Settings(data=data, database=Database(url=server.ready_database(data)))

    try:
        yield each()
    finally:
        if server:
            server.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--rules", type=int, nargs="+", default=[0, 1000, 10000])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, schools(Path(folder)) as each:
        for settings in each:
            schema.prepare(settings).close()
            build(settings.data, lambda _what, _done, _of: None)
            for rules in given.rules:
                measure(settings, given.workers, rules, given.rounds)


if __name__ == "__main__":
    main()
