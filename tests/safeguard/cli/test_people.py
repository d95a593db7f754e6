"""`safeguard users` and `groups`."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.safeguard.cli.conftest import Ran


def test_a_roll_is_taken_in_whole(safeguard: Callable[..., Ran], tmp_path: Path) -> None:
    roll = tmp_path / "roll.csv"
    roll.write_text("name,group,address,device\nAda,primary,10.0.0.5,Laptop\nBen,staff,,\n")
    ran = safeguard("users", "import", str(roll))
    assert (ran.status, ran.out) == (0, "2 people and 1 devices were imported.\n")
    assert safeguard("users", "list").out.split() == ["primary", "Ada", "staff", "Ben"]
    assert json.loads(safeguard("users", "list", "--json", "ada").out)["group"] == "primary"


def test_a_roll_with_a_mistake_changes_nothing_and_names_the_line(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    roll = tmp_path / "roll.csv"
    roll.write_text("name,group,address,device\nAda,primary,10.0.0.5,Laptop\nBen,pirates,,\n")
    ran = safeguard("users", "import", str(roll))
    assert ran.status == 2
    assert "roll.csv, line 3" in ran.err
    assert "Nothing was imported" in ran.err
    assert "Nobody is known yet" in safeguard("users", "list").out


def test_a_file_that_is_no_roll_is_a_sentence(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "roll.csv").write_text("surname;form\n")
    assert safeguard("users", "import", str(tmp_path / "roll.csv")).status == 2
    assert "cannot be read" in safeguard("users", "import", str(tmp_path / "none.csv")).err


def test_the_groups_say_who_is_in_them(safeguard: Callable[..., Ran]) -> None:
    assert "sixth-form" in safeguard("groups", "list").out
    lines = safeguard("groups", "list", "--json").out.splitlines()
    assert next(json.loads(line)["group"] for line in lines) == "primary"
