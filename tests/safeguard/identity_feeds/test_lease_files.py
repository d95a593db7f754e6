"""A lease file, followed while its server writes it: in place, anew, over several files."""

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from safeguard.identity_feeds import lease_files
from safeguard.identity_feeds.lease_files import LeaseFile
from safeguard.identity_feeds.lease_formats import LeaseFormat
from tests.safeguard.identity_feeds.lease_samples import DNSMASQ, KEA, KEA_HEAD, THEN, WINDOWS

ZONE = ZoneInfo("Europe/London")
ONE = f"{THEN} 02:00:00:00:00:01 10.0.0.1 pc-1 *\n"
TWO = f"{THEN} 02:00:00:00:00:02 10.0.0.2 pc-2 *\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leases"


def addresses(file: LeaseFile) -> tuple[tuple[str, ...], bool] | None:
    found = file.look()
    return (
        None if found is None else (tuple(one.address for one in found.reading.leases), found.whole)
    )


def test_a_file_is_whole_when_it_rests_and_then_not_read_again(path: Path) -> None:
    path.write_text(ONE)
    file = LeaseFile(path, ZONE)
    assert addresses(file) == (("10.0.0.1",), False)
    assert addresses(file) == (("10.0.0.1",), True)
    assert addresses(file) is None
    assert file.kind is LeaseFormat.DNSMASQ


def test_what_is_added_is_there_at_once_but_not_half_a_line(path: Path) -> None:
    path.write_text(ONE)
    file = LeaseFile(path, ZONE)
    file.look()
    with path.open("a") as more:
        more.write(TWO[:20])
    assert addresses(file) == (("10.0.0.1",), False)
    with path.open("a") as more:
        more.write(TWO[20:])
    assert addresses(file) == (("10.0.0.1", "10.0.0.2"), False)


def test_a_file_that_is_being_written_anew_takes_nothing_away(path: Path) -> None:
    path.write_text(ONE + TWO)
    file = LeaseFile(path, ZONE)
    file.look()
    file.look()
    path.write_text("")
    assert addresses(file) == ((), False)
    path.write_text(ONE + TWO)
    assert addresses(file) == (("10.0.0.1", "10.0.0.2"), False)


def test_another_file_in_its_place_is_noticed_even_with_the_same_size_and_time(path: Path) -> None:
    path.write_text(ONE)
    file = LeaseFile(path, ZONE)
    file.look()
    file.look()
    other = path.with_name("new")
    other.write_text(TWO)
    seen = path.stat()
    os.utime(other, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    other.replace(path)
    assert addresses(file) == (("10.0.0.2",), False)


def test_a_file_that_is_not_there_is_a_trouble_that_passes(path: Path) -> None:
    file = LeaseFile(path, ZONE)
    assert addresses(file) is None
    assert file.trouble == "cannot be read (No such file or directory)"
    path.write_text("")  # a server that has just been installed
    assert addresses(file) == ((), False)
    assert file.trouble == ""
    path.write_text(ONE)
    assert addresses(file) == (("10.0.0.1",), False)


def test_a_format_that_nobody_knows_is_a_trouble_and_says_what_to_do(path: Path) -> None:
    path.write_text("name,group\njo,y7\n")
    file = LeaseFile(path, ZONE)
    assert addresses(file) == ((), False)
    assert "put dnsmasq:" in file.trouble
    assert addresses(file) == ((), False)  # it is never whole


def test_a_file_that_is_far_too_large_is_a_trouble_and_what_was_known_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(ONE)
    file = LeaseFile(path, ZONE)
    file.look()
    monkeypatch.setattr(lease_files, "MOST_BYTES", len(ONE))
    path.write_text(ONE + TWO)
    assert addresses(file) == (("10.0.0.1",), False)
    assert "larger than" in file.trouble


def test_keas_table_is_read_through_its_clean_up(path: Path) -> None:
    path.write_text(KEA)
    file = LeaseFile(path, ZONE)
    file.look()
    before = addresses(file)
    path.rename(f"{path}.1")  # what Kea does first
    path.write_text(KEA_HEAD)
    assert addresses(file) == (before and before[0], False)
    Path(f"{path}.1").rename(f"{path}.completed")
    assert addresses(file) == (before and before[0], False)
    path.write_text(KEA_HEAD + KEA.splitlines()[1].replace("10.0.0.1", "10.0.0.9") + "\n")
    found = addresses(file)
    assert found is not None
    assert "10.0.0.9" in found[0]


def test_a_format_that_is_given_is_not_guessed(path: Path) -> None:
    path.write_text(DNSMASQ)
    file = LeaseFile(path, ZONE, LeaseFormat.WINDOWS)
    file.look()
    assert file.reading.bad == 1


def test_an_export_without_dates_is_believed_from_when_it_was_made(path: Path) -> None:
    path.write_text(WINDOWS.replace("22/11/2026 12:00:00", ""))
    os.utime(path, (THEN, THEN))
    file = LeaseFile(path, ZONE)
    found = file.look()
    assert found is not None
    assert found.reading.leases[0].until == datetime.fromtimestamp(THEN + 3600, UTC)
