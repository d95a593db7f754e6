"""What commands share."""

import os
import pwd

import pytest

from safeguard.cli.options import myself, notes, now, progress_bar


def test_the_time_is_in_utc() -> None:
    assert now().tzinfo is not None
    assert now().utcoffset() is not None


def test_a_progress_bar_takes_reports() -> None:
    with progress_bar() as report:
        report("Reading lists", 1, 2)
        report("Writing", 0, 0)


def test_what_is_said_is_said_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    line = "at [::1]:8080 in /data/[old], 28:AB:DD"  # rich would see markup, and an emoji
    notes.print(line)
    assert capsys.readouterr().err == f"{line}\n"


def test_who_gives_a_command_is_the_account_and_not_what_its_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOGNAME", "someone-else")
    monkeypatch.setenv("SUDO_USER", "alice")
    me = pwd.getpwuid(os.getuid()).pw_name
    assert myself().who == (f"command:{me} for alice" if os.getuid() == 0 else f"command:{me}")
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert myself().who == "command:4000000000"
