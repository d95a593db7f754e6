"""Power cuts, full and read-only disks, a clock that jumps back: what is lost at most, and said.

The rows are those of docs/explanation/failure.md, "Disks, power and clocks".
"""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from safeguard.core.types import Action, Reason, Subject, Target, Verdict
from safeguard.jobs import Drain
from safeguard.recorder import open_recorder
from safeguard.settings import Database, Settings, load
from safeguard.spool import FOLDER
from safeguard.store import events
from safeguard.store.events import Wanted
from safeguard.store.session import open_store
from tests.conftest import absent
from tests.postgres import PostgresServer, postgres_server
from tests.system.filter import SAFEGUARD, Filter, running, until
from tests.system.killing import WORDS, Load, School, compare, family, kill, settled
from tests.system.small_disk import can_mount

__all__ = ["postgres_server"]  # a fixture, used by its name

PAGE = 4096
WAITING = 150
SEED = 11
NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
FLAGGED = Verdict(Action.BLOCK, Reason.WORDS, flagged=True)
BLOCKED = Verdict(Action.BLOCK, Reason.RULE)


def cut_short(log: Path, luck: random.Random) -> None:
    """The log ends in the middle: what was written last never reached the disk."""
    size = log.stat().st_size
    os.truncate(log, luck.randrange(size // 2, size))


def torn(log: Path, luck: random.Random) -> None:
    """One page in the log holds half of what was written to it."""
    content = bytearray(log.read_bytes())
    start = luck.randrange(len(content) // 2, len(content) - PAGE)
    content[start : start + PAGE // 2] = bytes(PAGE // 2)
    log.write_bytes(content)


def empty(log: Path, _luck: random.Random) -> None:
    """The log is there, and nothing of it reached the disk."""
    os.truncate(log, 0)


# One shape in each run; all of them in script/prove.
SHAPES = (cut_short, torn, empty) if "SAFEGUARD_STRICT_TIMES" in os.environ else (torn,)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("shape", SHAPES)
def test_after_a_power_cut_it_starts_and_lost_no_more_than_had_not_reached_the_disk(
    shape: Callable[[Path, random.Random], None], school: Path, postgres_server: PostgresServer
) -> None:
    url = postgres_server.empty_database()
    filter_ = Filter(school, more={"SAFEGUARD_DATABASE__URL": url})
    stored, waiting, after = (
        School(filter_, Load(filter_.proxy_port, filter_.dns_port, first=number << 18))
        for number in range(3)
    )
    with running(filter_):
        loaded(stored)
        until(lambda: compare(stored.settings, stored.load).is_exact, what="the drain")
        postgres_server.stop()  # what comes now waits on the disk
        loaded(waiting)
        assert filter_.process is not None
        kill(*family(filter_.process.pid))
        filter_.stop()
        for log in (school / FOLDER).rglob("*-wal"):
            if log.stat().st_size > 4 * PAGE:
                shape(log, random.Random(SEED))  # noqa: S311  the same again, by its seed
        postgres_server.start()
        filter_.start()
        loaded(after)
        found = settled(after)
    assert found.is_exact, f"what came after the cut: {found}"
    assert compare(stored.settings, stored.load).is_exact
    cut = compare(waiting.settings, waiting.load)
    assert not cut.twice
    assert cut.missing, "or this test has cut nothing"


def loaded(at: School) -> None:
    """Ask until enough was answered."""
    at.load.start()
    try:
        until(lambda: at.load.acknowledged > WAITING, what="the load")
    finally:
        at.load.stop()


@pytest.fixture
def on_a_disk_of_its_own(school: Path, postgres_server: PostgresServer) -> Iterator[School]:
    """A filter whose data folder lies on a disk (a tmpfs) that it alone sees."""
    if not can_mount():
        absent("this user may not mount a disk of its own")
    open_store(load(school)).close()  # makes the key
    disk = school.with_name("disk")
    disk.mkdir()
    script = (
        f'mount -t tmpfs -o size=256m none "{disk}" && cp -a "{school}/." "{disk}" && exec "$@"'
    )
    own = ("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh")
    url = postgres_server.empty_database()
    with running(Filter(disk, more={"SAFEGUARD_DATABASE__URL": url}, within=own)) as filter_:
        yield School(filter_, Load(filter_.proxy_port, filter_.dns_port))


def test_on_a_full_disk_nothing_flagged_passes_and_all_that_was_told_is_kept(
    on_a_disk_of_its_own: School, school: Path
) -> None:
    filter_, load_ = on_a_disk_of_its_own.filter, on_a_disk_of_its_own.load
    assert filter_.process is not None
    filler = Path(f"/proc/{filter_.process.pid}/root{filter_.data}/filler")  # as it sees the disk
    load_.start()
    try:
        until(lambda: load_.acknowledged > WAITING, what="the load")
        fill(filler)
        failed = load_.failed
        until(lambda: load_.failed > failed + 20, what="refusals")
        refused = load_.page(f"http://www.google.com/search?q={quote_plus(WORDS)}")
        assert b"could not check this, so it was not let through" in refused
        shown = len(load_.shown)
        filler.unlink()
        until(lambda: len(load_.shown) > shown + 50, what="its recovery")
    finally:
        load_.stop()
    shared = {"database": Database(url=on_a_disk_of_its_own.url)}
    settings = load(school).model_copy(update=shared)  # the key beside it is the same
    until(lambda: not _codes_missing(settings, load_), what="every code in the database")
    assert not compare(settings, load_).twice


def _codes_missing(settings: Settings, load_: Load) -> list[str]:
    return [one for one in compare(settings, load_).missing if one.startswith("code")]


def fill(file: Path) -> None:
    """Write until there is no room."""
    block = bytes(1 << 16)
    with file.open("wb", buffering=0) as filler:
        for size in (len(block), PAGE):
            try:
                while filler.write(block[:size]):
                    continue
            except OSError:
                continue


def test_on_a_read_only_disk_it_does_not_start_and_says_which(school: Path) -> None:
    if not can_mount():
        absent("this user may not mount a disk of its own")
    script = (
        f'mount --bind "{school}" "{school}" && mount -o remount,bind,ro "{school}" && exec "$@"'
    )
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh",
         SAFEGUARD, "run", "--data", str(school)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"The data folder {school} cannot be written (Read-only file system)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_clock_that_jumps_back_loses_and_doubles_nothing(school: Path) -> None:
    settings: Settings = load(school)
    store = open_store(settings)
    recorder, drain = open_recorder(settings, "proxy-0"), Drain(store, settings.data / FOLDER)
    times = [NOW, NOW + timedelta(minutes=1), NOW - timedelta(hours=2), NOW - timedelta(hours=1)]
    shown = []
    for number, now in enumerate(times):
        who = Subject("secondary", f"10.0.0.{number}")
        shown.append(recorder.record(who, Target("a.example", words="x"), FLAGGED, now))
        recorder.record(Subject("secondary", "10.0.1.1"), Target("b.example"), BLOCKED, now)
        recorder.flush(now)
        drain.once()
    recorder.close(times[-1])
    while drain.once():
        pass
    drain.close()
    found = events.search(store, Wanted()).events
    store.close()
    assert sorted(shown) == sorted(one.event.reference for one in found if one.event.flagged)
    assert {one.event.at for one in found if one.event.flagged} == set(times)
    assert sum(one.event.count for one in found if not one.event.flagged) == len(times)
