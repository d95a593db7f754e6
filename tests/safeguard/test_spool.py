"""Nothing acknowledged is lost: not by a kill, not by a full disk, not by a prune."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from safeguard.core.events import Growth, Private, SealedEvent, Tally, event_of, new_event_id
from safeguard.problems import UnusableError
from safeguard.spool import (
    CHECKPOINT_FROM,
    MOST_BYTES,
    PRUNED_AT_ONCE,
    SpoolError,
    SpoolReader,
    SpoolWriter,
    decode,
    encode,
    holds_records,
    spool_file,
)
from tests.safeguard.samples import NOW, PUPIL, SEARCH, flagged

SMALL = 256 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return spool_file(tmp_path, "proxy-0")


class Desk:
    """Opens spools, and closes them when the test ends."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def writer(self, path: Path, most_bytes: int = MOST_BYTES) -> SpoolWriter:
        return self._stack.enter_context(closing(SpoolWriter(path, most_bytes)))

    def reader(self, path: Path) -> SpoolReader:
        return self._stack.enter_context(closing(SpoolReader(path)))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(stack)


def read_all(path: Path) -> list[bytes]:
    reader = SpoolReader(path)
    records = [one.record for one in reader.after(0, 1_000_000)]
    reader.close()
    return records


def test_every_shape_comes_back_as_it_was() -> None:
    event = event_of(flagged(), PUPIL, SEARCH, NOW, new_event_id(NOW, bytes(10)))
    assert event is not None
    assert event.private != Private()
    for kept in (
        SealedEvent(event, b"\x00sealed"),
        Growth(event.id, 7, ("a.example", "b.example"), NOW),
        Tally("writer", NOW, "adverts", 9),
    ):
        assert decode(encode(kept)) == kept


