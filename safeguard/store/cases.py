"""Cases as people open, change and close them.

What a person did stays: what is undone says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
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
    one_school,
    people_of,
    text,
)
from safeguard.store.events import is_event_id
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.cases import (
    AssignmentRow,
    CaseConcernRow,
    CasePersonRow,
    CaseRow,
    NoteRow,
    OutcomeRow,
)
from safeguard.store.tables.people import StaffRow
from safeguard.store.triage import LONGEST_TEXT, NoteKind

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case begins with: concerns, people, or both. Pupils of its concerns are in it."""

    title: str
    severity: Severity
    concerns: Sequence[str] = ()
    people: Sequence[str] = ()
    due_at: datetime | None = None


def open_case(store: Store, opening: Opening, by: int, now: datetime, case_id: str) -> str:
    """Open a case (its id a fresh one of `new_event_id`); who opens it has it. Return the id."""
    title = text(opening.title, LONGEST_TITLE, "title")
    with store.writing() as session:
        concerns = concerns_of(session, opening.concerns)
        pupils = {row.subject for row in concerns if row.subject_kind == Known.PERSON}
        people = people_of(session, opening.people)
        school = one_school([row.school_id for row in concerns] + list(people.values()))
        session.add(
            CaseRow(
                id=case_id,
                school_id=school,
                reference=reference_of(case_id),
                title=vault_of(session).seal(title.encode()),
                severity=opening.severity.value,
                opened_at=now,
                opened_by=by,
                owner=by,
                due_at=opening.due_at,
            )
        )
        session.flush()
        for row in concerns:
            session.add(CaseConcernRow(case_id=case_id, concern_id=row.id, at=now, staff_id=by))
        for person in sorted(pupils | set(people)):
            session.add(CasePersonRow(case_id=case_id, person=person, school_id=school))
        session.add(
            AssignmentRow(school_id=school, case_id=case_id, at=now, staff_id=by, given_by=by)
        )
        before = {"concerns": [row.id for row in concerns], "people": sorted(pupils | set(people))}
        audit.record(session, now, f"staff:{by}", "opened", "case", case_id, before, school)
    return case_id


def put_in(store: Store, act: Act, concern_ids: Sequence[str]) -> None:
    """Put concerns to a case; their pupils become people of it. Undone by `take_out`."""
    with changing(store, act, "put in", {"concerns": list(concern_ids)}) as (session, case):
        there = set(_standing(session, case.id))
        fresh = [row for row in concerns_of(session, concern_ids) if row.id not in there]
        if len(there) + len(fresh) > MOST_IN_A_CASE:
            raise CaseRefusedError(f"A case holds at most {MOST_IN_A_CASE} concerns.")
        one_school([case.school_id, *(row.school_id for row in fresh)])
        for row in fresh:
            session.add(
                CaseConcernRow(case_id=case.id, concern_id=row.id, at=act.at, staff_id=act.by)
            )
            if row.subject_kind == Known.PERSON:
                _add_person(session, case, row.subject)


def take_out(store: Store, act: Act, concern_id: str) -> None:
    """Take a concern out of a case; that it was there stays on record. Undone by `put_in`."""
    if not is_event_id(concern_id):
        raise CaseRefusedError("That concern is not in this case.")
    with changing(store, act, "took out", {"concern": concern_id}) as (session, case):
        out = (
            update(CaseConcernRow)
            .where(
                CaseConcernRow.case_id == case.id,
                CaseConcernRow.concern_id == concern_id,
                CaseConcernRow.taken_out_at.is_(None),
            )
            .values(taken_out_at=act.at, taken_out_by=act.by)
        )
        if session.scalar(out.returning(CaseConcernRow.id)) is None:
            raise CaseRefusedError("That concern is not in this case.")


def add_person(store: Store, act: Act, person: str) -> None:
    with changing(store, act, "added person", {"person": person}) as (session, case):
        schools = people_of(session, [person])
        one_school([case.school_id, *schools.values()])
        _add_person(session, case, person)


