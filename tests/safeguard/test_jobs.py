"""What a worker acknowledged reaches the database, once, whoever is killed meanwhile."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Event as Flag
from threading import Thread

import pytest
from sqlalchemy import func, select, text

from safeguard import jobs
from safeguard.identity_feeds import status
from safeguard.jobs import Drain, feeds_of, run
from safeguard.recorder import open_recorder
from safeguard.settings import Database, Settings, load
from safeguard.spool import FOLDER, segments_of, spool_folder
from safeguard.store import events, schema
from safeguard.store.events import Wanted
from safeguard.store.intake import position_of
from safeguard.store.session import AwayError, Store
from safeguard.store.tables.events import EventRow
from safeguard.store.tables.spools import RefusedRow, SpoolPositionRow
from safeguard.subscriptions import subscriptions
from tests.postgres import PostgresServer
from tests.safeguard.list_server import list_server
from tests.safeguard.samples import ADVERT, NOW, PLACE, PUPIL, SEARCH, at, blocked, flagged
from tests.safeguard.test_company import Hands, take_on

DEADLINE = 30.0
ROUNDS = 3


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    pause = Flag()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def stored(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(EventRow)) or 0


@pytest.fixture
def drain(any_settings: Settings, any_store: Store) -> Iterator[Drain]:
    drain = Drain(any_store, any_settings.data / FOLDER, batch=10)
    yield drain
    drain.close()


def drain_all(drain: Drain) -> None:
    while drain.once():
        pass


def test_events_come_out_as_they_went_in(
    any_settings: Settings, any_store: Store, drain: Drain
) -> None:
    recorder = open_recorder(any_settings, "proxy-0")
    reference = recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    drain_all(drain)
    found = events.by_reference(any_store, reference)
    assert found is not None
    assert found.event.private.words == "why am i so sad today"
    assert (found.event.at, found.event.person) == (NOW, "pupil-7")
    assert (found.reviewed, found.readable) == (False, True)


def test_counts_and_tallies_arrive_as_totals(
    any_settings: Settings, any_store: Store, drain: Drain
) -> None:
    recorder = open_recorder(any_settings, "dns-0")
    reference = ""
    for second in range(5):
        reference = recorder.record(PUPIL, PLACE, blocked(), at(second))
        recorder.record(PUPIL, ADVERT, blocked("adverts"), at(second))
        recorder.flush(at(second))
    recorder.close(at(5))
    drain_all(drain)
    found = events.by_reference(any_store, reference)
    assert found is not None
    assert (found.event.count, found.event.last) == (5, at(4))
    assert events.tallies(any_store, NOW) == {"adverts": 5}


def test_a_spool_brought_twice_changes_nothing(
    any_settings: Settings, any_store: Store, drain: Drain
) -> None:
    recorder = open_recorder(any_settings, "proxy-0")
    for second in range(25):
        recorder.record(PUPIL, SEARCH, flagged(), at(second))
        recorder.record(PUPIL, PLACE, blocked(), at(second))
        recorder.record(PUPIL, ADVERT, blocked("adverts"), at(second))
        recorder.flush(at(second))
    recorder.close(at(25))
    drain_all(drain)
    before = events.search(any_store, Wanted(), limit=100), events.tallies(any_store, NOW)
    with any_store.writing() as session:
        session.execute(text("DELETE FROM spool_positions"))
    again = Drain(any_store, any_settings.data / FOLDER)
    drain_all(again)
    again.close()
    assert (events.search(any_store, Wanted(), limit=100), events.tallies(any_store, NOW)) == before
    assert stored(any_store) == 26


def test_a_file_of_the_spool_goes_only_once_the_database_has_all_of_it(
    any_settings: Settings, any_store: Store, drain: Drain
) -> None:
    folder = spool_folder(any_settings.data, "proxy-0")
    recorder = open_recorder(any_settings, "proxy-0")
    for second in range(25):
        recorder.record(PUPIL, SEARCH, flagged(), at(second))
    recorder.close(NOW)
    open_recorder(any_settings, "proxy-0").close(NOW)
    first = folder / "0000000001.sqlite"
    for expected in (10, 20, 25):
        drain.once()
        assert stored(any_store) == expected
        assert first.exists()
    drain.once()
    assert not first.exists()
    assert not list(folder.glob(f"{first.name}*"))
    assert len(segments_of(folder)) == 1
    with any_store.reading() as session:
        assert session.scalars(select(SpoolPositionRow.spool)).all() == []


def test_the_database_forgets_a_run_that_ended_while_nobody_drained(
    any_settings: Settings, any_store: Store
) -> None:
    for _ in range(2):
        recorder = open_recorder(any_settings, "proxy-0")
        recorder.record(PUPIL, SEARCH, flagged(), NOW)
        recorder.close(NOW)
        with closing(Drain(any_store, any_settings.data / FOLDER)) as another:
            drain_all(another)
    assert stored(any_store) == 2
    with any_store.reading() as session:
        assert session.scalars(select(func.count()).select_from(SpoolPositionRow)).all() == [1]


def test_what_the_first_version_left_is_taken_over(
    any_settings: Settings, any_store: Store
) -> None:
    recorder = open_recorder(any_settings, "proxy-0")
    for second in range(5):
        recorder.record(PUPIL, SEARCH, flagged(), at(second))
    recorder.close(NOW)
    spools = any_settings.data / FOLDER
    ((_, written),) = segments_of(spools / "proxy-0")
    with closing(sqlite3.connect(written)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    written.replace(spools / "proxy-0.sqlite")
    shutil.rmtree(spools / "proxy-0")
    for _ in range(2):
        drain = Drain(any_store, spools)
        drain_all(drain)
        drain.close()
        assert stored(any_store) == 5
    assert not list(spools.rglob("*.sqlite"))


def test_a_record_of_no_known_shape_is_set_aside_and_stops_nothing(
    any_settings: Settings, any_store: Store, drain: Drain
) -> None:
    recorder = open_recorder(any_settings, "proxy-0")
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder._spool.append(b"zzz")
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    drain_all(drain)
    assert stored(any_store) == 2
    with any_store.reading() as session:
        refused = session.scalars(select(RefusedRow)).one()
        assert (refused.record, refused.said) == (b"zzz", "ValueError")


def test_a_record_that_the_database_refuses_is_set_aside_alone(
    any_settings: Settings, any_store: Store, drain: Drain
) -> None:
    recorder = open_recorder(any_settings, "proxy-0")
    for second in range(4):
        recorder.record(PUPIL, SEARCH, flagged(), at(second))
    recorder._school_id = 99  # which is no school
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder._school_id = 1
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    drain_all(drain)
    assert stored(any_store) == 5
    with any_store.reading() as session:
        assert session.scalars(select(RefusedRow.said)).all() == ["IntegrityError"]
        assert session.scalars(select(SpoolPositionRow.position)).all() == [6]


def test_a_damaged_spool_does_not_stop_the_others(
    any_settings: Settings, any_store: Store, drain: Drain, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder = open_recorder(any_settings, "proxy-1")
    folder = spool_folder(any_settings.data, "proxy-0")
    folder.mkdir()
    (folder / "0000000001.sqlite").write_bytes(b"a letter" * 1000)
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    drain_all(drain)
    drain.once()
    assert stored(any_store) == 1
    assert capsys.readouterr().err.count("spool=proxy-0") == 1  # once, not each time


def test_a_spool_that_was_made_anew_is_drained_from_its_start(
    any_settings: Settings, any_store: Store, drain: Drain
) -> None:
    for expected in (1, 2):
        recorder = open_recorder(any_settings, "proxy-0")
        recorder.record(PUPIL, SEARCH, flagged(), NOW)
        drain_all(drain)
        recorder.close(NOW)
        assert stored(any_store) == expected
        shutil.rmtree(spool_folder(any_settings.data, "proxy-0"))


def test_a_spool_that_is_just_being_made_waits(any_settings: Settings, drain: Drain) -> None:
    spool_folder(any_settings.data, "proxy-0").mkdir(parents=True)
    assert drain.once() == 0


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from safeguard.recorder import open_recorder
from safeguard.settings import Settings
from tests.safeguard.samples import PUPIL, SEARCH, flagged

recorder = open_recorder(Settings(data=Path(sys.argv[1])), sys.argv[2])
while True:
    for _ in range(50):
        print(recorder.record(PUPIL, SEARCH, flagged(), datetime.now(UTC)), flush=True)
    recorder.flush(datetime.now(UTC))
"""


