"""The way to the database: transactions, forks, trouble."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from safeguard.core.audit import Actor
from safeguard.core.events import SealedEvent
from safeguard.problems import UnusableError
from safeguard.recorder import open_recorder
from safeguard.settings import Database, Settings
from safeguard.store import audit, generation, schema
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import CHECKPOINT_FROM, AwayError, Store, database_url, open_store
from tests.conftest import pick_port
from tests.safeguard.samples import NOW, stored_event


def test_the_default_is_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    url = database_url(Settings(data=tmp_path / "data"))
    assert (url.drivername, url.database) == ("sqlite", str(tmp_path / "data/safeguard.sqlite"))


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_by_one_driver(scheme: str) -> None:
    url = database_url(Settings(database=Database(url=f"{scheme}://u:p@h/d")))
    assert url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize("url", ["sesame", "mysql://u:sesame@h/d", "postgresql+asyncpg://sesame@h"])
def test_what_is_no_address_of_ours_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UnusableError) as raised:
        database_url(Settings(database=Database(url=url)))
    assert "sesame" not in str(raised.value)
    assert "postgresql+psycopg://" in str(raised.value)


def test_a_writing_that_fails_leaves_nothing(any_store: Store) -> None:
    class MishapError(Exception):
        pass

    def fail() -> None:
        with any_store.writing() as session:
            generation.bump(session)
            raise MishapError

    with pytest.raises(MishapError):
        fail()
    assert generation.current(any_store) == 1


def test_writers_at_the_same_time_lose_nothing(any_store: Store) -> None:
    together = Barrier(4)

    def bump() -> None:
        together.wait()
        for _ in range(10):
            with any_store.writing() as session:
                # Reads before it writes: where SQLite would refuse a late write lock.
                session.execute(text("SELECT number FROM generation"))
                generation.bump(session)

    threads = [Thread(target=bump) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert generation.current(any_store) == 41


def test_sqlite_keeps_its_promises(tmp_path: Path) -> None:
    store = schema.prepare(Settings(data=tmp_path / "data"))
    with store.engine.connect() as connection:

        def setting(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert setting("journal_mode") == "wal"
        assert setting("foreign_keys") == 1
        assert setting("busy_timeout") == 5000
    store.close()


def test_a_store_opened_before_a_fork_works_on_both_sides(any_store: Store) -> None:
    assert generation.current(any_store) == 1
    child = os.fork()
    if child == 0:
        try:
            inherited = any_store.engine.pool.status().split("in pool: ")[1].split()[0]
            assert inherited == "0"  # or both sides would speak on one connection
            with any_store.writing() as session:
                generation.bump(session)
            os._exit(0)
        except BaseException:  # noqa: BLE001  a child must never return into the tests
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert generation.current(any_store) == 2


def test_a_store_that_is_gone_no_longer_minds_forks(any_settings: Settings) -> None:
    store = open_store(any_settings)
    store.close()
    del store
    child = os.fork()
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_a_database_that_cannot_be_reached_is_away(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://u:sesame@127.0.0.1:{pick_port()}/d"
    (tmp_path / "data/keys").mkdir(parents=True)
    (tmp_path / "data/keys/content.key").write_bytes(bytes(32))
    store = open_store(Settings(data=tmp_path / "data", database=Database(url=url)))
    with pytest.raises(AwayError) as raised:
        generation.current(store)
    assert "sesame" not in str(raised.value)


def test_a_locked_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safeguard.store.session.BUSY_MS", 20)
    settings = Settings(data=tmp_path / "data")
    store = schema.prepare(settings)
    with closing(sqlite3.connect(settings.data / "safeguard.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AwayError), store.writing() as session:
            generation.bump(session)
        assert generation.current(store) == 1  # reading goes on
    store.close()


def test_a_lost_key_is_said_where_events_were_sealed_with_it(any_settings: Settings) -> None:
    store = open_store(any_settings)
    take_in(store, Batch("s", "proxy-0", 1, [SealedEvent(stored_event(1), b"sealed")]))
    store.close()
    (any_settings.data / "keys/content.key").unlink()
    with pytest.raises(UnusableError, match="is missing"):
        open_store(any_settings)


def test_a_lost_key_is_said_where_the_audit_chain_was_sealed_with_it(
    any_settings: Settings,
) -> None:
    store = open_store(any_settings)
    audit.note(store, Actor("staff:1", NOW), "viewed", "events", "")
    store.close()
    (any_settings.data / "keys/content.key").unlink()
    with pytest.raises(UnusableError, match="is missing"):
        open_store(any_settings)


def test_a_key_is_made_for_an_empty_database(any_settings: Settings) -> None:
    open_recorder(any_settings, "proxy-0")._spool.close()
    store = open_store(any_settings)
    assert store.vault.unseal(store.vault.seal(b"x")) == b"x"
    store.close()


def test_the_log_grows_until_one_process_brings_it_into_the_file(tmp_path: Path) -> None:
    store = schema.prepare(Settings(data=tmp_path / "data"))
    file = tmp_path / "data/safeguard.sqlite"
    log = Path(f"{file}-wal")
    before = file.stat().st_size

    def write() -> None:
        for _ in range(5):
            with store.writing() as session:
                session.execute(text("CREATE TABLE IF NOT EXISTS heap (one BLOB)"))
                session.execute(text("INSERT INTO heap VALUES (zeroblob(1000000))"))

    write()
    assert log.stat().st_size > CHECKPOINT_FROM
    assert file.stat().st_size == before, "no commit checkpoints"
    with store.reading() as session:
        session.execute(text("SELECT count(*) FROM heap")).scalar()
    store.checkpoint()
    assert file.stat().st_size > before + 4_000_000
    full = log.stat().st_size
    write()
    assert log.stat().st_size <= full + 4096, "the log begins anew"
    store.checkpoint()
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM heap").fetchone() == (10,)


def test_a_short_log_and_another_engine_are_left_alone(any_store: Store) -> None:
    any_store.checkpoint()


def test_a_checkpoint_waits_for_whoever_writes(tmp_path: Path) -> None:
    store = schema.prepare(Settings(data=tmp_path / "data"))
    with store.writing() as session:
        session.execute(text("CREATE TABLE heap (one BLOB)"))
        session.execute(text("INSERT INTO heap VALUES (zeroblob(5000000))"))
    size = Path(f"{tmp_path}/data/safeguard.sqlite").stat().st_size
    with store.writing() as session:
        session.execute(text("DELETE FROM heap"))
        checkpointing = Thread(target=store.checkpoint)
        checkpointing.start()
        checkpointing.join(0.2)
        assert checkpointing.is_alive()
        assert Path(f"{tmp_path}/data/safeguard.sqlite").stat().st_size == size
    checkpointing.join()
    assert Path(f"{tmp_path}/data/safeguard.sqlite").stat().st_size > size
    store.close()