def remove_person(store: Store, act: Act, person: str) -> None:
    """Say that a case is not about someone: of that, only the audit chain tells later."""
    with changing(store, act, "removed person", {"person": person}) as (session, case):
        session.execute(
            delete(CasePersonRow).where(
                CasePersonRow.case_id == case.id, CasePersonRow.person == person
            )
        )


def give(store: Store, act: Act, owner: int) -> None:
    """Let a member of staff have the case from now."""
    with changing(store, act, "gave", {"to": owner}) as (session, case):
        if not session.scalar(select(StaffRow.active).where(StaffRow.id == owner)):
            raise CaseRefusedError("That member of staff has no open account.")
        session.execute(
            update(AssignmentRow)
            .where(AssignmentRow.case_id == case.id, AssignmentRow.ended_at.is_(None))
            .values(ended_at=act.at)
        )
        session.add(
            AssignmentRow(
                school_id=case.school_id, case_id=case.id, at=act.at, staff_id=owner,
                given_by=act.by,
            )
        )  # fmt: skip
        case.owner = owner


def set_due(store: Store, act: Act, due_at: datetime | None) -> None:
    with changing(store, act, "set due", {"due": _iso(due_at)}) as (_, case):
        case.due_at = due_at


def set_severity(store: Store, act: Act, severity: Severity) -> None:
    with changing(store, act, "set severity", {"to": severity.value}) as (_, case):
        case.severity = severity.value


def add_note(store: Store, case_id: str, kind: NoteKind, words: str, by: int, now: datetime) -> int:
    """Add a note, to a closed case too; return its number. No note is ever changed."""
    said = text(words, LONGEST_TEXT, "note")
    with store.writing() as session:
        case = session.get(CaseRow, case_id) if is_event_id(case_id) else None
        if case is None:
            raise CaseRefusedError("There is no such case.")
        note = NoteRow(
            school_id=case.school_id,
            case_id=case_id,
            at=now,
            staff_id=by,
            kind=kind.value,
            sealed=vault_of(session).seal(said.encode()),
        )
        session.add(note)
        session.flush()
        payload = {"note": note.id, "kind": kind.value}
        audit.record(session, now, f"staff:{by}", "noted", "case", case_id, payload, case.school_id)
        return note.id


def close(
    store: Store, act: Act, outcome: Outcome, reason: str, keep_until: datetime | None
) -> None:
    """Close a case with what was concluded and why; `keep_until` comes of the outcome."""
    said = text(reason, LONGEST_TEXT, "reason")
    told = {"outcome": outcome.code, "keep_until": _iso(keep_until)}
    with changing(store, act, "closed", told) as (session, case):
        session.add(
            OutcomeRow(
                school_id=case.school_id,
                case_id=case.id,
                at=act.at,
                staff_id=act.by,
                outcome=outcome.code,
                reason=vault_of(session).seal(said.encode()),
            )
        )
        case.state, case.closed_at, case.keep_until = CLOSED, act.at, keep_until


def reopen(store: Store, act: Act) -> None:
    """Undo the close: the outcome stays, and says that it was undone."""
    with changing(store, act, "reopened", {}, at_state=CLOSED) as (session, case):
        session.execute(
            update(OutcomeRow)
            .where(OutcomeRow.case_id == case.id, OutcomeRow.undone_at.is_(None))
            .values(undone_at=act.at, undone_by=act.by)
        )
        case.state, case.closed_at, case.keep_until = OPEN, None, None


def _standing(session: Session, case_id: str) -> Sequence[str]:
    query = select(CaseConcernRow.concern_id)
    return session.scalars(
        query.where(CaseConcernRow.case_id == case_id, CaseConcernRow.taken_out_at.is_(None))
    ).all()


def _add_person(session: Session, case: CaseRow, person: str) -> None:
    number = func.count()
    mine = CasePersonRow.case_id == case.id
    if session.get(CasePersonRow, (case.id, person)) is not None:
        return
    if (session.scalar(select(number).where(mine)) or 0) >= MOST_IN_A_CASE:
        raise CaseRefusedError(f"A case is about at most {MOST_IN_A_CASE} people.")
    session.add(CasePersonRow(case_id=case.id, person=person, school_id=case.school_id))


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
