"""The audit chain as people ask for it: who did what, when, and to whose data; newest first."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, outerjoin, select

from safeguard.store.audit import BROKEN, VERIFIED, said_of
from safeguard.store.columns import escaped
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.vault import Vault

BATCH = 500
MOST_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class WantedRows:
    """Which rows; nothing said means all. `who` may end in `*`: command:* is every account.

    `naming` are ids, such as a pupil's: rows about one of them, or whose details name one.
    """

    who: str = ""
    what: str = ""
    about_kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    naming: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """A row with its details: empty where they were erased, or cannot be opened (not `readable`)."""

    row: int
    at: datetime
    who: str
    what: str
    about_kind: str
    about: str
    details: dict[str, Any]
    erased: bool = False
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows. `older` is where to go on; None where nothing is left to look at."""

    rows: tuple[Told, ...]
    older: int | None = None


def search(store: Store, wanted: WantedRows, before: int | None = None, limit: int = 50) -> Page:
    """Return rows older than `before`.

    Details are sealed, so that rows that name somebody are found by opening one after the
    other: at most so many for one page, which may then be short and still have an older one.
    """
    found: list[Told] = []
    last = before
    for looked_at, one in enumerate(_told(store, wanted, before, limit)):
        if len(found) == limit or looked_at == MOST_LOOKED_AT:
            return Page(tuple(found), last)
        last = one.row
        if not wanted.naming or _names(one, wanted.naming):
            found.append(one)
    return Page(tuple(found))


def last_look(store: Store) -> Told | None:
    """Return the last time that the chain was verified, or found broken."""
    query = (
        _query()
        .where(AuditRow.about_kind == "audit", AuditRow.what.in_((VERIFIED, BROKEN)))
        .order_by(AuditRow.id.desc())
        .limit(1)
    )
    with store.reading() as session:
        row = session.execute(query).first()
    return None if row is None else _opened(row, store.vault)


def _told(store: Store, wanted: WantedRows, before: int | None, limit: int) -> Iterator[Told]:
    batch = BATCH if wanted.naming else limit + 1
    query = _query().where(*_where(wanted)).order_by(AuditRow.id.desc()).limit(batch)
    while True:
        part = query if before is None else query.where(AuditRow.id < before)
        with store.reading() as session:
            rows = session.execute(part).all()
        for row in rows:
            yield _opened(row, store.vault)
        if len(rows) < batch:
            return
        before = rows[-1].id


def _query() -> Select[*tuple[Any, ...]]:
    return select(*AuditRow.__table__.c, AuditPayloadRow.salt, AuditPayloadRow.payload).select_from(
        outerjoin(AuditRow, AuditPayloadRow, AuditRow.id == AuditPayloadRow.id)
    )


def _where(wanted: WantedRows) -> Iterator[ColumnElement[bool]]:
    if wanted.who.endswith("*"):
        yield AuditRow.who.like(f"{escaped(wanted.who[:-1])}%", escape="\\")
    elif wanted.who:
        yield AuditRow.who == wanted.who
    if wanted.what:
        yield AuditRow.what == wanted.what
    if wanted.about_kind:
        yield AuditRow.about_kind == wanted.about_kind
    if wanted.since:
        yield AuditRow.at >= wanted.since
    if wanted.until:
        yield AuditRow.at < wanted.until


def _opened(row: Row[*tuple[Any, ...]], vault: Vault) -> Told:
    columns = (row.id, row.at, row.who, row.what, row.about_kind, row.about)
    if row.salt is None:
        return Told(*columns, {}, erased=True)
    plain = said_of(vault, row.salt, row.payload).plain
    if plain is None:
        return Told(*columns, {}, readable=False)
    # The chain's key is for the chain alone.
    return Told(*columns, {name: it for name, it in json.loads(plain).items() if name != "key"})


def _names(one: Told, ids: frozenset[str]) -> bool:
    if one.about in ids:
        return True
    text = json.dumps(one.details)
    return any(f'"{name}"' in text for name in ids)