def start_writer(settings: Settings) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(settings.data), "proxy-0"]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        pipesize=4096,  # small, so that it is killed while it writes, not when it has written all
        text=True,
        env=environment(settings),
    )


def start_jobs(settings: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "safeguard.jobs", "--data", str(settings.data)]
    return subprocess.Popen(command, env=environment(settings), stderr=subprocess.PIPE)


def environment(settings: Settings) -> dict[str, str]:
    own = {"SAFEGUARD_DATA": str(settings.data), "SAFEGUARD_DATABASE__URL": settings.database.url}
    return {**os.environ, **own, "PYTHONPATH": str(Path.cwd())}


def test_killed_writers_and_drainers_lose_and_double_nothing(
    any_settings: Settings, any_store: Store
) -> None:
    chance = Random(4)  # noqa: S311  any numbers will do
    acknowledged: list[str] = []
    drainer = start_jobs(any_settings)
    for _ in range(ROUNDS):
        with start_writer(any_settings) as writer:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline() for _ in range(chance.randint(50, 300))]
            before = stored(any_store)
            eventually(lambda before=before: stored(any_store) > before)  # type: ignore[misc]  # a loop's
            drainer.kill()
            drainer.communicate()
            drainer = start_jobs(any_settings)
            acknowledged += [writer.stdout.readline() for _ in range(chance.randint(1, 300))]
            writer.kill()
            acknowledged += [line for line in writer.stdout if line.endswith("\n")]
    eventually(lambda: _is_drained(any_settings, any_store))
    drainer.kill()
    drainer.communicate()
    references = [line.strip() for line in acknowledged]
    with any_store.reading() as session:
        kept = session.scalars(select(EventRow.reference)).all()
    assert sorted(set(references)) == sorted(references)
    assert len(set(kept)) == len(kept)
    assert set(references) <= set(kept)
    # One event a kill may be written and not yet acknowledged.
    assert len(kept) <= len(references) + ROUNDS


