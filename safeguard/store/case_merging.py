"""Two cases become one, or one becomes two; and it can be undone.

A case that became part of another keeps what is its own and is closed; the other gets its
concerns and people, and tells what was written in both. To undo a split is to merge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.concerns import Known, Outcome
from safeguard.core.events import reference_of
from safeguard.store import audit
from safeguard.store.case_changes import (
    CLOSED,
    MOST_IN_A_CASE,
    OPEN,
    Act,
    CaseRefusedError,
    changing,
    concerns_of,
    open_row,
    text,
)
from safeguard.store.case_readers import readers_of
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.case_work import CaseMergeRow, CaseReaderRow
from safeguard.store.tables.cases import (
    AssignmentRow,
    CaseConcernRow,
    CasePersonRow,
    CaseRow,
    OutcomeRow,
)

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Merge:
    """That one case became part of another."""

    id: int
    case_id: str
    reference: str
    into_id: str
    into_reference: str
    at: datetime
    by: int
    undone_at: datetime | None
    undone_by: int | None


def merge(store: Store, act: Act, into_id: str) -> int:
    """Make the case of `act` part of another, and close it; return the merge's number."""
    if act.case_id == into_id:
        raise CaseRefusedError("A case cannot become part of itself.")
    with changing(store, act, "merged", {"into": into_id}) as (session, case):
        into = open_row(session, into_id)
        _may_merge(session, case, into)
        concerns, people = _bring(session, act, case, into)
        row = CaseMergeRow(
            school_id=case.school_id,
            case_id=case.id,
            into_id=into_id,
            at=act.at,
            staff_id=act.by,
            concerns=concerns,
            people=people,
        )
        session.add(row)
        why = f"Became part of the case {into.reference}."
        session.add(
            OutcomeRow(
                school_id=case.school_id,
                case_id=case.id,
                at=act.at,
                staff_id=act.by,
                outcome=Outcome.DUPLICATE.code,
                reason=vault_of(session).seal(why.encode()),
            )
        )
        case.state, case.closed_at, case.keep_until = CLOSED, act.at, None
        into.version += 1
        session.flush()
        told = {"from": case.id, "concerns": concerns, "people": people}
        who = f"staff:{act.by}"
        audit.record(session, act.at, who, "took in", "case", into_id, told, into.school_id)
        return row.id


def undo(store: Store, merge_id: int, by: int, now: datetime) -> str:
    """Take a merge back: return the case that stands by itself again."""
    with store.writing() as session:
        row = session.get(CaseMergeRow, merge_id)
        if row is None or row.undone_at is not None:
            raise CaseRefusedError("That is undone already.")
        into = open_row(session, row.into_id)
        case = session.get_one(CaseRow, row.case_id)
        _take_out(session, row, by, now)
        session.execute(
            update(OutcomeRow)
            .where(OutcomeRow.case_id == case.id, OutcomeRow.undone_at.is_(None))
            .values(undone_at=now, undone_by=by)
        )
        row.undone_at, row.undone_by = now, by
        case.state, case.closed_at, case.keep_until = OPEN, None, None
        case.version += 1
        into.version += 1
        who = f"staff:{by}"
        for one, told in ((case, {"into": into.id}), (into, {"from": case.id})):
            audit.record(session, now, who, "undid merge", "case", one.id, told, one.school_id)
        return case.id


def split(store: Store, act: Act, concern_ids: Sequence[str], title: str, fresh_id: str) -> str:
    """Put concerns of a case into a new one; return its id. The new one's readers are the same."""
    said = text(title, LONGEST_TITLE, "title")
    told = {"concerns": list(concern_ids), "into": fresh_id}
    with changing(store, act, "split", told) as (session, case):
        standing = set(_standing(session, case.id))
        if not concern_ids or not standing.issuperset(concern_ids):
            raise CaseRefusedError("Choose concerns that stand in this case.")
        if standing == set(concern_ids):
            raise CaseRefusedError("Leave at least one concern in this case.")
        rows = concerns_of(session, concern_ids)
        session.add(
            CaseRow(
                id=fresh_id,
                school_id=case.school_id,
                reference=reference_of(fresh_id),
                title=vault_of(session).seal(said.encode()),
                severity=max(Severity(row.severity) for row in rows).value,
                opened_at=act.at,
                opened_by=act.by,
                owner=act.by,
            )
        )
        session.flush()
        _begin(session, act, case, fresh_id)
        pupils = {row.subject for row in rows if row.subject_kind == Known.PERSON}
        for person in sorted(pupils):
            session.add(CasePersonRow(case_id=fresh_id, person=person, school_id=case.school_id))
        session.execute(
            update(CaseConcernRow)
            .where(
                CaseConcernRow.case_id == case.id,
                CaseConcernRow.concern_id.in_(concern_ids),
                CaseConcernRow.taken_out_at.is_(None),
            )
            .values(taken_out_at=act.at, taken_out_by=act.by)
        )
        for one in concern_ids:
            session.add(
                CaseConcernRow(case_id=fresh_id, concern_id=one, at=act.at, staff_id=act.by)
            )
        session.flush()
        about = {"from": case.id, "concerns": list(concern_ids)}
        who = f"staff:{act.by}"
        audit.record(session, act.at, who, "opened", "case", fresh_id, about, case.school_id)
    return fresh_id


