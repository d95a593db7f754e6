"""Nothing acknowledged is lost: not by a kill, not by a full disk, not between two files."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Literal

import pytest

import safeguard.spool
from safeguard.problems import UnusableError
from safeguard.spool import (
    MOST_BYTES,
    SEGMENT_BYTES,
    Share,
    SpoolError,
    SpoolWriter,
    current_of,
    segments_of,
    spool_folder,
)
from safeguard.spool_reader import Segment, SpoolReader

SMALL = 512 * 1024
PLENTY = 1 << 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return spool_folder(tmp_path, "proxy-0")


class Desk:
    """Opens spools, and closes them when the test ends."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.free = PLENTY

    def writer(
        self, folder: Path, most_bytes: int = MOST_BYTES, segment_bytes: int = SEGMENT_BYTES
    ) -> SpoolWriter:
        writer = SpoolWriter(folder, most_bytes, segment_bytes, lambda _: self.free)
        return self._stack.enter_context(closing(writer))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(stack)


@pytest.mark.parametrize(("synchronous", "level"), [("normal", 1), ("full", 2)])
def test_every_file_is_as_synchronous_as_the_settings_say(
    tmp_path: Path, synchronous: Literal["normal", "full"], level: int
) -> None:
    writer = SpoolWriter(tmp_path, segment_bytes=1, synchronous=synchronous)
    with closing(writer):
        for _ in range(2):
            assert writer._connection.execute("PRAGMA synchronous").fetchall() == [(level,)]
            writer.append(b"one")
            writer.tend()  # goes on to the next file


def read_all(folder: Path) -> list[bytes]:
    return [record for _, record in positions_of(folder)]


def positions_of(folder: Path) -> list[tuple[int, bytes]]:
    found = []
    for _, path in segments_of(folder):
        with closing(Segment(path)) as segment:
            found += [(one.position, one.record) for one in segment.after(0, 1_000_000)]
    return found


def read_runs(folder: Path) -> list[list[int]]:
    """The positions of each run of a worker."""
    runs: dict[str, list[int]] = {}
    for _, path in segments_of(folder):
        with closing(Segment(path)) as segment:
            runs.setdefault(segment.id, []).extend(
                one.position for one in segment.after(0, 1_000_000)
            )
    return list(runs.values())


def drain(folder: Path) -> list[bytes]:
    """Read all there is, as the drainer does: what is finished goes."""
    drained: list[bytes] = []
    positions: dict[str, int] = {}
    with closing(SpoolReader(folder)) as reader:
        while True:
            spool_id, found = reader.after(lambda spool: positions.get(spool, 0), 100)
            if not found:
                return drained
            positions[spool_id] = found[-1].position
            drained += [one.record for one in found]


def test_records_follow_one_another_over_several_files(folder: Path, desk: Desk) -> None:
    writer = desk.writer(folder, segment_bytes=SMALL)
    sent = [os.urandom(1000) for _ in range(200)]
    for number, record in enumerate(sent, 1):
        assert writer.append(record) == number
        writer.tend()
    assert len(segments_of(folder)) > 1
    assert positions_of(folder) == list(enumerate(sent, 1))
    assert drain(folder) == sent
    assert len(segments_of(folder)) == 1


def test_a_file_that_is_left_is_checkpointed_and_its_log_is_gone(folder: Path, desk: Desk) -> None:
    writer = desk.writer(folder, segment_bytes=SMALL)
    for _ in range(200):
        writer.append(os.urandom(500))
    (_, first), *_ = segments_of(folder)
    log = first.with_name(f"{first.name}-wal")
    assert first.stat().st_size < SMALL / 10, "nothing is checkpointed while it is written to"
    assert log.stat().st_size > SMALL
    writer.tend()
    assert log.stat().st_size == 0
    assert current_of(folder) == 2


def test_a_record_is_seen_by_another_process_once_append_returns(folder: Path, desk: Desk) -> None:
    desk.writer(folder).append(b"one")
    code = "import sys; from pathlib import Path; from safeguard.spool_reader import SpoolReader;"
    code += "print(SpoolReader(Path(sys.argv[1])).after(lambda _: 0, 9)[1][0].record)"
    run = [sys.executable, "-c", code, str(folder)]
    assert subprocess.run(run, capture_output=True, check=True, text=True).stdout == "b'one'\n"


def test_a_name_used_again_is_a_spool_of_its_own(folder: Path, desk: Desk) -> None:
    ids = []
    for _ in range(2):
        with closing(SpoolWriter(folder)) as writer:
            ids.append(writer.id)
            assert writer.append(b"x") == 1
    assert ids[0] != ids[1] != desk.writer(folder).id
    assert [number for number, _ in segments_of(folder)] == [1, 2, 3]


