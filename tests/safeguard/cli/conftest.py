"""The command line as a function: arguments in; exit status, output and complaint out."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from safeguard.cli.app import main


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str


@pytest.fixture
def safeguard(
    school: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run a command on a school's data folder of this test's own."""
    monkeypatch.setenv("SAFEGUARD_DATA", str(school))

    def run(*arguments: str, stdin: str | bytes = "") -> Ran:
        text = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        monkeypatch.setattr(sys, "argv", ["safeguard", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return Ran(int(code) if isinstance(code, int) else 0, said.out, said.err)

    return run
