"""What commands share."""

import pytest

from safeguard.cli.options import notes, now, progress_bar


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
