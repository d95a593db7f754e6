"""The pointer to the rules in force."""

import os
from pathlib import Path

import pytest

from safeguard.in_force import Pointer, read_pointer, write_pointer, written_at

ONE, TWO, THREE = ("1" * 32, "2" * 32, "3" * 32)


@pytest.mark.parametrize(
    "pointer",
    [Pointer(ONE), Pointer(ONE, (TWO, THREE)), Pointer(ONE, (TWO,), "what was there"), Pointer()],
)
def test_a_pointer_is_read_as_it_was_written(tmp_path: Path, pointer: Pointer) -> None:
    write_pointer(tmp_path, pointer)
    assert read_pointer(tmp_path) == pointer


def test_what_is_not_there_points_to_nothing(tmp_path: Path) -> None:
    assert read_pointer(tmp_path) == Pointer()
    assert written_at(tmp_path) == 0


def test_a_pointer_that_is_written_as_it_was_tells_that_it_was_written(tmp_path: Path) -> None:
    write_pointer(tmp_path, Pointer(ONE))
    os.utime(tmp_path / "rules-in-force", (1, 1))
    before = written_at(tmp_path)
    write_pointer(tmp_path, Pointer(ONE))
    assert written_at(tmp_path) > before > 0


def test_a_step_remembers_what_was_before_once_and_no_rollback() -> None:
    assert Pointer(ONE, (TWO, THREE), "held").to(TWO, 2) == Pointer(TWO, (ONE, THREE))
    assert Pointer(ONE, (TWO, THREE)).to(ONE, 2) == Pointer(ONE, (TWO, THREE))
    assert Pointer(ONE, (TWO,)).to(THREE, 1) == Pointer(THREE, (ONE,))
    assert Pointer("../../etc").to(ONE, 2) == Pointer(ONE)
