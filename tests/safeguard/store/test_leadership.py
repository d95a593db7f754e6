"""One node leads; when it goes, another does."""

import time
from collections.abc import Callable

import psycopg

from safeguard.settings import Database, Settings
from safeguard.store.leadership import LOOK_EVERY, Leadership
from safeguard.store.session import Store, open_store, plain_connection
from tests.postgres import PostgresServer
from tests.system.filter import until


def leadership(store: Store) -> Leadership:
    return Leadership(store, impatient())


def impatient() -> Callable[[], float]:
    """A clock that goes a look further each time it is read."""
    now = 0.0

    def read() -> float:
        nonlocal now
        now += LOOK_EVERY
        return now

    return read


def test_on_sqlite_the_one_node_leads(any_store: Store) -> None:
    leading = leadership(any_store)
    assert leading.held()
    leading.close()


def test_one_of_two_leads_and_the_other_follows_it(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    first, second = leadership(any_store), leadership(any_store)
    assert first.held()
    assert not second.held()
    assert first.held()
    first.close()
    assert second.held()
    assert not first.held()
    first.close()
    second.close()


def test_a_leader_whose_connection_is_lost_leads_no_longer_and_may_again(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    leading = leadership(any_store)
    assert leading.held()
    end_other_sessions(any_store)
    assert not leading.held()
    assert leading.held()
    leading.close()


def end_other_sessions(store: Store) -> None:
    """End every session of this database but the one that asks."""
    store.close()
    with plain_connection(store.engine) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_it_looks_once_a_second(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    now = 10.0
    first, second = leadership(any_store), Leadership(any_store, lambda: now)
    assert first.held()
    assert not second.held()
    first.close()
    assert not second.held()
    now += LOOK_EVERY
    assert second.held()
    second.close()


def test_nobody_leads_without_a_database_and_somebody_does_when_it_is_back(
    postgres_server: PostgresServer, any_settings: Settings
) -> None:
    settings = any_settings.model_copy(
        update={"database": Database(url=postgres_server.ready_database(any_settings.data))}
    )
    store = open_store(settings)
    leading = Leadership(store)
    assert leading.held()
    postgres_server.stop()
    try:
        until(lambda: not leading.held(), what="the loss of leadership")
    finally:
        postgres_server.start()
    began = time.monotonic()
    until(leading.held, what="leadership")
    assert time.monotonic() - began < 10
    leading.close()
    store.close()


def test_the_lock_is_of_a_session_and_goes_with_it(any_store: Store) -> None:
    if any_store.engine.dialect.name == "sqlite":
        return
    leading = leadership(any_store)
    assert leading.held()
    with plain_connection(any_store.engine) as connection:
        found: psycopg.Cursor[tuple[int]] = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert found.fetchone() == (1,)
    leading.close()