def test_numbers_are_not_given_again_when_all_was_drained(folder: Path) -> None:
    for number in range(1, 4):
        with closing(SpoolWriter(folder)) as writer:
            writer.append(b"x")
        assert drain(folder)[-1:] == [b"x"]
        assert [found for found, _ in segments_of(folder)] == [number]


def test_records_that_come_while_the_next_file_is_made_stay_in_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(SpoolWriter(folder, segment_bytes=1)) as writer:
        writer.append(b"one")
        begin = writer._begin

        def late(number: int) -> sqlite3.Connection:
            connection = begin(number)
            writer.append(b"two")
            return connection

        monkeypatch.setattr(writer, "_begin", late)
        writer.tend()
        writer.append(b"three")
    assert positions_of(folder) == [(1, b"one"), (2, b"two"), (3, b"three")]
    assert drain(folder) == [b"one", b"two", b"three"]


@pytest.mark.parametrize("lost", [1, 100, 4096, 9000])
def test_a_log_that_a_power_cut_cut_short_gives_what_is_whole_and_the_next_run_loses_nothing(
    folder: Path, lost: int
) -> None:
    writer = SpoolWriter(folder)
    sent = [writer.append(b"%d" % number) for number in range(50)]
    ((_, path),) = segments_of(folder)
    log = path.with_name(f"{path.name}-wal")
    whole = log.read_bytes()
    writer.close()
    path.with_name(f"{path.name}-shm").unlink()
    log.write_bytes(whole[:-lost])
    kept = [position for position, _ in positions_of(folder)]
    assert kept == sent[: len(kept)]
    assert 40 < len(kept) < 50
    with closing(SpoolWriter(folder)) as again, closing(SpoolReader(folder)) as reader:
        again.append(b"new")
        # The database had all fifty before the power went.
        spool_id, found = reader.after(lambda spool: 0 if spool == again.id else 50, 100)
        assert (spool_id, [one.record for one in found]) == (again.id, [b"new"])


