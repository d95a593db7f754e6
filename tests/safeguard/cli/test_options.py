"""What commands share."""

from safeguard.cli.options import now, progress_bar


def test_the_time_is_in_utc() -> None:
    assert now().tzinfo is not None
    assert now().utcoffset() is not None


def test_a_progress_bar_takes_reports() -> None:
    with progress_bar() as report:
        report("Reading lists", 1, 2)
        report("Writing", 0, 0)
