"""One process whose time and memory `bench.rules` measures. It prints what it found as JSON.

build DATA              build the rules
open DATA HOSTS         open the rules in force, then look all hosts up
serve DATA              open the engine and give one verdict, in this process and after a fork
keep set|dict NAMES     hold the names as a program without an index would
"""

import json
import os
import sys
import time
from collections.abc import Callable, Container, Sequence
from itertools import pairwise
from pathlib import Path

from filter_rules.hosts import parents
from safeguard.building import build as build_rules
from safeguard.building import open_rules
from safeguard.core.types import Subject, Target
from safeguard.engine import Engine, open_engine
from safeguard.settings import load


def build(data: str) -> dict[str, float]:
    told: list[float] = []
    started, busy = time.perf_counter(), time.process_time()
    made = build_rules(Path(data), lambda *_: told.append(time.perf_counter()))
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - busy,
        "peak": memory("/proc/self/status", "VmHWM:"),
        "still": max(after - before for before, after in pairwise(told)),
        "entries": sum(made.counts.values()),
    }


def open_and_use(data: str, hosts: str) -> dict[str, float]:
    asked = Path(hosts).read_text("utf-8").split()
    before = private_memory()
    started = time.perf_counter()
    rules = open_rules(Path(data))
    first = time.perf_counter() - started
    opened = private_memory()
    for host in asked:
        rules.match(host)
    used = private_memory()
    again = []
    for _ in range(9):
        started = time.perf_counter()
        open_rules(Path(data))
        again.append(time.perf_counter() - started)
    return {
        "first": first * 1000,
        "again": sorted(again)[4] * 1000,
        "opened": opened - before,
        "used": used - before,
    }


def serve(data: str) -> dict[str, float]:
    def judge(engine: Engine) -> None:
        engine.judge(Subject("secondary"), Target("www.example.com"))

    started = time.perf_counter()
    engine = open_engine(load(Path(data)))
    judge(engine)
    opened = time.perf_counter() - started
    started = time.perf_counter()
    if not (child := os.fork()):
        judge(engine)
        os._exit(0)
    os.waitpid(child, 0)
    return {"opened": opened * 1000, "forked": (time.perf_counter() - started) * 1000}


def keep(kind: str, names: str) -> dict[str, float]:
    before = private_memory()
    with Path(names).open(encoding="utf-8") as lines:
        each = (line.rstrip("\n") for line in lines)
        held = set(each) if kind == "set" else dict.fromkeys(each, ("category", "list"))
    return {"memory": private_memory() - before, "names": len(held)}


def parents_in(names: Container[str]) -> Callable[[str], list[str]]:
    """The look-up of a program that has no index."""
    return lambda host: [name for name in parents(host) if name in names]


def times(look_up: Callable[[str], object], hosts: Sequence[str]) -> dict[str, float]:
    """Microseconds of one look-up, the clock's own time left out: median and 99th of 100."""
    clock = time.perf_counter_ns
    own = sorted(clock() * -1 + clock() for _ in range(10_000))[5_000]
    took = []
    for host in hosts:
        started = clock()
        look_up(host)
        took.append(clock() - started)
    took.sort()
    at = len(took)
    return {"median": (took[at // 2] - own) / 1000, "p99": (took[at * 99 // 100] - own) / 1000}


def private_memory() -> float:
    return memory("/proc/self/smaps_rollup", "Private_Dirty:")


def memory(file: str, kind: str) -> float:
    """MB of this process, as the kernel counts it."""
    for line in Path(file).read_text("ascii").splitlines():
        if line.startswith(kind):
            return int(line.split()[1]) / 1024
    raise ValueError(kind)


SUBJECTS: dict[str, Callable[..., dict[str, float]]] = {
    "build": build,
    "open": open_and_use,
    "serve": serve,
    "keep": keep,
}

if __name__ == "__main__":
    print(json.dumps(SUBJECTS[sys.argv[1]](*sys.argv[2:])))