def _is_drained(settings: Settings, store: Store) -> bool:
    segments = segments_of(spool_folder(settings.data, "proxy-0"))
    if len(segments) > 1:
        return False
    with closing(sqlite3.connect(segments[0][1])) as connection:
        query = "SELECT id, (SELECT max(position) FROM records) FROM spool"
        spool, last = connection.execute(query).fetchone()
    return bool(position_of(store, spool) == last)


def test_while_the_database_is_away_events_wait_and_then_arrive(
    tmp_path: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LONGEST_WAIT", 0.3)
    url = postgres_server.ready_database(tmp_path / "data")
    monkeypatch.setenv("SAFEGUARD_DATABASE__URL", url)
    settings = Settings()
    recorder = open_recorder(settings, "proxy-0")
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    stop = Flag()
    thread = Thread(target=run, args=(settings, stop))
    thread.start()
    store = schema.prepare(settings)
    try:
        eventually(lambda: stored(store) == 1)
        postgres_server.stop()
        with pytest.raises(AwayError):
            stored(store)
        for second in range(1, 50):
            assert recorder.record(PUPIL, SEARCH, flagged(), at(second))
        postgres_server.start()
        eventually(lambda: stored(store) == 50)
    finally:
        if not postgres_server.is_running:
            postgres_server.start()
        stop.set()
        thread.join()
        store.close()
        recorder.close(NOW)


def test_a_stop_drains_what_is_there(any_settings: Settings, any_store: Store) -> None:
    recorder = open_recorder(any_settings, "proxy-0")
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    stop = Flag()
    stop.set()
    run(any_settings, stop)
    assert stored(any_store) == 1


def test_told_to_stop_it_ends_cleanly(any_settings: Settings, any_store: Store) -> None:
    recorder = open_recorder(any_settings, "proxy-0")
    recorder.record(PUPIL, SEARCH, flagged(), NOW)
    recorder.close(NOW)
    drainer = start_jobs(any_settings)
    eventually(lambda: stored(any_store) == 1)
    drainer.send_signal(signal.SIGTERM)
    drainer.communicate(timeout=DEADLINE)
    assert drainer.returncode == 0


def test_it_stops_with_status_2_where_it_cannot_start(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database=Database(url="mysql://u:sesame@h/d"))
    with start_jobs(settings) as process:
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 2
    assert b"SQLite" in said
    assert b"sesame" not in said


def test_draining_goes_on_while_lists_are_updated(any_settings: Settings, any_store: Store) -> None:
    hands = Hands(any_settings.data, "import time; time.sleep(60)")
    take_on(any_settings.data)
    stop = Flag()
    thread = Thread(target=run, args=(any_settings, stop, hands.updates))
    thread.start()
    try:
        eventually(lambda: hands.times() == 1)
        recorder = open_recorder(any_settings, "proxy-0")
        recorder.record(PUPIL, SEARCH, flagged(), NOW)
        recorder.close(NOW)
        eventually(lambda: stored(any_store) == 1)
    finally:
        stop.set()
        thread.join()
    assert hands.updates._child is None


def test_feeds_run_beside_the_jobs_of_every_node_that_names_one(tmp_path: Path) -> None:
    assert feeds_of(Settings(data=tmp_path), None) == ()
    schema.prepare(Settings(data=tmp_path)).close()
    config = tmp_path / "safeguard.toml"
    config.write_text(f'[feeds]\nleases = ["{tmp_path}/leases"]\n')
    settings = load(tmp_path, config)
    stop = Flag()
    arguments = (settings, stop, None, (), feeds_of(settings, config))
    thread = Thread(target=run, args=arguments)
    thread.start()
    try:
        eventually(lambda: (found := status.kept(settings.data)) is not None and bool(found.files))
    finally:
        stop.set()
        thread.join()


def test_the_jobs_process_brings_lists_up_to_date(any_settings: Settings, any_store: Store) -> None:
    del any_store
    with list_server() as server:
        take_on(any_settings.data, server.serve("/games", "games.example\n"))
        process = start_jobs(any_settings)
        try:
            eventually(lambda: _was_good(any_settings.data) is not None)
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE)


def _was_good(data: Path) -> datetime | None:
    return subscriptions(data)[0].last_good