@pytest.mark.parametrize("record", [b"", b"x", b"e", b"eabc", b"g\x80", b"z" + b"\x00" * 9])
def test_what_is_no_record_is_refused(record: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(record)


def test_records_are_read_in_order_after_a_position(path: Path, desk: Desk) -> None:
    writer = desk.writer(path)
    first = writer.append(b"one")
    assert writer.append_many([b"two", b"three"])
    reader = desk.reader(path)
    assert [one.record for one in reader.after(0, 2)] == [b"one", b"two"]
    assert [one.record for one in reader.after(first, 10)] == [b"two", b"three"]
    assert reader.id == writer.id


def test_a_record_is_seen_by_another_process_once_append_returns(path: Path, desk: Desk) -> None:
    desk.writer(path).append(b"one")
    code = "import sys; from pathlib import Path; from safeguard.spool import SpoolReader;"
    code += "print(len(SpoolReader(Path(sys.argv[1])).after(0, 9)))"
    run = [sys.executable, "-c", code, str(path)]
    assert subprocess.run(run, capture_output=True, check=True, text=True).stdout == "1\n"


def test_a_name_used_again_continues_its_positions_even_when_all_was_pruned(
    path: Path, desk: Desk
) -> None:
    writer = desk.writer(path)
    last = [writer.append(b"x") for _ in range(3)][-1]
    assert writer.prune(last) == 3
    writer.close()
    again = desk.writer(path)
    assert again.id == writer.id
    assert again.append(b"y") == last + 1


def test_a_spool_made_anew_is_another_spool(path: Path, desk: Desk) -> None:
    writer = desk.writer(path)
    writer.close()
    path.unlink()
    assert desk.writer(path).id != writer.id


def test_only_what_is_drained_is_pruned_and_not_all_at_once(path: Path, desk: Desk) -> None:
    writer = desk.writer(path)
    writer.append_many([b"x"] * (PRUNED_AT_ONCE + 50))
    assert writer.prune(PRUNED_AT_ONCE + 20) == PRUNED_AT_ONCE
    assert writer.prune(PRUNED_AT_ONCE + 20) == 20
    assert writer.prune(PRUNED_AT_ONCE + 20) == 0
    assert len(read_all(path)) == 30


def test_the_drainers_note_tells_the_writer_how_far_it_came(path: Path, desk: Desk) -> None:
    writer = desk.writer(path)
    writer.append(b"x")
    assert writer.drained() == 0
    desk.reader(path).note_drained(1)
    assert writer.drained() == 1


@pytest.mark.parametrize("note", ["", "other-spool 7", "{id} many", "{id}"])
def test_a_note_about_another_spool_or_half_a_note_prunes_nothing(
    path: Path, note: str, desk: Desk
) -> None:
    writer = desk.writer(path)
    path.with_suffix(".drained").write_text(note.format(id=writer.id))
    assert writer.drained() == 0


def test_near_its_bound_only_what_must_be_kept_is_written(path: Path, desk: Desk) -> None:
    writer = desk.writer(path, SMALL)
    record = os.urandom(1000)
    while writer.append_many([record]):
        pass
    assert writer.shed == 1
    before = len(read_all(path))
    writer.append(record)
    assert len(read_all(path)) == before + 1


def test_at_its_bound_it_refuses_aloud_and_takes_again_after_a_prune(
    path: Path, desk: Desk
) -> None:
    writer = desk.writer(path, SMALL)
    record = os.urandom(1000)
    last = 0

    def fill() -> None:
        nonlocal last
        while True:
            last = writer.append(record)

    with pytest.raises(SpoolError, match="full"):
        fill()
    assert len(read_all(path)) == last
    assert path.stat().st_size <= SMALL
    writer.prune(last)
    assert not writer.is_nearly_full()
    assert writer.append(record) == last + 1


def test_a_batch_that_does_not_fit_leaves_nothing_behind(path: Path, desk: Desk) -> None:
    writer = desk.writer(path, SMALL)
    with pytest.raises(SpoolError):
        writer.append_many([os.urandom(1000)] * 1000)
    assert read_all(path) == []
    writer.append(b"x")
    assert read_all(path) == [b"x"]


def test_the_log_is_checkpointed_by_the_drainer_not_the_writer(path: Path, desk: Desk) -> None:
    writer = desk.writer(path)
    record = os.urandom(1000)
    log = path.with_name(path.name + "-wal")
    last = 0
    while log.stat().st_size < CHECKPOINT_FROM:
        last = writer.append(record)
    grown = path.stat().st_size
    desk.reader(path).note_drained(last)
    assert path.stat().st_size > grown
    full = log.stat().st_size
    writer.append(record)  # begins the log again, now that all of it is in the file
    assert log.stat().st_size == full


def test_a_file_that_is_no_spool_stops_with_the_mend(path: Path, desk: Desk) -> None:
    path.parent.mkdir()
    path.write_bytes(b"a letter" * 1000)
    with pytest.raises(UnusableError, match="move the damaged file away"):
        desk.writer(path)
    with pytest.raises(SpoolError):
        desk.reader(path)


def test_a_folder_that_cannot_be_used_stops_with_the_mend(tmp_path: Path, desk: Desk) -> None:
    (tmp_path / "spool").write_text("in the way")
    with pytest.raises(UnusableError, match="give access"):
        desk.writer(spool_file(tmp_path, "proxy-0"))


def test_a_reader_makes_no_spool(path: Path, desk: Desk) -> None:
    path.parent.mkdir()
    with pytest.raises(SpoolError):
        desk.reader(path)
    assert not path.exists()
    path.touch()
    with pytest.raises(SpoolError):
        desk.reader(path)


def test_a_spool_that_is_just_being_made_is_left_for_later(path: Path, desk: Desk) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE spool (id TEXT NOT NULL)")
    assert not desk.reader(path).is_current()


def test_a_reader_notices_that_its_file_was_exchanged(path: Path, desk: Desk) -> None:
    desk.writer(path).append(b"x")
    reader = desk.reader(path)
    assert reader.is_current()
    path.rename(path.with_name("moved-away"))
    assert not reader.is_current()
    desk.writer(path)
    assert not reader.is_current()
    assert desk.reader(path).is_current()


def test_a_spool_that_vanished_under_its_reader_is_said(path: Path, desk: Desk) -> None:
    writer = desk.writer(path)
    reader = desk.reader(path)
    writer._connection.execute("DROP TABLE records")
    with pytest.raises(SpoolError, match="cannot be read"):
        reader.after(0, 1)
    path.with_suffix(".drained").mkdir()
    with pytest.raises(SpoolError, match="cannot be noted"):
        reader.note_drained(1)


def test_whether_a_spool_holds_anything(path: Path, desk: Desk) -> None:
    assert not holds_records(path)
    writer = desk.writer(path)
    assert not holds_records(path)
    writer.append(b"x")
    assert holds_records(path)


def test_the_file_is_its_owners_alone(path: Path, desk: Desk) -> None:
    desk.writer(path).append(b"x")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.with_name(path.name + "-wal").stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_killed_writer_keeps_every_record_it_acknowledged(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from safeguard.spool import SpoolWriter\n"
        "writer = SpoolWriter(Path(sys.argv[1]))\n"
        "for n in range(10**9):\n"
        "    writer.append(b'%d' % n)\n"
        "    print(n, flush=True)\n"
    )
    acknowledged: list[bytes] = []
    for _ in range(3):
        run = [sys.executable, "-c", code, str(path)]
        with subprocess.Popen(run, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            lines = [worker.stdout.readline() for _ in range(200)]
            worker.send_signal(signal.SIGKILL)
            lines += worker.stdout.readlines()
        acknowledged += [line.strip() for line in lines if line.endswith(b"\n")]
    kept = read_all(path)
    # One record a kill may be written and not yet acknowledged.
    assert len(acknowledged) <= len(kept) <= len(acknowledged) + 3
    assert set(acknowledged) <= set(kept)
