"""The way to the database: one Store, on SQLite or PostgreSQL.

A Store may be opened before a fork: its idle connections are closed then, and opened anew
on each side.
"""

import os
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store.tables.every import EVERY_TABLE
from safeguard.vault import Vault, open_vault

if TYPE_CHECKING:
    import psycopg

BUSY_MS = 5000
CHECKPOINT_FROM = 4 * 1024 * 1024
# Of a PostgreSQL whose machine has vanished we hear within half a minute, and it of us: else
# its locks would be held by nobody for hours.
CONNECT = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=20000",
}
VAULT = "vault"


class AwayError(Exception):
    """The database cannot be reached, or is busy beyond patience: try again later."""


class Store:
    """The database, and the vault that opens what is sealed in it."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.engine = engine
        self.vault = vault
        # A transaction that reads before it writes must hold SQLite's write lock from its
        # start, or another writer in between makes it fail.
        self._writing_engine = engine.execution_options(writing=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with away_named(), Session(self.engine, info={VAULT: self.vault}) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it or nothing."""
        with (
            away_named(),
            Session(self._writing_engine, info={VAULT: self.vault}) as session,
            session.begin(),
        ):
            yield session

    def checkpoint(self) -> None:
        """Bring SQLite's log into its file where it is long. One process does so: jobs.

        It holds the write lock meanwhile, so that nobody begins the log anew under it: SQLite
        before 3.51.3 can lose pages then. Readers are not waited for, and wait for nothing.
        """
        log = Path(f"{self.engine.url.database}-wal")
        if self.engine.dialect.name != "sqlite" or _size(log) < CHECKPOINT_FROM:
            return
        with (
            away_named(),
            self._writing_engine.connect() as holding,
            holding.begin(),
            closing(self.engine.raw_connection()) as other,
        ):
            other.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        self.engine.dispose()


def vault_of(session: Session) -> Vault:
    """Return the vault of the store that a session is of."""
    vault: Vault = session.info[VAULT]
    return vault


def open_store(settings: Settings) -> Store:
    """Open the database that the settings name; it must be at this version's schema."""
    engine = open_engine(database_url(settings))
    try:
        return Store(engine, open_vault(settings.data, lambda: _holds_sealed(engine)))
    except BaseException:
        engine.dispose()
        raise


def database_url(settings: Settings) -> URL:
    """Return the address of the database: the setting, else SQLite in the data folder."""
    text = settings.database.url
    if not text:
        return URL.create("sqlite", database=str(settings.data / "safeguard.sqlite"))
    try:
        url = make_url(text)
    except ArgumentError as error:
        # Not the text itself: it may hold a password.
        raise UnusableError(
            "database.url is no database address: write postgresql+psycopg://user:pass@host/name, "
            "or leave it empty for SQLite."
        ) from error
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise UnusableError(
            f"database.url names {url.drivername}: Safeguard keeps its data in SQLite "
            "(leave it empty) or PostgreSQL (postgresql+psycopg://user:pass@host/name)."
        )
    return url


def open_engine(url: URL) -> Engine:
    """Return an engine that connects when it is first used."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            connect_args={**CONNECT, **_given(url)},
            hide_parameters=True,
        )
    _close_before_fork(engine)
    return engine


def plain_connection(engine: Engine) -> "psycopg.Connection":
    """Open a PostgreSQL connection apart, for what belongs to a session: listening, its locks."""
    _, given = engine.dialect.create_connect_args(engine.url)
    driver: Any = engine.dialect.loaded_dbapi  # SQLite's users do not wait for it to be imported
    with plain_away_named(engine):
        connection: psycopg.Connection = driver.connect(**{**CONNECT, **given}, autocommit=True)
    return connection


@contextmanager
def plain_away_named(engine: Engine) -> Iterator[None]:
    """Say AwayError of whatever goes wrong on a plain connection."""
    try:
        yield
    except engine.dialect.loaded_dbapi.Error as error:
        raise AwayError(f"the database cannot be used: {type(error).__name__}") from error


def _given(url: URL) -> dict[str, object]:
    """Return what the address itself says of how to connect: it wins."""
    return {name: value for name, value in url.query.items() if name in CONNECT}


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver would begin transactions at its own choice: we do, in _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA wal_autocheckpoint = 0")  # see Store.checkpoint
    cursor.execute(f"PRAGMA journal_size_limit = {CHECKPOINT_FROM}")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _close_before_fork(engine: Engine) -> None:
    engine_there = weakref.ref(engine)

    def close() -> None:
        engine = engine_there()
        if engine is not None:
            engine.dispose()

    os.register_at_fork(before=close)


@contextmanager
def away_named() -> Iterator[None]:
    """Say AwayError of what is no fault of the statement."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise AwayError(f"the database cannot be used: {type(error.orig).__name__}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise AwayError("the database went away") from error
        raise


def _holds_sealed(engine: Engine) -> bool:
    """Whether anything is sealed already, which a new key could not open."""
    with engine.connect() as connection:
        for name in ("events", "audit_payloads"):
            table = EVERY_TABLE.tables[name]
            there = inspect(connection).has_table(name)
            if there and connection.execute(select(table.c.id).limit(1)).first() is not None:
                return True
    return False
