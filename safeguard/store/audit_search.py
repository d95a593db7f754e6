"""The audit chain as people ask for it: who did what, when, and to whose data; newest first."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, outerjoin, select, tuple_

from safeguard.store.audit import BROKEN, VERIFIED, said_of
from safeguard.store.columns import escaped
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.vault import Vault

BATCH = 500
MOST_LOOKED_AT = 20_000
NEWEST = (AuditRow.id.desc(),)
BY_TIME = (AuditRow.at.desc(), AuditRow.id.desc())  # a clock may have been set back

type Conditions = list[ColumnElement[bool]]
type Order = Sequence[ColumnElement[Any]]


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
    other. What no index tells is looked for one after the other too: at most so many for one
    page, which may then be short and still have an older one.
    """
    found: list[Told] = []
    looked_at, batch = 0, BATCH if wanted.naming else limit + 1
    while True:
        rows, older = _rows(store, wanted, before, batch)
        for row in rows:
            if len(found) == limit or looked_at == MOST_LOOKED_AT:
                return Page(tuple(found), before)
            looked_at, before = looked_at + 1, row.id
            one = _opened(row, store.vault)
            if not wanted.naming or _names(one, wanted.naming):
                found.append(one)
        if len(rows) < batch:
            return Page(tuple(found), older)


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


def _rows(
    store: Store, wanted: WantedRows, before: int | None, most: int
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int | None]:
    """Return the newest so many rows; where they are fewer, how far was looked: None, to the end."""
    lead, fits, order = _led(wanted)
    if before is not None:
        at = select(AuditRow.at).where(AuditRow.id == before).scalar_subquery()
        by_time = tuple_(AuditRow.at, AuditRow.id) < tuple_(at, literal(before))
        lead.append(by_time if order is BY_TIME else AuditRow.id < before)
    ids = select(AuditRow.id).where(*lead).order_by(*order)
    looked_through = ids.limit(MOST_LOOKED_AT).subquery()
    if fits:
        fitting = AuditRow.id.in_(select(looked_through.c.id))
        ids = select(AuditRow.id).where(fitting, *fits).order_by(*order)
    shown = ids.limit(most).subquery()
    query = _query().where(AuditRow.id.in_(select(shown.c.id))).order_by(*order)
    last = select(AuditRow.id).where(*lead).order_by(*order).offset(MOST_LOOKED_AT - 1).limit(1)
    with store.reading() as session:
        rows = session.execute(query).all()
        return rows, session.scalar(last) if fits and len(rows) < most else None


def _led(wanted: WantedRows) -> tuple[Conditions, Conditions, Order]:
    """Return what one index leads to, in its order, and what is looked for in those rows."""
    who, deed, spell = [*_who(wanted)], [*_deed(wanted)], [*_spell(wanted)]
    if wanted.until is not None:
        return spell, [*who, *deed], BY_TIME
    if wanted.what and wanted.about_kind:
        return deed, [*who, *spell], NEWEST
    if wanted.who.endswith("*"):
        return [], [*who, *deed, *spell], NEWEST
    return who, [*deed, *spell], NEWEST


def _query() -> Select[*tuple[Any, ...]]:
    return select(*AuditRow.__table__.c, AuditPayloadRow.salt, AuditPayloadRow.payload).select_from(
        outerjoin(AuditRow, AuditPayloadRow, AuditRow.id == AuditPayloadRow.id)
    )


def _who(wanted: WantedRows) -> Iterator[ColumnElement[bool]]:
    if wanted.who.endswith("*"):
        yield AuditRow.who.like(f"{escaped(wanted.who[:-1])}%", escape="\\")
    elif wanted.who:
        yield AuditRow.who == wanted.who


def _deed(wanted: WantedRows) -> Iterator[ColumnElement[bool]]:
    if wanted.what:
        yield AuditRow.what == wanted.what
    if wanted.about_kind:
        yield AuditRow.about_kind == wanted.about_kind


def _spell(wanted: WantedRows) -> Iterator[ColumnElement[bool]]:
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
