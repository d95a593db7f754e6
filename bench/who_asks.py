"""What it costs to know who asks: for each request, and where 5,000 people sign in in a minute.

    python -m bench.who_asks

On SQLite, in a folder of its own: a writer as the feeds are (batches of 20, four a second) and a
worker that follows as the engine does, four times a second.
"""

import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from safeguard.core.identifying import Claim, Method
from safeguard.identity.finder import Finder
from safeguard.identity.following import Following
from safeguard.identity.roster import Roster
from safeguard.settings import Settings
from safeguard.store import schema, sessions
from safeguard.store.generation import Watch
from safeguard.store.people import Device, Network, Person

PEOPLE, BATCH, ROUNDS = 5_000, 20, 200_000
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def address(number: int) -> str:
    return f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"


def roster() -> Roster:
    return Roster(
        [Person(f"p{number}", "Somebody", f"g{number % 300}") for number in range(PEOPLE)],
        [Device(f"d{number}", address(number), "Tablet", f"p{number}") for number in range(PEOPLE)],
        [Network("10.0.0.0/8", "guest")],
    )


def claim(number: int) -> Claim:
    return Claim(address(number), Method.RADIUS, NOW, NOW + 8 * HOUR, f"p{number}")


def milliseconds(since: float) -> float:
    return 1000 * (time.perf_counter() - since)


def measure_storm() -> Finder:
    """5,000 sign-ins, 20 at once, as a feed writes them; after each the worker takes them up."""
    settings = Settings(data=Path(tempfile.mkdtemp()))
    store = schema.prepare(settings)
    following, watch = Following(settings), Watch(store)
    finder = Finder(roster(), following.live)
    wrote, took = [], []
    for first in range(0, PEOPLE, BATCH):
        some = [(claim(number), f"s{number}") for number in range(first, first + BATCH)]
        begun = time.perf_counter()
        sessions.put_all(store, some, "radius", NOW)
        wrote.append(milliseconds(begun))
        begun = time.perf_counter()
        watch.number()
        following.follow(store, watch.sessions, finder, NOW)
        took.append(milliseconds(begun))
    idle = []
    for _ in range(200):
        begun = time.perf_counter()
        watch.number()
        following.follow(store, watch.sessions, finder, NOW)
        idle.append(milliseconds(begun))
    print(
        f"a batch of {BATCH} written: median {statistics.median(wrote):.2f} ms, max {max(wrote):.1f} ms"
    )
    print(
        f"taken up by a worker:   median {statistics.median(took):.2f} ms, max {max(took):.1f} ms"
    )
    print(f"looked, nothing new:    median {statistics.median(idle):.2f} ms")
    print(
        f"all {PEOPLE}: {sum(wrote):.0f} ms of writing and {sum(took):.0f} ms of each worker, of a minute"
    )
    begun = time.perf_counter()
    following.begin(store, NOW)
    print(f"all {PEOPLE} read at a start: {milliseconds(begun):.0f} ms")
    store.close()
    return finder


def measure_asking(finder: Finder) -> None:
    addresses = [address(number) for number in range(PEOPLE)]
    begun = time.perf_counter()
    for one in addresses:
        finder.subject_at(one, NOW)
    first = milliseconds(begun) * 1000 / PEOPLE
    begun = time.perf_counter()
    for number in range(ROUNDS):
        finder.subject_at(addresses[number % PEOPLE], NOW)
    again = milliseconds(begun) * 1000 / ROUNDS
    begun = time.perf_counter()
    for number in range(0, ROUNDS, 10):
        finder.subject_at(f"::ffff:{addresses[number % PEOPLE]}", NOW)
    mapped = milliseconds(begun) * 1000 / (ROUNDS / 10)
    proof = replace(claim(7), method=Method.KERBEROS)
    begun = time.perf_counter()
    for _ in range(20_000):
        finder.subject_of(proof, NOW)
    proved = milliseconds(begun) * 1000 / 20_000
    print(
        f"subject_at, of {PEOPLE} sessions: {again:.2f} µs a request; the first of a minute {first:.1f} µs"
    )
    print(
        f"an IPv4 address in IPv6: {mapped:.2f} µs; a request with a proof of its own {proved:.1f} µs"
    )


if __name__ == "__main__":
    measure_asking(measure_storm())
