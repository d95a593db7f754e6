"""How the feeds are, as Health reads it: nothing lost on the way, and a sentence for each trouble."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard.identity_feeds.status import FILE, FileStatus, Notice, Status, kept, troubles

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
WELL = Status(NOW, 7, (), 3, 0, "", (FileStatus("/var/leases", "kea", 3, 0),))
ILL = Status(
    NOW,
    7,
    (("another secret", 2),),
    3,
    1,
    "the database went away",
    (
        FileStatus("/a", "", 0, 0, "", "cannot be read (No such file or directory)"),
        FileStatus("/b", "isc", 1, 2, "line 4: this lease has no end"),
    ),
)


@pytest.mark.parametrize("status", [WELL, ILL])
def test_what_is_kept_is_read_again(tmp_path: Path, status: Status) -> None:
    Notice(tmp_path).put(status)
    assert kept(tmp_path) == status
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_who_writes_last_waits_for_who_still_writes(tmp_path: Path) -> None:
    notice = Notice(tmp_path)
    with ThreadPoolExecutor(8) as threads:  # each that fails says so here
        list(threads.map(lambda number: notice.put(replace(WELL, heard=number)), range(400)))
    notice.put(ILL)
    assert kept(tmp_path) == ILL


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"at": "then"}', "\x00"])
def test_what_cannot_be_read_is_nothing(tmp_path: Path, text: str) -> None:
    assert kept(tmp_path) is None
    (tmp_path / FILE).write_text(text)
    assert kept(tmp_path) is None


def test_where_all_is_well_nothing_is_said() -> None:
    assert list(troubles(WELL, NOW)) == []


def test_each_trouble_has_its_sentence() -> None:
    assert list(troubles(ILL, NOW)) == [
        "the database went away",
        "2 RADIUS packets were not answered, the last of them a moment ago: another secret.",
        "The lease file /a cannot be read (No such file or directory).",
        "The lease file /b has 2 lines that cannot be read: line 4: this lease has no end.",
    ]


@pytest.mark.parametrize("found", [None, WELL])
def test_feeds_that_are_not_heard_of_are_a_trouble(found: Status | None) -> None:
    [says] = troubles(found, NOW + timedelta(minutes=2))
    assert "does not run" in says