def of_case(store: Store, case_id: str) -> tuple[Merge, ...]:
    """Return the merges that a case had a part in, the latest first."""
    into = select(CaseRow.id, CaseRow.reference).subquery()
    query = (
        select(CaseMergeRow, CaseRow.reference, into.c.reference)
        .join(CaseRow, CaseRow.id == CaseMergeRow.case_id)
        .join(into, into.c.id == CaseMergeRow.into_id)
        .where(or_(CaseMergeRow.case_id == case_id, CaseMergeRow.into_id == case_id))
        .order_by(CaseMergeRow.id.desc())
        .limit(MOST_IN_A_CASE)
    )
    with store.reading() as session:
        return tuple(
            Merge(
                row.id, row.case_id, reference, row.into_id, into_reference, row.at,
                row.staff_id, row.undone_at, row.undone_by,
            )
            for row, reference, into_reference in session.execute(query)
        )  # fmt: skip


def merged_into(session: Session, case_id: str) -> list[str]:
    """Return the cases that became part of this one, and of those, and so on."""
    found: list[str] = []
    wanted = [case_id]
    while wanted:
        query = select(CaseMergeRow.case_id).where(
            CaseMergeRow.into_id.in_(wanted), CaseMergeRow.undone_at.is_(None)
        )
        wanted = [one for one in session.scalars(query) if one not in found and one != case_id]
        found += wanted
    return found


def _may_merge(session: Session, case: CaseRow, into: CaseRow) -> None:
    if case.school_id != into.school_id:
        raise CaseRefusedError("They are cases of two schools.")
    readers = readers_of(session, [case.id, into.id])
    if readers.get(case.id) != readers.get(into.id):
        raise CaseRefusedError(
            "One of them is restricted to other readers: let the same people read both first."
        )


def _bring(session: Session, act: Act, case: CaseRow, into: CaseRow) -> tuple[list[str], list[str]]:
    """Put the concerns and people of one case to the other; return those that were not there."""
    there = set(_standing(session, into.id))
    concerns = [one for one in _standing(session, case.id) if one not in there]
    known = set(_people(session, into.id))
    people = [one for one in _people(session, case.id) if one not in known]
    if len(there) + len(concerns) > MOST_IN_A_CASE or len(known) + len(people) > MOST_IN_A_CASE:
        raise CaseRefusedError(f"A case holds at most {MOST_IN_A_CASE} concerns and people.")
    for one in concerns:
        session.add(CaseConcernRow(case_id=into.id, concern_id=one, at=act.at, staff_id=act.by))
    for one in people:
        session.add(CasePersonRow(case_id=into.id, person=one, school_id=into.school_id))
    return concerns, people


def _take_out(session: Session, row: CaseMergeRow, by: int, now: datetime) -> None:
    session.execute(
        update(CaseConcernRow)
        .where(
            CaseConcernRow.case_id == row.into_id,
            CaseConcernRow.concern_id.in_(row.concerns),
            CaseConcernRow.taken_out_at.is_(None),
        )
        .values(taken_out_at=now, taken_out_by=by)
    )
    session.execute(
        delete(CasePersonRow).where(
            CasePersonRow.case_id == row.into_id, CasePersonRow.person.in_(row.people)
        )
    )


def _begin(session: Session, act: Act, case: CaseRow, fresh_id: str) -> None:
    """Let who split it have the new case, and let the same people read it."""
    session.add(
        AssignmentRow(
            school_id=case.school_id, case_id=fresh_id, at=act.at, staff_id=act.by, given_by=act.by
        )
    )
    for one in sorted(readers_of(session, [case.id]).get(case.id, frozenset())):
        session.add(
            CaseReaderRow(
                case_id=fresh_id, staff_id=one, school_id=case.school_id, at=act.at,
                given_by=act.by,
            )
        )  # fmt: skip


def _standing(session: Session, case_id: str) -> Sequence[str]:
    query = select(CaseConcernRow.concern_id).where(
        CaseConcernRow.case_id == case_id, CaseConcernRow.taken_out_at.is_(None)
    )
    return session.scalars(query.order_by(CaseConcernRow.id)).all()


def _people(session: Session, case_id: str) -> Sequence[str]:
    query = select(CasePersonRow.person).where(CasePersonRow.case_id == case_id)
    return session.scalars(query.order_by(CasePersonRow.person)).all()
