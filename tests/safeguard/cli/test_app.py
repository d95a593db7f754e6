"""The command line as a whole: every command of the contract, and errors as exit statuses."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.safeguard.cli.conftest import Ran

PROGRAM = str(Path(sys.executable).parent / "safeguard")


def test_help_names_every_command(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("--help")
    assert ran.status == 0
    for name in ("run", "check", "scan", "rules", "sealed", "users", "groups", "staff", "db", "ca"):
        assert name in ran.out


@pytest.mark.parametrize(
    "arguments", [["fly"], ["check"], ["check", "--fly", "x"], ["rules", "fly"]]
)
def test_a_command_or_option_that_does_not_exist_is_unusable_input(
    safeguard: Callable[..., Ran], arguments: list[str]
) -> None:
    ran = safeguard(*arguments)
    assert ran.status == 2
    assert "Traceback" not in ran.err


def test_unusable_input_is_one_sentence_and_status_2(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("scan", "absent.txt")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("The file absent.txt cannot be read")


def test_a_reader_that_stops_reading_is_no_error(school: Path) -> None:
    names = "www.bbc.co.uk\n" * 20000
    command = f"{PROGRAM} check - --data {school} | head -n 1"
    found = subprocess.run(
        ["sh", "-c", command], input=names, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in found.stderr
    assert found.stdout.count("\n") == 1


def test_only_the_command_asked_for_is_imported() -> None:
    code = (
        "import sys; from safeguard.cli.app import assembled; assembled('groups');"
        "print('safeguard.supervisor' in sys.modules, 'safeguard.cli.check' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split()[1] == "False"
