"""Measure how long rules take from one node to another, through PostgreSQL.

`python -m bench.sharing --hosts 2000000` a list of so many hosts, shared and taken
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from filter_rules.formats.format import Format
from safeguard.building import build, rules_in_force
from safeguard.fetching import share
from safeguard.importing import import_source
from safeguard.settings import Database, Settings
from safeguard.store import schema
from safeguard.store.tables.nodes import SharedRulesPartRow
from tests.postgres import PostgresServer, programs

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def measure(hosts: int, folder: Path, server: PostgresServer) -> None:
    luck = random.Random(1)  # noqa: S311  the same again
    near, far = folder / "near", folder / "far"
    given = folder / "list.txt"
    with given.open("w") as file:
        for number in range(hosts):
            name = "".join(luck.choices(LETTERS, k=10))
            file.write(f"{name}{number % 97}.example\n")
    now = datetime.now(UTC)
    near.mkdir()
    far.mkdir()
    import_source(near, given, Format.DOMAINS, "gambling", "many", now)
    built = build(near, lambda *_: None)
    artefact = near / "rules" / built.fingerprint
    size = sum(path.stat().st_size for path in artefact.iterdir())
    sources = sum(one.stat().st_size for one in (near / "sources").rglob("*") if one.is_file())
    settings = Settings(data=near, database=Database(url=server.ready_database(near)))
    store = schema.prepare(settings)
    took = []
    for data, node in ((near, "a" * 32), (far, "b" * 32), (far, "b" * 32)):
        began = time.perf_counter()
        if said := share(data, store, node, now):
            print(said)
        took.append(time.perf_counter() - began)
    with store.reading() as session:
        stored = session.scalar(select(func.sum(func.length(SharedRulesPartRow.content)))) or 0
    store.close()
    print(f"{hosts} hosts: artefact {size / 1e6:.1f} MB, sources {sources / 1e6:.1f} MB, ", end="")
    print(f"in the database {stored / 1e6:.1f} MB (the last three are kept)")
    print(f"shared in {took[0]:.2f} s, taken and checked in {took[1]:.2f} s, ", end="")
    print(f"nothing to do: {took[2] * 1000:.1f} ms; build took {built.seconds:.1f} s")
    print("the same rules on both:", rules_in_force(near) == rules_in_force(far))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sharing", description=__doc__)
    parser.add_argument("--hosts", type=int, default=2_000_000)
    given = parser.parse_args(arguments)
    found = programs()
    if found is None:
        print("PostgreSQL is not installed")
        return 1
    server = PostgresServer(found)
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            measure(given.hosts, Path(folder), server)
    finally:
        server.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