def test_a_torn_page_in_the_log_gives_what_came_before_it(folder: Path) -> None:
    writer = SpoolWriter(folder)
    for number in range(50):
        writer.append(b"%d" % number)
    ((_, path),) = segments_of(folder)
    log = path.with_name(f"{path.name}-wal")
    whole = bytearray(log.read_bytes())
    writer.close()
    path.with_name(f"{path.name}-shm").unlink()
    whole[len(whole) // 2] ^= 0xFF
    log.write_bytes(whole)
    kept = read_all(folder)
    assert kept == [b"%d" % number for number in range(len(kept))]
    assert 10 < len(kept) < 40


def test_two_writers_of_one_name_are_refused(
    folder: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.writer(folder)
    monkeypatch.setattr(safeguard.spool, "LOCK_TRIES", 2)
    with pytest.raises(UnusableError, match="cannot be used"):
        SpoolWriter(folder)


def test_near_its_bound_visits_are_shed_first_then_counts_and_what_must_be_kept_never(
    folder: Path, desk: Desk
) -> None:
    writer = desk.writer(folder, SMALL)
    record = os.urandom(1000)
    visits = counts = 0
    while writer.append_many([record], Share.VISITS):
        visits += 1
    while writer.append_many([record, record], Share.COUNTED):
        counts += 1
    assert writer.shed == {Share.VISITS: 1, Share.COUNTED: 2}
    assert counts > visits / 4 > 0
    before = len(read_all(folder))
    writer.append(record)
    assert len(read_all(folder)) == before + 1


@pytest.mark.parametrize(
    ("free", "visits", "counts"),
    [(PLENTY, True, True), (128 << 20, False, True), (32 << 20, False, False)],
)
def test_where_the_disk_is_nearly_full_visits_are_shed_first(
    folder: Path, desk: Desk, free: int, *, visits: bool, counts: bool
) -> None:
    writer = desk.writer(folder)
    desk.free = free
    writer.tend()
    assert writer.append_many([b"x"], Share.VISITS) is visits
    assert writer.append_many([b"x"], Share.COUNTED) is counts
    assert writer.append(b"x")


def test_at_its_bound_it_refuses_aloud_and_takes_again_once_drained(
    folder: Path, desk: Desk
) -> None:
    writer = desk.writer(folder, SMALL, SMALL // 4)

    def fill() -> None:
        while True:
            for _ in range(20):
                writer.append(os.urandom(1000))
            writer.tend()

    with pytest.raises(SpoolError, match="bound"):
        fill()
    assert sum(path.stat().st_size for path in folder.iterdir()) <= SMALL
    assert drain(folder)
    writer.tend()
    assert writer.append(b"x")


def test_a_batch_that_does_not_fit_leaves_nothing_behind(folder: Path, desk: Desk) -> None:
    writer = desk.writer(folder, SMALL)
    with pytest.raises(SpoolError):
        writer.append_many([os.urandom(1000)] * 1000, Share.COUNTED)
    assert read_all(folder) == []
    writer.append(b"x")
    assert read_all(folder) == [b"x"]


def test_a_batch_that_the_disk_refuses_leaves_nothing_behind(folder: Path, desk: Desk) -> None:
    writer = desk.writer(folder)
    writer._connection.execute("PRAGMA max_page_count = 5")
    with pytest.raises(SpoolError, match="full"):
        writer.append_many([os.urandom(4000)] * 10, Share.COUNTED)
    assert read_all(folder) == []
    assert writer.append(b"x")


def test_a_damaged_file_stops_neither_the_worker_nor_its_counting(folder: Path, desk: Desk) -> None:
    with closing(SpoolWriter(folder)) as writer:
        writer.append(b"x")
    ((_, path),) = segments_of(folder)
    path.write_bytes(b"a letter" * 1000)
    assert desk.writer(folder).append(b"y") == 1


def test_a_folder_that_cannot_be_used_stops_with_the_mend(tmp_path: Path, desk: Desk) -> None:
    (tmp_path / "spool").write_text("in the way")
    with pytest.raises(UnusableError, match="give access"):
        desk.writer(spool_folder(tmp_path, "proxy-0"))


def test_a_next_file_that_cannot_be_made_leaves_the_worker_at_the_old_one(
    folder: Path, desk: Desk
) -> None:
    writer = desk.writer(folder, segment_bytes=1)
    (folder / "0000000002.new").mkdir()
    writer.append(b"one")
    with pytest.raises(SpoolError):
        writer.tend()
    writer.append(b"two")
    assert read_all(folder) == [b"one", b"two"]


def test_a_file_that_could_not_be_noted_as_left_is_noted_later(folder: Path, desk: Desk) -> None:
    writer = desk.writer(folder, segment_bytes=SMALL)
    for _ in range(1200):
        writer.append(os.urandom(100))
    (folder / "current.draft").mkdir()
    with pytest.raises(SpoolError):
        writer.tend()
    writer.append(b"the last")
    (folder / "current.draft").rmdir()
    writer.tend()
    assert drain(folder)[-1] == b"the last"


def test_the_files_are_their_owners_alone(folder: Path, desk: Desk) -> None:
    desk.writer(folder).append(b"x")
    ((_, path),) = segments_of(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.with_name(path.name + "-wal").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_on_a_full_disk_it_refuses_aloud_and_what_it_acknowledged_is_there(folder: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from safeguard.spool import SpoolError, SpoolWriter\n"
        "writer = SpoolWriter(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))\n"
        "kept = 0\n"
        "try:\n"
        "    while True:\n"
        "        kept = writer.append(bytes(700))\n"
        "except SpoolError:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))\n"
        "    print(kept, writer.append(b'once there is room'))\n"
    )
    run = [sys.executable, "-c", code, str(folder)]
    said = subprocess.run(run, capture_output=True, check=True, text=True).stdout
    kept, after = map(int, said.split())
    found = positions_of(folder)
    assert kept > 20
    assert [position for position, _ in found] == [*range(1, kept + 1), after]
    assert found[-1][1] == b"once there is room"


def test_a_killed_writer_keeps_every_record_it_acknowledged(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from safeguard.spool import SpoolWriter\n"
        "writer = SpoolWriter(Path(sys.argv[1]), segment_bytes=100_000)\n"
        "for n in range(10**9):\n"
        "    writer.append(b'%d' % n)\n"
        "    print(n, flush=True)\n"
        "    n % 20 or writer.tend()\n"
    )
    acknowledged: list[bytes] = []
    for _ in range(3):
        run = [sys.executable, "-c", code, str(folder)]
        with subprocess.Popen(run, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            lines = [worker.stdout.readline() for _ in range(200)]
            worker.send_signal(signal.SIGKILL)
            lines += worker.stdout.readlines()
        acknowledged += [line.strip() for line in lines if line.endswith(b"\n")]
    kept = read_all(folder)
    # One record a kill may be written and not yet acknowledged.
    assert len(acknowledged) <= len(kept) <= len(acknowledged) + 3
    assert set(acknowledged) <= set(kept)
    for positions in read_runs(folder):
        assert positions == list(range(1, len(positions) + 1))
