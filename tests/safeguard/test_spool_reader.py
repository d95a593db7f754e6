"""The drainer reads in order, holds up nothing, and removes only what is over."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from safeguard.spool import SpoolError, SpoolWriter, segments_of, spool_folder
from safeguard.spool_reader import (
    ALARM_AFTER,
    ALARM_FROM,
    DAMAGED,
    NOTE,
    Segment,
    SpoolReader,
    holds_records,
    problems,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return spool_folder(tmp_path, "proxy-0")


@pytest.fixture
def reader(folder: Path) -> Iterator[SpoolReader]:
    with closing(SpoolReader(folder)) as reader:
        yield reader


def write(folder: Path, *records: bytes) -> str:
    with closing(SpoolWriter(folder)) as writer:
        for record in records:
            writer.append(record)
        return writer.id


def nowhere(_spool: str) -> int:
    return 0


def test_records_are_read_in_order_after_a_position(folder: Path, reader: SpoolReader) -> None:
    spool_id = write(folder, b"one", b"two", b"three")
    assert reader.after(nowhere, 2)[0] == spool_id
    assert [one.record for one in reader.after(nowhere, 2)[1]] == [b"one", b"two"]
    assert [one.record for one in reader.after(lambda _: 1, 9)[1]] == [b"two", b"three"]


def test_a_file_goes_only_when_the_worker_has_left_it_and_nothing_is_left_in_it(
    folder: Path, reader: SpoolReader
) -> None:
    first = write(folder, b"one")

    def after_first(spool: str) -> int:
        return 1 if spool == first else 0

    assert reader.after(after_first, 9) == (first, [])
    assert len(segments_of(folder)) == 1
    write(folder, b"two")
    assert [one.record for one in reader.after(nowhere, 1)[1]] == [b"one"]
    assert len(segments_of(folder)) == 2
    assert [one.record for one in reader.after(after_first, 9)[1]] == [b"two"]
    assert len(segments_of(folder)) == 1


def test_a_file_that_nobody_called_finished_stays(folder: Path, reader: SpoolReader) -> None:
    write(folder, b"one")
    write(folder, b"two")
    (folder / "current").write_text("half a no")
    assert reader.after(lambda _: 9, 9)[1] == []
    assert len(segments_of(folder)) == 2


def test_a_finished_file_that_cannot_be_read_is_set_aside_and_kept(
    folder: Path, reader: SpoolReader
) -> None:
    write(folder, b"one")
    ((_, path),) = segments_of(folder)
    path.write_bytes(b"a letter" * 1000)
    write(folder, b"two")
    with pytest.raises(SpoolError):
        reader.after(nowhere, 9)
    assert [one.record for one in reader.after(nowhere, 9)[1]] == [b"two"]
    assert path.with_suffix(DAMAGED).read_bytes().startswith(b"a letter")
    (said,) = problems(folder.parent.parent)
    assert "set aside" in said


def test_a_finished_file_that_cannot_be_opened_just_now_is_not_set_aside(
    folder: Path, reader: SpoolReader
) -> None:
    write(folder, b"one")
    write(folder, b"two")
    (_, path), *_ = segments_of(folder)
    away = path.rename(path.with_suffix(".away"))
    path.mkdir()  # SQLite cannot open it: as where a process has too many files open
    with pytest.raises(SpoolError):
        reader.after(nowhere, 9)
    path.rmdir()
    away.rename(path)
    assert [one.record for one in reader.after(nowhere, 9)[1]] == [b"one"]


def test_a_file_that_is_written_to_is_never_set_aside(folder: Path, reader: SpoolReader) -> None:
    write(folder, b"one")
    ((_, path),) = segments_of(folder)
    path.write_bytes(b"a letter" * 1000)
    with pytest.raises(SpoolError):
        reader.after(nowhere, 9)
    assert path.exists()


def test_a_reader_makes_no_spool(folder: Path, reader: SpoolReader) -> None:
    assert reader.after(nowhere, 9) == ("", [])
    assert not folder.exists()
    with pytest.raises(SpoolError):
        Segment(folder / "0000000001.sqlite")


def test_a_reader_writes_nothing_to_what_it_reads(folder: Path) -> None:
    write(folder, b"one")
    with closing(Segment(segments_of(folder)[0][1])) as segment:
        segment._connection.execute("PRAGMA query_only").fetchone()
        with pytest.raises(Exception, match="readonly"):
            segment._connection.execute("DELETE FROM records")


def test_whether_a_spool_holds_anything(folder: Path) -> None:
    assert not holds_records(folder)
    write(folder)
    assert not holds_records(folder)
    write(folder, b"x")
    assert holds_records(folder)


def test_records_that_wait_are_said_after_a_minute_and_not_once_they_are_read(
    folder: Path, reader: SpoolReader
) -> None:
    data = folder.parent.parent
    assert list(problems(data)) == []
    write(folder, b"one")
    assert list(problems(data)) == []
    later = folder.joinpath("current").stat().st_mtime + ALARM_AFTER + 1
    (said,) = problems(data, later)
    assert "waited for more than a minute" in said
    reader.after(lambda _: 1, 9)
    later = (folder / NOTE).stat().st_mtime + 1
    os.utime(folder / NOTE, (later, later))
    assert list(problems(data, later + 10 * ALARM_AFTER)) == []


def test_a_spool_that_grows_is_said_by_its_size(folder: Path) -> None:
    write(folder, b"one")
    with segments_of(folder)[0][1].open("r+b") as file:
        file.truncate(ALARM_FROM)  # a hole, which takes no room
    (said,) = problems(folder.parent.parent)
    assert "256 MiB" in said
