"""Restricted cases: who may read one, beside the member of staff who has it.

A lead who is not named can still open one in an emergency: with a reason, which is recorded, and
from then on stands in the list for all its readers to see.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from safeguard.store import audit
from safeguard.store.case_changes import Act, CaseRefusedError, changing, text
from safeguard.store.events import is_event_id
from safeguard.store.session import Store
from safeguard.store.tables.case_work import CaseReaderRow
from safeguard.store.tables.cases import CaseRow
from safeguard.store.tables.people import StaffRow

MOST_READERS = 20
LONGEST_WHY = 1_000


def restrict(store: Store, act: Act, staff: Collection[int]) -> None:
    """Let these alone read the case, and who does this, and who has it."""
    readers = sorted({*staff, act.by})
    if len(readers) > MOST_READERS:
        raise CaseRefusedError(f"At most {MOST_READERS} members of staff can be named.")
    with changing(store, act, "restricted", {"to": readers}) as (session, case):
        active = select(StaffRow.id).where(StaffRow.id.in_(readers), StaffRow.active)
        if len(session.scalars(active).all()) != len(readers):
            raise CaseRefusedError("One of them has no open account.")
        session.execute(delete(CaseReaderRow).where(CaseReaderRow.case_id == case.id))
        session.add_all(
            CaseReaderRow(
                case_id=case.id, staff_id=one, school_id=case.school_id, at=act.at, given_by=act.by
            )
            for one in readers
        )


def lift(store: Store, act: Act) -> None:
    """Let everybody who handles cases read it again."""
    with changing(store, act, "lifted restriction", {}) as (session, case):
        session.execute(delete(CaseReaderRow).where(CaseReaderRow.case_id == case.id))


def open_all_the_same(store: Store, case_id: str, why: str, by: int, now: datetime) -> None:
    """Make someone a reader of a restricted case who was not: an emergency, on record."""
    said = text(why, LONGEST_WHY, "reason")
    with store.writing() as session:
        case = session.get(CaseRow, case_id) if is_event_id(case_id) else None
        if case is None:
            raise CaseRefusedError("There is no such case.")
        if session.get(CaseReaderRow, (case_id, by)) is None:
            session.add(
                CaseReaderRow(
                    case_id=case_id, staff_id=by, school_id=case.school_id, at=now, given_by=by
                )
            )
        told = {"why": said}
        who = f"staff:{by}"
        audit.record(session, now, who, "opened restricted", "case", case_id, told, case.school_id)


def readers(store: Store, cases: Collection[str]) -> Mapping[str, frozenset[int]]:
    """Return who may read each of these cases that are restricted, beside who has it."""
    with store.reading() as session:
        return readers_of(session, cases)


def readers_of(session: Session, cases: Collection[str]) -> dict[str, frozenset[int]]:
    query = select(CaseReaderRow.case_id, CaseReaderRow.staff_id)
    found: dict[str, set[int]] = {}
    for case_id, staff_id in session.execute(query.where(CaseReaderRow.case_id.in_(cases))):
        found.setdefault(case_id, set()).add(staff_id)
    return {case_id: frozenset(staff) for case_id, staff in found.items()}
