"""`safeguard rules`: take in, compile, look at, check line by line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.safeguard.cli.conftest import Ran


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.txt"
    path.write_text("one.example\ntwo.example\nnot a host at all !!\n")
    return path


def test_an_import_says_what_was_taken_in_and_what_was_refused(
    safeguard: Callable[..., Ran], mine: Path
) -> None:
    ran = safeguard("rules", "import", "--category", "games", "--format", "domains", str(mine))
    assert ran.status == 0
    assert "2  games" in ran.out
    assert "line 3" in ran.err


def test_an_import_without_anything_usable_is_status_1_and_changes_nothing(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    junk = tmp_path / "junk.txt"
    junk.write_text("!! nothing !!\n%%%\n")
    ran = safeguard("rules", "import", "--category", "games", "--format", "domains", str(junk))
    assert ran.status == 1
    assert "nothing has changed" in ran.err
    assert safeguard("rules", "status").status == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--category", "games", "absent.txt"), "absent.txt"),
        (("--format", "fancy", "absent.txt"), "fancy"),
    ],
)
def test_unusable_input_is_a_sentence(
    safeguard: Callable[..., Ran], arguments: tuple[str, ...], says: str
) -> None:
    ran = safeguard("rules", "import", *arguments)
    assert ran.status == 2
    assert says in ran.err


def test_a_category_that_no_rule_names_is_pointed_out(
    safeguard: Callable[..., Ran], mine: Path
) -> None:
    ran = safeguard("rules", "import", "--category", "board-games", str(mine))
    assert "No rule of the policy names: board-games." in ran.err


def test_status_says_that_lists_have_changed_until_the_next_build(
    safeguard: Callable[..., Ran], mine: Path
) -> None:
    assert safeguard("rules", "status").status == 0
    safeguard("rules", "import", "--category", "games", "--name", "mine", str(mine))
    stale = safeguard("rules", "status")
    assert (stale.status, "rules build" in stale.out) == (1, True)
    built = safeguard("rules", "build")
    assert built.status == 0
    assert "In force:" in built.out
    fresh = safeguard("rules", "status")
    assert fresh.status == 0
    assert "mine" in fresh.out


def test_status_as_json_is_the_manifest(safeguard: Callable[..., Ran]) -> None:
    manifest = json.loads(safeguard("rules", "status", "--json").out)
    assert [source["name"] for source in manifest["sources"]] == ["safeguard"]


def test_status_tells_as_json_too_that_lists_have_changed(
    safeguard: Callable[..., Ran], mine: Path
) -> None:
    assert safeguard("rules", "status", "--json").status == 0
    safeguard("rules", "import", "--category", "games", "--format", "domains", str(mine))
    assert safeguard("rules", "status", "--json").status == 1


def test_lint_checks_a_file_line_by_line(safeguard: Callable[..., Ran], mine: Path) -> None:
    ran = safeguard("rules", "lint", "--format", "domains", str(mine))
    assert ran.status == 1
    assert "2 entries can be used, 1 lines cannot." in ran.out
    assert safeguard("rules", "lint", "--format", "domains", "-", stdin="a.example\n").status == 0


def test_only_the_first_problems_are_shown(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("rules", "lint", "--format", "domains", "-", stdin="%%%\n" * 50)
    assert "… and 30 lines more" in ran.err


def test_a_rollback_says_what_changed_and_stands_until_a_build(
    safeguard: Callable[..., Ran], mine: Path
) -> None:
    assert safeguard("rules", "rollback").status == 1
    safeguard("rules", "import", "--category", "games", "--name", "mine", str(mine))
    safeguard("rules", "build")
    mine.write_text("one.example\n")
    safeguard("rules", "import", "--category", "games", "--name", "mine", str(mine))
    safeguard("rules", "build")
    back = safeguard("rules", "rollback")
    assert back.status == 0
    assert "mine: 1 entries before, 2 entries now." in back.out
    assert safeguard("check", "two.example", "--group", "primary").status == 1
    status = safeguard("rules", "status")
    assert "put back in force" in status.out
    assert status.status == 0
    assert "mine: 2 entries before, not there now." in safeguard("rules", "rollback").out
    nothing = safeguard("rules", "rollback")
    assert (nothing.status, "nothing has changed" in nothing.err) == (1, True)
    safeguard("rules", "build")
    assert safeguard("check", "two.example", "--group", "primary").status == 0
