"""The gates: numbers that a change may not worsen, and the goals they are on the way to.

    [at_least]
    "own.all.urgent.recall" = { says = "urgent sentences found", now = 0.61, goal = 0.95 }
    [at_most]
    "oak.false_per_1000" = { says = "false flags per 1,000 lesson titles", now = 1, goal = 1 }

`now` is the gate; without one there is only a goal, which is shown and fails nothing.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor
from types import NoneType

from bench.detection.counting import Number
from safeguard.problems import UnusableError

TITLES = {"at_least": True, "at_most": False}
_KINDS = {"says": str, "now": int | float, "goal": int | float}


@dataclass(frozen=True, slots=True)
class Gate:
    """What a number must be at least (else at most): today, and in the end."""

    number: str
    at_least: bool
    now: float | None
    goal: float | None
    says: str = ""

    @property
    def title(self) -> str:
        """What is measured, in words where there are any."""
        return f"{self.says} ({self.number})" if self.says else self.number

    def holds(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


def parse_gates(text: str, file: str) -> list[Gate]:
    """Read gates. Raise UnusableError with a sentence."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableError(f"The gates of {file} are not TOML: {error}.") from error
    if unknown := set(table) - set(TITLES):
        raise UnusableError(f"{file} has {min(unknown)!r}: use {' and '.join(TITLES)}.")
    return [
        _gate(name, row, file, at_least=TITLES[title])
        for title, rows in table.items()
        for name, row in rows.items()
    ]


def _gate(name: str, row: object, file: str, *, at_least: bool) -> Gate:
    if (
        not isinstance(row, dict)
        or not row
        or not all(isinstance(one, _KINDS.get(key, NoneType)) for key, one in row.items())
    ):
        raise UnusableError(
            f'The gate {name} of {file} must be {{ says = "...", now = 1, goal = 2 }}.'
        )
    return Gate(name, at_least, row.get("now"), row.get("goal"), row.get("says", ""))


def failures(
    gates: Iterable[Gate], numbers: Mapping[str, Number], parts: Iterable[str]
) -> Iterator[str]:
    """Say in a sentence each which gates are not met. Gates of parts not measured are not asked."""
    measured = frozenset(parts)
    for gate in gates:
        if gate.now is None or part_of(gate.number) not in measured:
            continue
        if gate.number not in numbers:
            yield f"{gate.title} was not measured: its texts are missing, or its name is wrong."
        elif not gate.holds(value := numbers[gate.number].value, gate.now):
            most = "least" if gate.at_least else "most"
            yield f"{gate.title} is {value:.4g}; it must be at {most} {gate.now:g}."


def short_of_goal(gates: Iterable[Gate], numbers: Mapping[str, Number]) -> Iterator[str]:
    """Say in a sentence each which goals are not reached."""
    for gate in gates:
        if gate.goal is None or gate.number not in numbers:
            continue
        if not gate.holds(value := numbers[gate.number].value, gate.goal):
            most = "least" if gate.at_least else "most"
            yield f"{gate.title} is {value:.4g}; the goal is at {most} {gate.goal:g}."


def tightened(gates: Iterable[Gate], numbers: Mapping[str, Number]) -> list[Gate]:
    """Bring each gate up to what was measured, but not beyond its goal; none is loosened.

    Rounded to two places, away from the goal, so that not every text counts.
    """
    return [_tightened(gate, numbers.get(gate.number)) for gate in gates]


def _tightened(gate: Gate, number: Number | None) -> Gate:
    if number is None:
        return gate
    rounded = (floor if gate.at_least else ceil)(number.value * 100) / 100
    strictest = min if gate.at_least else max
    reached = rounded if gate.goal is None else strictest(rounded, gate.goal)
    if gate.now is None:
        return replace(gate, now=reached)
    return replace(gate, now=(max if gate.at_least else min)(reached, gate.now))


def write_gates(gates: Iterable[Gate], heading: str) -> str:
    """Return gates as the file that they are read from."""
    every = list(gates)
    lines = [heading.rstrip("\n")]
    for title, at_least in TITLES.items():
        lines += ["", f"[{title}]"]
        lines += [_line(gate) for gate in every if gate.at_least is at_least]
    return "\n".join(lines) + "\n"


def _line(gate: Gate) -> str:
    bounds = {"now": gate.now, "goal": gate.goal}
    said = [f"{key} = {bound:g}" for key, bound in bounds.items() if bound is not None]
    words = [f"says = {json.dumps(gate.says, ensure_ascii=False)}"] if gate.says else []
    return f'"{gate.number}" = {{ {", ".join(words + said)} }}'


def part_of(number: str) -> str:
    """Return the part of the evaluation that a number is measured in."""
    return PARTS.get(number.partition(".")[0], "public")


PARTS = {
    "own": "own",
    "theme": "own",
    "severity": "own",
    "language": "own",
    "languages": "own",
    "robust": "robust",
    "oak": "benign",
    "places": "benign",
    "trec": "benign",
    "speed": "speed",
}  # by the first word of the number's name; the rest are public sets
