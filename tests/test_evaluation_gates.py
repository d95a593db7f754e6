"""Gates hold what was reached; goals say where it has to get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.detection.counting import Number
from bench.detection.gates import (
    Gate,
    failures,
    parse_gates,
    part_of,
    short_of_goal,
    tightened,
    write_gates,
)
from safeguard.problems import UnusableError

FILE = """
[at_least]
"own.all.urgent.recall" = { now = 0.6, goal = 0.95 }
"olid.recall_ratio" = { goal = 2 }
[at_most]
"oak.false_per_1000" = { says = "the \\"oaks\\"", now = 3 }
"""
GATES = parse_gates(FILE, "gates.toml")
EVERY_PART = ("own", "benign", "public", "robust", "speed")


def _numbers(**values: float) -> dict[str, Number]:
    names = {"urgent": "own.all.urgent.recall", "olid": "olid.recall_ratio"}
    return {
        names.get(name, "oak.false_per_1000"): Number(value, value, value, 100)
        for name, value in values.items()
    }


def test_gates_are_read() -> None:
    assert [
        Gate("own.all.urgent.recall", at_least=True, now=0.6, goal=0.95),
        Gate("olid.recall_ratio", at_least=True, now=None, goal=2),
        Gate("oak.false_per_1000", at_least=False, now=3, goal=None, says='the "oaks"'),
    ] == GATES


@pytest.mark.parametrize(
    ("numbers", "failed"),
    [
        (_numbers(urgent=0.6, oak=3), []),
        (_numbers(urgent=0.9, oak=0), []),
        (_numbers(urgent=0.59, oak=3), ["own.all.urgent.recall is 0.59; it must be at least 0.6."]),
        (
            _numbers(urgent=0.6, oak=3.1),
            ['the "oaks" (oak.false_per_1000) is 3.1; it must be at most 3.'],
        ),
        (
            _numbers(oak=0),
            [
                "own.all.urgent.recall was not measured: its texts are missing, or its name is wrong."
            ],
        ),
    ],
)
def test_a_number_worse_than_its_gate_is_said(
    numbers: dict[str, Number], failed: list[str]
) -> None:
    assert list(failures(GATES, numbers, EVERY_PART)) == failed


def test_gates_of_parts_that_were_not_measured_are_not_asked() -> None:
    assert list(failures(GATES, {}, ["robust"])) == []
    assert len(list(failures(GATES, {}, ["benign"]))) == 1


def test_goals_not_reached_are_said() -> None:
    assert list(short_of_goal(GATES, _numbers(urgent=0.7, olid=2.5, oak=99))) == [
        "own.all.urgent.recall is 0.7; the goal is at least 0.95."
    ]


@pytest.mark.parametrize(
    ("number", "part"),
    [
        ("own.all.urgent.recall", "own"),
        ("theme.suicide.f1", "own"),
        ("language.pl.urgent.recall", "own"),
        ("languages.least.urgent_themes.recall", "own"),
        ("robust.least.ratio", "robust"),
        ("trec.false_per_1000", "benign"),
        ("davidson.recall", "public"),
        ("reddit.guns.flagged", "public"),
        ("speed.query_us", "speed"),
    ],
)
def test_a_number_is_measured_in_one_part(number: str, part: str) -> None:
    assert part_of(number) == part


def test_a_gate_moves_up_to_what_was_measured_and_not_beyond_its_goal() -> None:
    urgent, olid, oak = tightened(GATES, _numbers(urgent=0.98, olid=1.23456, oak=0.00001))
    assert urgent.now == 0.95
    assert olid.now == 1.23
    assert oak.now == 0.01


@given(st.floats(0, 100), st.floats(0, 100))
def test_tightening_loosens_no_gate(urgent: float, oak: float) -> None:
    before = [one.now for one in GATES]
    after = [one.now for one in tightened(GATES, _numbers(urgent=urgent, oak=oak))]
    assert (after[0] or 0) >= (before[0] or 0)
    assert (after[2] or 0) <= (before[2] or 0)
    assert after[1] is None


def test_what_was_not_measured_keeps_its_gate() -> None:
    assert tightened(GATES, {}) == GATES


def test_written_gates_are_read_again() -> None:
    assert parse_gates(write_gates(GATES, "# heading\n"), "again.toml") == GATES


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[at_least", "not TOML"),
        ("[above]\na = 1", "'above'"),
        ("[at_most]\na = 1", "a of g.toml must be"),
        ("[at_most]\na = {}", "must be"),
        ("[at_most]\na = { then = 1 }", "must be"),
        ("[at_most]\na = { now = 'low' }", "must be"),
        ("[at_most]\na = { says = 1, now = 1 }", "must be"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(UnusableError, match=says):
        parse_gates(text, "g.toml")
