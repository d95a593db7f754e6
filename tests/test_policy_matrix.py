"""A school's whole policy as a grid: 8 subjects, 40 targets and 4 times, kept as a golden file."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from filter_rules.overlay import Overlay, OverlayEntry
from filter_rules.types import Finding, Hit, Kind, Severity
from filter_rules.urls import split
from safeguard.core.decide import decide
from safeguard.core.policy import Policy, PolicyRule, Who
from safeguard.core.policy_tables import parse_overrides, parse_policy
from safeguard.core.types import Action, Subject, Verdict

GOLDEN = Path("tests/golden/policy_matrix.txt")
LONDON = ZoneInfo("Europe/London")
SHIPPED = tomllib.loads(Path("safeguard/data/policy.toml").read_text(encoding="utf-8"))
SCHOOL = tomllib.loads(Path("tests/tables/matrix.toml").read_text(encoding="utf-8"))
WIDE, NARROW = 50, 14


def the_school() -> tuple[Policy, Overlay]:
    tables = {**SHIPPED, **{part: SCHOOL[part] for part in ("calendar", "schedule", "override")}}
    tables["groups"] = SHIPPED["groups"] | SCHOOL["groups"]
    for part in ("rule", "text"):
        tables[part] = SHIPPED[part] + SCHOOL[part]
    policy = parse_policy(tables, LONDON)
    overrides = parse_overrides(tables, policy, LONDON)
    own = [
        OverlayEntry(number, line["host"], line["action"], frozenset(line["groups"]))
        for number, line in enumerate(SCHOOL["own"], 1)
    ]
    named = [
        PolicyRule(
            one.host, Action(one.action), frozenset({one.category}), Who(one.groups), named=True
        )
        for one in own
    ]
    rules = (*policy.rules, *named, *(one.rule for one in overrides))
    sites = [one.entry for one in overrides if one.entry]
    return replace(policy, rules=rules), Overlay([*own, *sites])


def judged(subject: Subject, target: dict[str, Any], policy: Policy, overlay: Overlay) -> Verdict:
    url = split(f"https://{target.get('host', 'site.example')}")
    assert url is not None
    hits = [Hit(one, "list", url.host) for one in target.get("on", ())]
    findings = [
        Finding(
            one["theme"],
            Severity[one["severity"].upper()],
            10,
            help_seeking=one.get("help_seeking", False),
        )
        for one in target.get("typed", ())
    ]
    kind = Kind(target["kind"]) if findings else None
    led_to = [Hit(one, "list", "192.0.2.0/24") for one in target.get("leads_to", ())]
    own = overlay.match(url.host, url)
    return decide(subject, [*own, *hits], findings, kind, policy, led_to)


def letter(verdict: Verdict) -> str:
    return verdict.word[0] + "!" * verdict.flagged


def matrix() -> Sequence[str]:
    policy, overlay = the_school()
    times = [policy.at(one["at"].replace(tzinfo=LONDON)) for one in SCHOOL["time"]]
    subjects = [Subject(one["group"], person=one.get("person", "")) for one in SCHOOL["subject"]]
    lines = ["a: allowed, b: blocked, !: and a person should know. Each cell has four times:"]
    lines += [f"  {number}. {one['name']}" for number, one in enumerate(SCHOOL["time"], 1)]
    lines += ["", " " * WIDE + "".join(f"{one['name']:{NARROW}}" for one in SCHOOL["subject"])]
    for target in SCHOOL["target"]:
        cells = [
            " ".join(letter(judged(subject, target, now, overlay)) for now in times)
            for subject in subjects
        ]
        lines.append(f"{target['says']:{WIDE}}" + "".join(f"{cell:{NARROW}}" for cell in cells))
    return [line.rstrip() for line in lines]


def test_the_policy_of_a_school_is_the_golden_one() -> None:
    """To renew it: delete tests/golden/policy_matrix.txt, run this, and read what changed."""
    made = "\n".join(matrix()) + "\n"
    if not GOLDEN.exists():
        GOLDEN.write_text(made, encoding="utf-8")
        pytest.fail("it was not there, and is written now: read it")
    assert made == GOLDEN.read_text(encoding="utf-8")


def test_the_grid_is_of_eight_subjects_forty_targets_and_four_times() -> None:
    sizes = [len(SCHOOL[part]) for part in ("subject", "target", "time")]
    assert sizes == [8, 40, 4]
