"""The log says what went wrong, and nothing of whom it went wrong for."""

import sys

import pytest

from safeguard import logs
from safeguard.logs import Discreet


def test_the_message_of_an_exception_is_not_logged() -> None:
    shown, address = "", "https://private.test/"
    try:
        int(address)
    except ValueError:
        shown = Discreet().formatException(sys.exc_info())
    assert "private.test" not in shown
    assert "ValueError" in shown
    assert "test_logs.py" in shown


def test_an_error_without_an_exception_can_be_logged() -> None:
    assert Discreet().formatException((None, None, None)) == "no exception"


def test_a_line_is_on_stderr_and_says_when_how_bad_where_and_what(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.logger("safeguard.test").error("a list was not\nread", list="ut1", count=3)
    out, err = capsys.readouterr()
    assert out == ""  # what commands answer stands there
    assert err.count("\n") == 1
    for part in ("level=error", "source=safeguard.test", "event=", "list=ut1", "count=3"):
        assert part in err


def test_an_exception_is_logged_without_its_message_and_without_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    password = "hunter2"
    try:
        int(f"postgresql://school:{password}@db.test/")
    except ValueError:
        logs.logger("safeguard.test").exception("the database is away")
    shown = capsys.readouterr().err
    assert "ValueError" in shown
    assert "hunter2" not in shown


def test_what_is_only_for_finding_faults_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    logs.logger("safeguard.test").debug("a detail")
    assert capsys.readouterr().err == ""
