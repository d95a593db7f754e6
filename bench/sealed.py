"""What sealed lists cost: to ask for a host, and to take a list in.

Run: python -m bench.sealed [--sizes 10000,1000000]

Everything is synthetic: hosts that nobody can own, and harmless words. Hosts that were never
seen are the worst case, since what was found out about a host is remembered. The loop's own
cost is measured beside it and taken off.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from filter_rules.sealed import SealedLists
from filter_rules.urls import split
from safeguard.sealed_imports import import_sealed
from safeguard.sealing import load_sealing
from tests.safeguard.sealed_samples import synthetic_feed

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
HOSTS = 100_000
ROUNDS = 5
MICRO = 1e6


def per_call(ask: Callable[[str], object], hosts: Sequence[str]) -> float:
    """Return microseconds a call, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for host in hosts:
            ask(host)
        best = min(best, time.process_time() - began)
    return best / len(hosts) * MICRO


def asked(lists: SealedLists) -> dict[str, float]:
    """Microseconds to ask about hosts of several kinds."""
    kinds = {
        "never seen, .com": [f"cdn{n}.assets.place{n}.com" for n in range(HOSTS)],
        "never seen, .co.uk": [f"cdn{n}.assets.place{n}.co.uk" for n in range(HOSTS)],
        "seen before": [f"cdn{n}.place{n}.com" for n in range(4000)] * (HOSTS // 4000),
    }
    empty = per_call(lambda _host: None, kinds["never seen, .com"])
    found = {kind: per_call(lists.carries, hosts) - empty for kind, hosts in kinds.items()}
    url = split("https://www.apple0.example/kettle/7/large.jpg?x=1&y=2")
    if url is not None:
        found["a page of a site with entries"] = per_call(
            lambda host: lists.match(host, url), ["www.apple0.example"] * 10_000
        )
    return {kind: round(cost, 2) for kind, cost in found.items()}


def measured(count: int) -> dict[str, object]:
    """Import and load a list in this process, and say what that took."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        feed = [*synthetic_feed(count), *([] if count < 3 else ["apple0.example/walnut"])]
        before = _peak_mib()
        began = time.perf_counter()
        done = import_sealed(data, "iwf-urls", feed, NOW)
        imported = time.perf_counter() - began
        peak = _peak_mib() - before
        size = (data / "sealed/iwf-urls.sealed").stat().st_size
        del feed
        began = time.perf_counter()
        sealing = load_sealing(data, ["iwf-urls"])
        loaded = time.perf_counter() - began
        held = sum(
            len(one.packed) + memoryview(one._starts).nbytes  # noqa: SLF001  what it holds
            for each in sealing.lists.lists
            for one in (each.sites, each.hosts, each.entries)
        )
        return {
            "entries": done.entries,
            "import_s": round(imported, 2),
            "import_peak_mib": round(peak, 1),
            "file_mib": round(size / 2**20, 2),
            "load_ms": round(loaded * 1000, 1),
            "held_mib": round(held / 2**20, 2),
            "asked_us": asked(sealing.lists),
        }


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000")
    parser.add_argument("--one", type=int, default=0, help="Measure one size, in this process.")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one)))
        return
    for size in given.sizes.split(","):
        command = [sys.executable, "-m", "bench.sealed", "--one", size]
        said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        asking = said.pop("asked_us")
        print("  ".join(f"{name} {value:,}" for name, value in said.items()))
        for kind, cost in asking.items():
            print(f"    {kind:<32}{cost:>8} µs")


if __name__ == "__main__":
    main()
