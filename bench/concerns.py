"""How fast events become concerns, without a database: `python -m bench.concerns [EVENTS]`.

A school of 1,200 pupils makes spells of a few events over four weeks. They are folded in batches
of several sizes, each beside the concerns that it needs, as a store would hand them. What is
printed is processor time; the plain loop in the last line tells how fast the machine was.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from filter_rules.types import Kind, Severity
from safeguard.core.concern_rules import PLACES, ConcernRules
from safeguard.core.concerns import Concern, ConcernEvent, Known, ThemeSeen, Who
from safeguard.core.damping import class_lines
from safeguard.core.folding import fold
from safeguard.core.school_hours import SchoolHours

PUPILS, CLASS, DAYS, SITES, PAGES = 1_200, 28, 28, 30, 8
SCHOOL_STARTS = datetime(2026, 11, 2, 9, tzinfo=UTC)
BATCHES = (1, 50, 500, 5_000)
RULES = ConcernRules(SchoolHours(ZoneInfo("Europe/London")))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.concerns", description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=50_000)
    events = sorted(made(parser.parse_args(arguments).events), key=lambda one: one.at)
    print("| events a batch | events/s | concerns |")
    print("|---|---|---|")
    concerns: list[Concern] = []
    for size in (*BATCHES, len(events)):
        seconds, concerns = folded(events, size)
        print(f"| {size:,} | {len(events) / seconds:,.0f} | {len(concerns):,} |", flush=True)
    began = time.process_time()
    lines = class_lines(concerns, RULES)
    spent = time.process_time() - began
    print(f"\n{len(lines)} lines for classes, {len(concerns) / spent:,.0f} concerns/s.")
    print(f"A plain loop did {plain():,.0f} squares/s.")
    return 0


def made(count: int) -> Iterator[ConcernEvent]:
    chance = random.Random(4)  # noqa: S311  the same school each time, nothing secret
    number = 0
    while number < count:
        pupil = chance.randrange(PUPILS)
        at = SCHOOL_STARTS + timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(360))
        theme = chance.choice(PLACES).theme
        for _ in range(min(count - number, 1 + int(chance.expovariate(0.2)))):
            number += 1
            at += timedelta(minutes=2)
            yield ConcernEvent(
                id=f"{number:08}",
                at=at,
                who=Who(1, Known.PERSON, f"pupil {pupil}"),
                themes=(ThemeSeen(theme, Severity.MEDIUM),),
                kind=chance.choice(list(Kind)),
                host=f"{chance.randrange(SITES)}.example",
                page=f"page {chance.randrange(PAGES)}",
                group="secondary",
                place=f"class {pupil // CLASS}",
            )


def folded(events: Sequence[ConcernEvent], size: int) -> tuple[float, list[Concern]]:
    held: dict[Who, dict[object, Concern]] = {}
    seconds = 0.0
    for start in range(0, len(events), size):
        batch = events[start : start + size]
        needed = [
            one for who in {event.who for event in batch} for one in held.get(who, {}).values()
        ]
        began = time.process_time()
        changes = fold(needed, batch, RULES)
        seconds += time.process_time() - began
        for change in changes:
            mine = held.setdefault(change.concern.who, {})
            for old in change.before:
                del mine[old.key]
            mine[change.concern.key] = change.concern
    return seconds, [one for mine in held.values() for one in mine.values()]


def plain(times: int = 1_000_000) -> float:
    began = time.process_time()
    sum(number * number for number in range(times))
    return times / (time.process_time() - began)


if __name__ == "__main__":
    raise SystemExit(main())
