"""Every change is asked: is as much found as before, and no more where there is nothing?

The gates stand in tests/tables/detection_gates.toml. `script/eval` measures the same and more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.detection.evaluation import HARMLESS, OWN, ROBUST, Evaluated, Places, evaluate
from bench.detection.gates import Gate, failures, parse_gates, part_of
from bench.detection.judging import Progress
from bench.detection.own_tables import read_tables
from bench.detection.subject import Subject, shipped

TABLES = Path("tests/tables")
PARTS = (OWN, ROBUST, HARMLESS)  # the public sets take longer: script/eval --gate asks for all
GATES = parse_gates((TABLES / "detection_gates.toml").read_text("utf-8"), "detection_gates.toml")


pytestmark = pytest.mark.timeout(900)  # some forty thousand texts are read, for all tests at once


@contextmanager
def quiet() -> Iterator[Progress]:
    yield lambda _what, _done, _of: None


@pytest.fixture(scope="module")
def done(shared_data: Path) -> Evaluated:
    places = Places(TABLES / "phrases", shared_data, TABLES / "detection_true.toml")
    return evaluate(Subject(shipped()), places, PARTS, quiet, processes=1)


@pytest.mark.parametrize(
    "gate", [one for one in GATES if part_of(one.number) in PARTS], ids=lambda one: one.number
)
def test_no_number_is_worse_than_its_gate(done: Evaluated, gate: Gate) -> None:
    assert list(failures([gate], done.numbers, PARTS)) == []


def test_every_theme_that_the_tables_name_exists() -> None:
    named = {one.theme for one in read_tables(TABLES / "phrases")} - {""}
    assert named - {theme.name for theme in shipped()} == set()


def test_no_gate_is_further_than_its_goal() -> None:
    gated = [(one, one.now, one.goal) for one in GATES if one.now is not None and one.goal]
    assert [one.number for one, now, goal in gated if not one.holds(goal, now)] == []
