"""Rows removed a part at a time: between two parts, others write.

What would go along with a row by the thousand (the visits copied into a concern) goes before it,
a part at a time as well. Killed in between, the row is still there and still over its time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import batched
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from safeguard.store.session import Store
from safeguard.store.tables.concerns import EvidenceRow

AT_ONCE = 100  # more, and SQLite's one writer is away for longer than a page may take
COPIES_AT_ONCE = 1_000

type Copies = InstrumentedAttribute[Any]
type Ended = Callable[[Session, Sequence[Any]], object]


def remove(
    store: Store, ids: Sequence[Any], ripe: Select[Any], ended: Ended, copies: Copies | None
) -> int:
    """Remove those of these rows that are ripe still; `ended` removes them in its transaction.

    `copies`: the column of copied visits that refers to them.
    """
    gone = 0
    (key,) = ripe.selected_columns
    for part in batched(ids, AT_ONCE):
        while copies is not None and _lighten(store, ripe.where(key.in_(part)), copies):
            pass
        with removing(store) as session:
            still = session.scalars(ripe.where(key.in_(part))).all()
            ended(session, still)
        gone += len(still)
    return gone


def _lighten(store: Store, ripe: Select[Any], copies: Copies) -> bool:
    """Remove some of what was copied into these rows; say whether there may be more."""
    some = select(EvidenceRow.id).where(copies.in_(ripe)).limit(COPIES_AT_ONCE)
    with removing(store) as session:
        gone = session.scalars(
            delete(EvidenceRow).where(EvidenceRow.id.in_(some)).returning(EvidenceRow.id)
        ).all()
    return len(gone) == COPIES_AT_ONCE


@contextmanager
def removing(store: Store) -> Iterator[Session]:
    """One transaction that removes: SQLite overwrites what it lets go of."""
    with store.writing() as session:
        if store.engine.dialect.name == "sqlite":
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
        yield session
