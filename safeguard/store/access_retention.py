"""Days of the access log that are over their time, and one person's visits taken out of it.

A day goes whole. Only where a legal hold names someone who was there that day, the day stays
with that person's visits alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import Connection, delete, exists, select

from safeguard.store.access_days import (
    HOSTS,
    SUBJECTS,
    VISITS,
    day_open,
    day_written,
    days,
    drop_before,
)
from safeguard.store.session import Store


def over(store: Store, before: date, held: set[str]) -> tuple[list[date], list[date]]:
    """Return the days that may go, and those that a hold keeps a part of."""
    free: list[date] = []
    kept: list[date] = []
    for day in days(store):
        if day < before:
            (kept if _there(store, day, held) else free).append(day)
    return free, kept


def purge(store: Store, before: date, held: set[str]) -> tuple[int, int]:
    """Drop the days before this one; return how many went, and how many a hold keeps a part of."""
    free, kept = over(store, before, held)
    first = min(kept, default=before)
    gone = drop_before(store, min(first, before))
    for day in [*kept, *(one for one in free if one > first)]:
        _thin(store, day, held)
    return len(gone), len(kept)


def forget(store: Store, person: str) -> int:
    """Take one person's visits out of every day; return how many there were."""
    return sum(_forget(store, day, person) for day in days(store))


def days_after(store: Store, day: date) -> bool:
    """Say whether every day that is there began after this one."""
    return all(one > day + timedelta(days=1) for one in days(store))


def _there(store: Store, day: date, held: set[str]) -> bool:
    if not held:
        return False
    with day_open(store, day) as connection:
        query = select(SUBJECTS.c.id).where(SUBJECTS.c.day == day, SUBJECTS.c.person.in_(held))
        return connection is not None and connection.execute(query.limit(1)).first() is not None


def _thin(store: Store, day: date, held: set[str]) -> None:
    """Leave of a day what is held, and nothing else."""
    others = SUBJECTS.c.day == day, SUBJECTS.c.person.not_in(held)
    with _written(store, day) as connection:
        strangers = select(SUBJECTS.c.id).where(*others)
        connection.execute(
            delete(VISITS).where(VISITS.c.day == day, VISITS.c.subject.in_(strangers))
        )
        connection.execute(delete(SUBJECTS).where(*others))
        _tidy(connection, day)


def _forget(store: Store, day: date, person: str) -> int:
    mine = SUBJECTS.c.day == day, SUBJECTS.c.person == person
    if not _there(store, day, {person}):
        return 0
    with _written(store, day) as connection:
        numbers = select(SUBJECTS.c.id).where(*mine)
        gone = connection.execute(
            delete(VISITS).where(VISITS.c.day == day, VISITS.c.subject.in_(numbers))
        ).rowcount
        connection.execute(delete(SUBJECTS).where(*mine))
        _tidy(connection, day)
    return gone


def _tidy(connection: Connection, day: date) -> None:
    """Remove the hosts that nobody went to any more."""
    visited = exists().where(VISITS.c.day == day, VISITS.c.host == HOSTS.c.id)
    connection.execute(delete(HOSTS).where(HOSTS.c.day == day, ~visited))


@contextmanager
def _written(store: Store, day: date) -> Iterator[Connection]:
    """Open a day to remove from it. SQLite overwrites what is removed."""
    if store.engine.dialect.name == "sqlite":
        with store.reading() as session, day_written(store, session.connection(), day) as found:
            found.exec_driver_sql("PRAGMA secure_delete = ON")
            yield found
        return
    with store.writing() as session, day_written(store, session.connection(), day) as found:
        yield found
