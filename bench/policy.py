"""Measure the policy: a decision among 50 rules, and what 10,000 rules cost to load and to keep.

`python -m bench.policy`. Numbers are this machine's: compare ratios.
"""

import gc
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median, quantiles
from timeit import repeat
from typing import Any
from zoneinfo import ZoneInfo

from filter_rules.types import Hit
from filter_rules.urls import split
from safeguard.core.decide import decide
from safeguard.core.explain import sentences
from safeguard.core.facts import Facts
from safeguard.core.policy import Policy
from safeguard.core.policy_tables import parse_policy
from safeguard.core.rules import PolicyRule, Who
from safeguard.core.types import Action, Subject, Target, Verdict
from safeguard.identity.roster import Roster
from safeguard.loading import shipped_policy
from safeguard.store.people import Device, Person

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 4, 12, 30, tzinfo=UTC)
CATEGORIES = [f"category {number}" for number in range(40)]
CLASSES, YEARS, PUPILS, RULES = 286, 14, 5_000, 10_000
DECISIONS = 20_000


def line(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "action": "block", "categories": [], "reason": "measured", **more}


def tables(rules: list[dict[str, Any]]) -> dict[str, Any]:
    """A school of 300 groups, with lunch and twenty other schedules."""
    years = {f"year {number}": "Pupils." for number in range(YEARS - 1)}
    classes = {
        f"class {number}": {"who": "Pupils.", "in": f"year {number % (YEARS - 1)}"}
        for number in range(CLASSES)
    }
    return {
        "version": "1",
        "groups": {**years, **classes, "unidentified": "Nobody knows."},
        "words": {"monitored": []},
        "always": {"sealed": ["illegal"], "help": ["help"], "circumvention": []},
        "inspection": {"never_categories": [], "never_groups": []},
        "overrides": {"longest_minutes": 120, "most_groups": 2, "most_people": 40, "never": []},
        "calendar": {"dates": {"term": ["2026-09-02/2026-12-18"]}},
        "schedule": {
            f"schedule {number}": {
                "windows": [f"mon-fri {8 + number % 10:02}:00-{9 + number % 10:02}:00"],
                "during": ["term"],
            }
            for number in range(20)
        },
        "rule": rules,
        "text": [],
    }


def a_school_of_rules(chance: random.Random) -> Iterator[dict[str, Any]]:
    """A tenth for everyone, six for a group or two, three for a pupil; a fifth by a schedule."""
    for number in range(RULES):
        whom: dict[str, Any] = {}
        match number % 10:
            case 0:
                pass
            case 1 | 2 | 3:
                whom = {"people": [f"pupil {chance.randrange(PUPILS)}"]}
            case _:
                whom = {"groups": [f"class {chance.randrange(CLASSES)}" for _ in range(2)]}
        if number % 5 == 0:
            whom["schedule"] = f"schedule {number % 20}"
        yield line(
            f"rule {number}",
            action=chance.choice(["allow", "block"]),
            categories=chance.sample(CATEGORIES, 2),
            **whom,
        )


