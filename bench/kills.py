"""Kill parts of a running filter under load; stop its database for minutes. Nothing may be lost.

`python -m bench.kills rounds --rounds 200` kill -9 of a worker, the drainer, the database, all
`python -m bench.kills away --seconds 600` PostgreSQL stopped under load: answers and events

`--engine sqlite` runs the rounds on SQLite; `--seed` plays the same rounds again.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import PostgresServer, programs
from tests.system.filter import Filter, running
from tests.system.killing import QUIET, Found, Load, School, play, settled

WARM = 5.0  # seconds of load that are not measured


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


def away(seconds: float, spells: int) -> bool:
    """Take turns: as long with its database as without, so that a busy machine is so for both."""
    with under_load("postgresql") as school:
        assert school.server is not None, "PostgreSQL is not installed"  # noqa: S101  a bench
        QUIET.wait(WARM)
        there: list[tuple[float, float]] = []
        gone: list[tuple[float, float]] = []
        back = time.monotonic()
        for _ in range(spells):
            there.append(_spell(seconds))
            school.server.stop()
            gone.append(_spell(seconds))
            back = time.monotonic()
            school.server.start()
            QUIET.wait(WARM)
        school.load.stop()
        found = settled(school, 120)
        until_there = time.monotonic() - back
        took, failed = school.load.took, school.load.failed
    print(f"PostgreSQL away {spells} times for {seconds:.0f} s under load, and there for as long")
    print("| block page | answers | median, ms | p99, ms | p99.9, ms |\n|---|---:|---:|---:|---:|")
    for name, spell in (("there", there), ("away", gone)):
        ms = sorted(s * 1000 for at, s in took if any(one <= at < two for one, two in spell))
        at = [ms[int(len(ms) * share)] for share in (0.5, 0.99, 0.999)]
        print(f"| {name} | {len(ms)} | " + " | ".join(f"{one:.1f}" for one in at) + " |")
    print(f"all events there {until_there:.1f} s after its last start")
    return _report(found, failed)


def _spell(seconds: float) -> tuple[float, float]:
    began = time.monotonic()
    QUIET.wait(seconds)
    return began, time.monotonic()


def _report(found: Found, failed: int) -> bool:
    print(f"\nacknowledged {found.acknowledged}, missing {len(found.missing)}, ", end="")
    print(f"twice {len(found.twice)}, set aside {found.set_aside}; ", end="")
    print(f"cut off {failed}, of which kept {found.more}", flush=True)
    return found.is_exact


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("what", choices=["rounds", "away"])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--spells", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.what == "away":
        return 0 if away(given.seconds, given.spells) else 1
    return 0 if rounds(given.engine, given.rounds, given.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
