"""Whether the audit chain is as it was written: every row, in its order, and what it says."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, exists, not_, or_, outerjoin, select

from safeguard.core.audit import (
    Broken,
    Entry,
    Head,
    Link,
    Said,
    Spans,
    Verified,
    check,
    run_of,
)
from safeguard.store.audit import ERASED, head, said_of
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.vault import Vault

BATCH = 2000


def verify(
    store: Store,
    heads: Iterable[Head] = (),
    report: Callable[[int, int], None] = lambda _done, _of: None,
) -> Verified | Broken:
    """Follow the chain from its first row; `heads` were written down elsewhere, earlier.

    Takes the room of one batch and of the runs of rows that were erased.
    """
    kept: dict[int, bytes] = {}
    for one in heads:
        if kept.setdefault(one.row, one.hash) != one.hash:
            return Broken(one.row, "was written down with two hashes: one of them is wrong")
    end = head(store)
    of = 0 if end is None else end.row
    found = check(_reported(_rows(store), of, report), _Erased(store).holds, kept)
    if isinstance(found, Broken):
        return found
    loose = _loose(store, found.rows)
    return found if loose is None else Broken(loose, "is missing, and its details are there")


class _Erased:
    """Which rows' payloads were erased, as the chain itself says."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = 0
        self._spans = Spans()

    def holds(self, row: int) -> bool:
        if row in self._spans:
            return True
        self._read_on()  # it may have been erased since
        return row in self._spans

    def _read_on(self) -> None:
        query = (
            select(AuditRow.id, AuditRow.about)
            .where(AuditRow.about_kind == "audit", AuditRow.what == ERASED)
            .where(AuditRow.id > self._seen)
        )
        runs = list(self._spans)
        with self._store.reading() as session:
            for row in session.execute(query):
                self._seen = max(self._seen, row.id)
                with suppress(ValueError):  # it was altered, and is found when its turn comes
                    runs.append(run_of(row.about))
        self._spans = Spans(runs)


def _rows(store: Store) -> Iterator[tuple[Link, Said | None]]:
    """All rows in their order; each batch is read on its own, so that no writer waits."""
    chain, payloads = AuditRow.__table__.c, AuditPayloadRow.__table__.c
    query = (
        select(*chain, payloads.salt, payloads.payload)
        .select_from(outerjoin(AuditRow, AuditPayloadRow, AuditRow.id == AuditPayloadRow.id))
        .order_by(chain.id)
        .limit(BATCH)
    )
    after: int | None = None
    while True:
        with store.reading() as session:
            part = query if after is None else query.where(chain.id > after)
            rows = session.execute(part).all()
        for row in rows:
            yield _link_of(row), _said(row, store.vault)
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def _link_of(row: Row[*tuple[Any, ...]]) -> Link:
    entry = Entry(row.school_id, row.at, row.who, row.what, row.about_kind, row.about)
    return Link(row.id, entry, row.digest, row.previous, row.hash)


def _said(row: Row[*tuple[Any, ...]], vault: Vault) -> Said | None:
    return None if row.salt is None else said_of(vault, row.salt, row.payload)


def _reported(
    rows: Iterator[tuple[Link, Said | None]], of: int, report: Callable[[int, int], None]
) -> Iterator[tuple[Link, Said | None]]:
    for done, row in enumerate(rows):
        if done % BATCH == 0:
            report(done, max(of, done))
        yield row


def _loose(store: Store, rows: int) -> int | None:
    """Return a payload without a row, which only another hand can have left."""
    linked = select(AuditRow.id).where(AuditRow.id == AuditPayloadRow.id)
    beyond = or_(AuditPayloadRow.id > rows, AuditPayloadRow.id < 1)
    query = select(AuditPayloadRow.id).where(beyond, not_(exists(linked))).limit(1)
    with store.reading() as session:
        return session.scalar(query)
