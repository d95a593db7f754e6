"""Where each day of the access log is: a partition on PostgreSQL, a file on SQLite.

A day that is over its time is dropped whole, which takes as long with ten million rows as with
ten. Within a day, who and where are numbers (a digest of what they stand for), told once.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    Table,
    Text,
    create_engine,
    text,
)
from sqlalchemy.engine import URL

from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store, away_named

FOLDER = "access"
ACCESS = MetaData()
SUBJECTS = Table(
    "access_subjects",
    ACCESS,
    Column("day", Date, primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("school_id", Integer, nullable=False),
    Column("person", Text, nullable=False, index=True),
    Column("device", Text, nullable=False, index=True),
    Column("address", Text, nullable=False, index=True),
    Column("group", Text, nullable=False),
    sqlite_with_rowid=False,
)
HOSTS = Table(
    "access_hosts",
    ACCESS,
    Column("day", Date, primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("host", Text, nullable=False, index=True),
    sqlite_with_rowid=False,
)
VISITS = Table(
    "access_log",
    ACCESS,
    # The subject first: what one pupil did in a day stands together on the disk.
    Column("subject", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("host", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("path", LargeBinary, nullable=False),
    Index("ix_access_log_host_id", "host", "id"),
    sqlite_with_rowid=False,
)
TABLES = (VISITS, HOSTS, SUBJECTS)


def days(store: Store) -> list[date]:
    """Return the days that there is an access log of, the oldest first."""
    if _is_sqlite(store):
        return sorted(_files(store))
    with store.reading() as session:
        return sorted(_partitions(session.connection()))


def drop_before(store: Store, day: date) -> list[date]:
    """Drop every day before this one, whole; return the days that went."""
    going = [one for one in days(store) if one < day]
    for one in going:
        if _is_sqlite(store):
            file = _file(store, one)
            for end in ("", "-wal", "-shm"):
                file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
        else:
            with store.writing() as session:
                one_at_a_time(session, Lock.ACCESS_DAYS)
                for table in TABLES:
                    session.execute(text(f"DROP TABLE IF EXISTS {_partition(table, one)}"))
    return going


@contextmanager
def day_open(store: Store, day: date) -> Iterator[Connection | None]:
    """Open a day for reading; None where there is no such day."""
    if not _is_sqlite(store):
        with store.reading() as session:
            yield session.connection()
        return
    file = _file(store, day)
    if not file.exists():
        yield None
        return
    engine = create_engine(_url(file, "ro"), poolclass=NullPool)
    with away_named(), engine.connect() as connection:
        yield connection


@contextmanager
def day_written(store: Store, main: Connection, day: date) -> Iterator[Connection]:
    """Open a day for writing: in `main`'s transaction, or in one of the day's own that ends first.

    Where what follows fails, the day's stands, and is brought again: its rows are there once.
    """
    if not _is_sqlite(store):
        yield main
        return
    file = _file(store, day)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch(mode=0o600)
    engine = create_engine(_url(file, "rw"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
        connection.commit()
        ACCESS.create_all(connection)
        yield connection
        connection.commit()


def prepare_day(store: Store, day: date) -> None:
    """See that there is a place for a day's rows. PostgreSQL makes it apart from the batch."""
    if _is_sqlite(store):
        return
    with store.reading() as session:
        if session.scalar(text("SELECT to_regclass(:name)"), {"name": _partition(VISITS, day)}):
            return
    with store.writing() as session:
        one_at_a_time(session, Lock.ACCESS_DAYS)
        for table in reversed(TABLES):
            session.execute(
                text(
                    f"CREATE TABLE IF NOT EXISTS {_partition(table, day)} PARTITION OF "
                    f"{table.name} FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
                )
            )


def _is_sqlite(store: Store) -> bool:
    return store.engine.dialect.name == "sqlite"


def _partition(table: Table, day: date) -> str:
    return f"{table.name}_{day:%Y%m%d}"


def _partitions(connection: Connection) -> Iterator[date]:
    query = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access_log'::regclass"
    )
    for name in connection.scalars(text(query)):
        yield date.fromisoformat(name.rpartition("_")[2])


def _folder(store: Store) -> Path:
    return Path(store.engine.url.database or "").parent / FOLDER


def _file(store: Store, day: date) -> Path:
    return _folder(store) / f"{day}.sqlite"


def _files(store: Store) -> Iterator[date]:
    for file in _folder(store).glob("*.sqlite"):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", file.stem):
            yield date.fromisoformat(file.stem)


def _url(file: Path, mode: str) -> URL:
    return URL.create(
        "sqlite", database=file.absolute().as_uri(), query={"mode": mode, "uri": "true"}
    )