def roster() -> Roster:
    people = [Person(f"pupil {n}", f"Pupil {n}", f"class {n % CLASSES}") for n in range(PUPILS)]
    devices = [
        Device(str(n), f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", f"laptop {n}", person=f"pupil {n}")
        for n in range(PUPILS)
    ]
    return Roster(people, devices)


def timed(what: str, decision: Callable[[], Verdict]) -> None:
    verdict = decision()
    took = []
    for _ in range(DECISIONS):
        began = time.perf_counter_ns()
        decision()
        took.append((time.perf_counter_ns() - began) / 1000)
    told = time.perf_counter_ns()
    sentences(verdict)
    told = time.perf_counter_ns() - told
    print(
        f"{what}: {median(took):.1f} µs median, {quantiles(took, n=100)[98]:.1f} µs p99; "
        f"{len(verdict.considered)} rules weighed, explained in {told / 1000:.0f} µs"
    )


def fifty(categories: int) -> Policy:
    """Fifty rules that cover one pupil, a fifth of them at rest."""
    whoms: list[dict[str, Any]] = [
        {},
        {"groups": ["year 1"]},
        {"groups": ["class 1"]},
        {"people": ["ada"]},
        {"groups": ["class 1"], "schedule": "schedule 1"},
    ]
    rules = [
        line(
            f"rule {n}",
            action="allow" if n % 3 else "block",
            categories=[CATEGORIES[n % categories]],
            **whoms[n % len(whoms)],
        )
        for n in range(50)
    ]
    return parse_policy(tables(rules), LONDON).at(NOW)


def decisions() -> None:
    ada = Subject("class 1", person="ada")
    hits = [Hit(one, "list", "site.example") for one in CATEGORIES[:3]]
    shipped = shipped_policy().at(NOW)
    games = [Hit("games", "list", "site.example")]
    timed("shipped policy", lambda: decide(Subject("secondary"), games, (), None, shipped))
    ten = fifty(10)
    timed("50 rules over 10 categories, a site on 3", lambda: decide(ada, hits, (), None, ten))
    one = fifty(1)
    timed("50 rules about one category", lambda: decide(ada, hits[:1], (), None, one))
    lesson = PolicyRule(
        "lesson", Action.ALLOW, frozenset(CATEGORIES[:1]), Who(rooms=frozenset({"B12"})), lifts=True
    )
    lifted = replace(one, rules=(*one.rules, lesson)).at(NOW)
    here = Subject("class 1", "10.0.0.1", person="ada", room="B12")
    timed("the same in a room with an override", lambda: decide(here, hits[:1], (), None, lifted))


def facts() -> None:
    """What rules about files, sizes and sites, and what modes, cost besides."""
    url = split("https://files.example.org/get/setup.exe?version=2")
    target = Target("files.example.org", str(url), size=60_000_000, mime="application/zip")
    none = Facts(())
    some = Facts(("file:programs", "larger-than:50", *(f"site:{n}.example" for n in range(100))))
    pupil, shipped = Subject("secondary"), shipped_policy().at(NOW)
    quick = (
        ("no rule names a fact", lambda: none.of(target, url)),
        ("rules name files, sizes and 100 sites", lambda: some.of(target, url)),
        ("the modes of a pupil", lambda: shipped.modes_of(pupil)),
        ("the class of a pupil", lambda: shipped.class_of(pupil)),
    )
    for what, work in quick:
        print(f"{what}: {min(repeat(work, number=10_000, repeat=5)) * 100:.1f} µs")


def _loaded(lines: dict[str, Any]) -> tuple[float, Policy, Roster]:
    began = time.perf_counter()
    policy, people = parse_policy(lines, LONDON).at(NOW), roster()
    return time.perf_counter() - began, policy, people


def loading() -> None:
    lines = tables(list(a_school_of_rules(random.Random(1))))  # noqa: S311  no secret
    took = [_loaded(lines)[0] for _ in range(5)]
    print(f"load {RULES} rules, {PUPILS} pupils, 300 groups: {median(took):.2f} s")
    policy = parse_policy(lines, LONDON)
    began = time.perf_counter()
    policy.at(policy.next_edge(NOW) or NOW)
    print(f"at the edge of a schedule: {time.perf_counter() - began:.2f} s")
    del policy
    gc.collect()
    tracemalloc.start()
    kept = _loaded(lines)[1:]
    print(f"kept in memory: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB")
    tracemalloc.stop()
    hits = [Hit(one, "list", "site.example") for one in CATEGORIES[:3]]
    pupil = Subject("class 1", person="pupil 287")
    timed("among them, a site in 3 categories", lambda: decide(pupil, hits, (), None, kept[0]))


if __name__ == "__main__":
    decisions()
    facts()
    loading()
