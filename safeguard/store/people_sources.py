"""Lists and directories that tell of people: which column means what, and how the last try went."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from safeguard.core.events import SCHOOL
from safeguard.core.roll_columns import Column
from safeguard.store.session import Store
from safeguard.store.tables.people import PeopleSourceRow


@dataclass(frozen=True, slots=True)
class Source:
    """How a source stands. `trouble`: why the last try changed nothing; empty: it went well."""

    name: str
    cursor: str = ""
    fingerprint: str = ""
    people: int = 0
    trouble: str = ""
    tried_at: datetime | None = None
    done_at: datetime | None = None
    whole_at: datetime | None = None


def source(store: Store, name: str) -> Source:
    """Return how a source stands; as new where it was never asked."""
    with store.reading() as session:
        row = session.get(PeopleSourceRow, (SCHOOL, name))
        return Source(name) if row is None else _source(row)


def sources(store: Store) -> list[Source]:
    with store.reading() as session:
        query = select(PeopleSourceRow).where(PeopleSourceRow.school_id == SCHOOL)
        return [_source(row) for row in session.scalars(query.order_by(PeopleSourceRow.name))]


def put(store: Store, one: Source) -> None:
    """Write down how a source stands."""
    with store.writing() as session:
        row = _row(session, one.name)
        row.cursor, row.fingerprint, row.people = one.cursor, one.fingerprint, one.people
        row.trouble, row.tried_at = one.trouble, one.tried_at
        row.done_at, row.whole_at = one.done_at, one.whole_at


def columns(store: Store, name: str) -> dict[Column, tuple[str, ...]]:
    """Return which column means what in this source's files, as it was kept last."""
    with store.reading() as session:
        row = session.get(PeopleSourceRow, (SCHOOL, name))
        kept = json.loads(row.columns) if row is not None and row.columns else {}
    return {Column(what): tuple(names) for what, names in kept.items() if what in set(Column)}


def keep_columns(store: Store, name: str, mapped: Mapping[Column, tuple[str, ...]]) -> None:
    with store.writing() as session:
        told = {what.value: names for what, names in mapped.items()}
        _row(session, name).columns = json.dumps(told, ensure_ascii=False)


def _row(session: Session, name: str) -> PeopleSourceRow:
    row = session.get(PeopleSourceRow, (SCHOOL, name))
    if row is None:
        row = PeopleSourceRow(
            school_id=SCHOOL, name=name, columns="", cursor="", fingerprint="", people=0, trouble=""
        )
        session.add(row)
    return row


def _source(row: PeopleSourceRow) -> Source:
    return Source(
        row.name,
        row.cursor,
        row.fingerprint,
        row.people,
        row.trouble,
        row.tried_at,
        row.done_at,
        row.whole_at,
    )
