"""Kill parts of a running filter under load: a worker, the drainer, the database, all of it.

`python -m bench.kills --rounds 200`: nothing that a client was told of may be lost, or be there
twice. `--engine sqlite` runs on SQLite; `--seed` plays the same rounds again.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import PostgresServer, programs
from tests.system.filter import Filter, running
from tests.system.killing import Found, Load, School, play, settled


@contextmanager
def under_load(engine: str) -> Iterator[School]:
    folder = Path(tempfile.mkdtemp(prefix="safeguard-kills-"))
    found = programs() if engine == "postgresql" else None
    server = PostgresServer(found) if found else None
    try:
        if server:
            server.start()
        url = server.empty_database() if server else ""
        filter_ = Filter(folder / "data", more={"SAFEGUARD_DATABASE__URL": url})
        with running(filter_):
            load = Load(filter_.proxy_port, filter_.dns_port)
            load.start()
            try:
                yield School(filter_, load, server)
            finally:
                load.stop()
    finally:
        if server:
            server.remove()
        shutil.rmtree(folder, ignore_errors=True)


def rounds(engine: str, count: int, seed: int) -> bool:
    with under_load(engine) as school:
        played = play(school, count, random.Random(seed))  # noqa: S311  the same again, by its seed
        school.load.stop()
        found = settled(school)
        failed = school.load.failed
    print(f"{engine}, seed {seed}: {count} rounds\n")
    print("| what was killed | rounds | s until all answer and run, median | longest |")
    print("|---|---:|---:|---:|")
    for victim in dict.fromkeys(one.victim for one in played):
        took = sorted(one.seconds for one in played if one.victim == victim)
        print(f"| {victim} | {len(took)} | {took[len(took) // 2]:.1f} | {took[-1]:.1f} |")
    return _report(found, failed)


def _report(found: Found, failed: int) -> bool:
    print(f"\nacknowledged {found.acknowledged}, missing {len(found.missing)}, ", end="")
    print(f"twice {len(found.twice)}, set aside {found.set_aside}; ", end="")
    print(f"cut off {failed}, of which kept {found.more}", flush=True)
    return found.is_exact


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    return 0 if rounds(given.engine, given.rounds, given.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
