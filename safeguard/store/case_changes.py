"""What every change of a case needs: the version that was seen, an audit row, and checks.

Of two people who change a case at once one is told; and each change is in the audit chain, or
is not made.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from safeguard.store import audit
from safeguard.store.concern_rows import alone_with_concerns
from safeguard.store.events import is_event_id
from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseRow
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.people import PersonRow

OPEN, CLOSED = "open", "closed"
MOST_IN_A_CASE = 500  # concerns, and people


class CaseChangedError(Exception):
    """Somebody else changed the case meanwhile: look at it again."""


class CaseRefusedError(ValueError):
    """What was asked for cannot be done to this case; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Act:
    """That a person, now, changes a case which they saw at a version."""

    case_id: str
    version: int
    by: int
    at: datetime


@contextmanager
def changing(
    store: Store, act: Act, what: str, payload: Mapping[str, object], at_state: str = OPEN
) -> Iterator[tuple[Session, CaseRow]]:
    """Take the case at the version that was seen, and record what is done to it."""
    with store.writing() as session:
        case = session.get(CaseRow, act.case_id) if is_event_id(act.case_id) else None
        if case is None:
            raise CaseRefusedError("There is no such case.")
        # One statement: of two people who change the same version, one does.
        taken = update(CaseRow).where(CaseRow.id == act.case_id, CaseRow.version == act.version)
        grown = taken.values(version=CaseRow.version + 1).returning(CaseRow.version)
        if session.scalar(grown) is None:
            raise CaseChangedError
        session.refresh(case)
        if case.state != at_state:
            raise CaseRefusedError(f"The case is {case.state}: it must be {at_state} for that.")
        yield session, case
        audit.record(
            session, act.at, f"staff:{act.by}", what, "case", case.id, payload, case.school_id
        )


def open_row(session: Session, case_id: str) -> CaseRow:
    """Return an open case, for what is only added to it."""
    case = session.get(CaseRow, case_id) if is_event_id(case_id) else None
    if case is None:
        raise CaseRefusedError("There is no such case.")
    if case.state != OPEN:
        raise CaseRefusedError(f"The case is {case.state}: it must be open for that.")
    return case


def concerns_of(session: Session, ids: Collection[str]) -> list[ConcernRow]:
    if len(ids) > MOST_IN_A_CASE:
        raise CaseRefusedError(f"A case holds at most {MOST_IN_A_CASE} concerns.")
    alone_with_concerns(session)  # else one of them may become part of another meanwhile
    wanted = {one for one in ids if is_event_id(one)}
    query = select(ConcernRow).where(ConcernRow.id.in_(wanted)).order_by(ConcernRow.id)
    found = list(session.scalars(query))
    if len(found) != len(set(ids)):
        raise CaseRefusedError("One of these concerns is not there any more.")
    return found


def people_of(session: Session, ids: Collection[str]) -> dict[str, int]:
    """Return the school of each of these people."""
    query = select(PersonRow.id, PersonRow.school_id).where(PersonRow.id.in_(set(ids)))
    found = {row.id: row.school_id for row in session.execute(query)}
    if len(found) != len(set(ids)):
        raise CaseRefusedError("One of these people is not known any more.")
    return found


def one_school(schools: Sequence[int]) -> int:
    if len(set(schools)) != 1:
        what = "of more than one school" if schools else "about nobody: name a concern or a person"
        raise CaseRefusedError(f"A case cannot be {what}.")
    return schools[0]


def text(words: str, longest: int, what: str) -> str:
    """Return what a person wrote, without what no database or file can hold."""
    said = "".join(one for one in words if one != "\0" and not "\ud800" <= one <= "\udfff").strip()
    if not said:
        raise CaseRefusedError(f"The {what} is empty.")
    if len(said) > longest:
        raise CaseRefusedError(
            f"The {what} has {len(said)} characters: {longest} are the most that is kept."
        )
    return said
