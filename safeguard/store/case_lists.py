"""Cases as staff find them: the newest first, by state, by who has them, by whom they are about.

Pages go by the case's id, which sorts by when it was opened.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.events import reference_from
from safeguard.store.events import is_event_id
from safeguard.store.session import Store
from safeguard.store.tables.case_work import CaseReaderRow
from safeguard.store.tables.cases import CaseConcernRow, CasePersonRow, CaseRow
from safeguard.vault import UnsealError, Vault


@dataclass(frozen=True, slots=True)
class Case:
    """A case, with what stands in it. `readable` is false where this key does not open the title."""

    id: str
    school_id: int
    reference: str
    title: str
    severity: Severity
    state: str
    opened_at: datetime
    opened_by: int
    owner: int | None
    due_at: datetime | None
    closed_at: datetime | None
    keep_until: datetime | None
    version: int
    concerns: int = 0
    people: int = 0
    readable: bool = True


@dataclass(frozen=True, slots=True)
class WantedCases:
    """Which cases; what is left out does not matter. `due_by` finds open ones only.

    `reader`: without those that are restricted to others.
    """

    state: str = ""
    owner: int | None = None
    person: str = ""
    due_by: datetime | None = None
    reader: int | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, the newest first. `older` continues from here; empty: there are no more."""

    cases: tuple[Case, ...]
    older: str = ""


def cases(store: Store, wanted: WantedCases, before: str = "", limit: int = 50) -> CasePage:
    """Return the newest cases wanted, older than the case `before` where it is given."""
    query = _query(wanted).order_by(CaseRow.id.desc())
    if is_event_id(before):
        query = query.where(CaseRow.id < before)
    with store.reading() as session:
        rows = session.scalars(query.limit(limit + 1)).all()
        found = counted(session, [told(row, store.vault) for row in rows[:limit]])
    return CasePage(found, found[-1].id if len(rows) > limit else "")


def case(store: Store, case_id: str) -> Case | None:
    """Return one case, or None, whatever the id looks like. Who shows it records that."""
    return _one(store, CaseRow.id == case_id) if is_event_id(case_id) else None


def by_reference(store: Store, typed: str) -> Case | None:
    """Return the case of a reference, as a person typed it."""
    return _one(store, CaseRow.reference == reference_from(typed))


def told(row: CaseRow, vault: Vault) -> Case:
    title, readable = opened(vault, row.title)
    return Case(
        id=row.id,
        school_id=row.school_id,
        reference=row.reference,
        title=title,
        severity=Severity(row.severity),
        state=row.state,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        owner=row.owner,
        due_at=row.due_at,
        closed_at=row.closed_at,
        keep_until=row.keep_until,
        version=row.version,
        readable=readable,
    )


def opened(vault: Vault, sealed: bytes) -> tuple[str, bool]:
    """Return a text that was sealed, and whether this key opened it."""
    try:
        return vault.unseal(sealed).decode(errors="replace"), True
    except UnsealError:
        return "", False


def counted(session: Session, found: list[Case]) -> tuple[Case, ...]:
    """Say of each case how many concerns and people stand in it."""
    ids = [one.id for one in found]
    number = func.count()
    concerns = (
        select(CaseConcernRow.case_id, number)
        .where(CaseConcernRow.case_id.in_(ids), CaseConcernRow.taken_out_at.is_(None))
        .group_by(CaseConcernRow.case_id)
    )
    people = (
        select(CasePersonRow.case_id, number)
        .where(CasePersonRow.case_id.in_(ids))
        .group_by(CasePersonRow.case_id)
    )
    of_concerns = dict(session.execute(concerns).all())
    of_people = dict(session.execute(people).all())
    return tuple(
        replace(one, concerns=of_concerns.get(one.id, 0), people=of_people.get(one.id, 0))
        for one in found
    )


def _query(wanted: WantedCases) -> Select[CaseRow]:
    query = select(CaseRow)
    if wanted.state:
        query = query.where(CaseRow.state == wanted.state)
    if wanted.owner is not None:
        query = query.where(CaseRow.owner == wanted.owner)
    if wanted.due_by is not None:
        query = query.where(CaseRow.state == "open", CaseRow.due_at <= wanted.due_by)
    if wanted.reader is not None:
        readers = select(CaseReaderRow.case_id)
        mine = readers.where(CaseReaderRow.staff_id == wanted.reader)
        query = query.where(
            or_(CaseRow.id.not_in(readers), CaseRow.id.in_(mine), CaseRow.owner == wanted.reader)
        )
    if wanted.person:
        about = select(CasePersonRow.case_id).where(CasePersonRow.person == wanted.person)
        query = query.where(CaseRow.id.in_(about))
    return query


def _one(store: Store, which: ColumnElement[bool]) -> Case | None:
    with store.reading() as session:
        row = session.scalar(select(CaseRow).where(which))
        return None if row is None else counted(session, [told(row, store.vault)])[0]
