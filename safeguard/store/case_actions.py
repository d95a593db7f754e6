"""What is to be done in a case, by whom and by when. What is done stays, and says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from safeguard.store import audit
from safeguard.store.case_changes import OPEN, CaseRefusedError, open_row, text
from safeguard.store.case_lists import opened
from safeguard.store.case_parts import Written
from safeguard.store.case_writings import MOST, Names
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.case_work import CaseActionRow, CaseReaderRow
from safeguard.store.tables.cases import CaseRow
from safeguard.store.tables.people import StaffRow
from safeguard.vault import Vault

LONGEST = 2_000
MOST_ACTIONS = 500  # of one case


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do. `readable` is false where this key does not open it."""

    id: int
    case_id: str
    reference: str
    words: str
    owner: int
    due_at: datetime
    by: int
    at: datetime
    done_at: datetime | None
    done_by: int | None
    readable: bool


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done, by whom, by when."""

    words: str
    owner: int
    due_at: datetime


def add(store: Store, case_id: str, task: Task, by: int, now: datetime) -> int:
    """Write down what is to be done in an open case; return its number."""
    said = text(task.words, LONGEST, "action")
    with store.writing() as session:
        case = open_row(session, case_id)
        if not session.scalar(select(StaffRow.active).where(StaffRow.id == task.owner)):
            raise CaseRefusedError("That member of staff has no open account.")
        many = select(func.count()).where(CaseActionRow.case_id == case_id)
        if (session.scalar(many) or 0) >= MOST_ACTIONS:
            raise CaseRefusedError(f"A case has at most {MOST_ACTIONS} actions.")
        row = CaseActionRow(
            school_id=case.school_id,
            case_id=case_id,
            at=now,
            staff_id=by,
            owner=task.owner,
            due_at=task.due_at,
            sealed=vault_of(session).seal(said.encode()),
        )
        session.add(row)
        session.flush()
        told = {"action": row.id, "to": task.owner, "due": task.due_at.isoformat()}
        audit.record(
            session, now, f"staff:{by}", "set action", "case", case_id, told, case.school_id
        )
        return row.id


def finish(store: Store, case_id: str, action: int, by: int, now: datetime) -> None:
    """Say that it is done."""
    _mark(store, case_id, action, by, now, done=True)


def unfinish(store: Store, case_id: str, action: int, by: int, now: datetime) -> None:
    """Undo that: it is still to be done."""
    _mark(store, case_id, action, by, now, done=False)


def of_case(store: Store, case_id: str) -> tuple[Action, ...]:
    """Return the actions of a case: what is still to be done first, by when."""
    query = _query().where(CaseActionRow.case_id == case_id)
    in_order = query.order_by(CaseActionRow.done_at.is_not(None), CaseActionRow.due_at)
    return _found(store, in_order.limit(MOST_ACTIONS))


def waiting(store: Store, reader: int, until: datetime, limit: int = 50) -> tuple[Action, ...]:
    """Return what is to be done until then in open cases that the reader may read."""
    restricted = select(CaseReaderRow.case_id)
    mine = restricted.where(CaseReaderRow.staff_id == reader)
    query = _query().where(
        CaseActionRow.done_at.is_(None),
        CaseActionRow.due_at < until,
        CaseRow.state == OPEN,
        or_(CaseRow.id.not_in(restricted), CaseRow.id.in_(mine), CaseRow.owner == reader),
    )
    return _found(store, query.order_by(CaseActionRow.due_at, CaseActionRow.id).limit(limit))


def actions_told(
    session: Session, cases: Sequence[str], staff: Names, vault: Vault
) -> tuple[Written, ...]:
    """Return actions as what was written, for the chronology and for the case's file."""
    query = select(CaseActionRow).where(CaseActionRow.case_id.in_(cases))
    found = []
    for row in session.scalars(query.order_by(CaseActionRow.at, CaseActionRow.id).limit(MOST)):
        words, readable = opened(vault, row.sealed)
        # Midnight of a school is in the day before, by UTC, in summer: noon never is.
        due = row.due_at + timedelta(hours=12)
        what = f"action for {staff.get(row.owner, 'nobody known')} by {due.day} {due:%b %Y}"
        by = staff.get(row.staff_id, "")
        done_by = staff.get(row.done_by or 0, "")
        found.append(
            Written(
                row.id, "", row.at, by, what, words, row.done_at, done_by, readable=readable
            )
        )  # fmt: skip
    return tuple(found)


def _mark(store: Store, case_id: str, action: int, by: int, now: datetime, *, done: bool) -> None:
    with store.writing() as session:
        case = open_row(session, case_id)
        was = CaseActionRow.done_at.is_(None) if done else CaseActionRow.done_at.is_not(None)
        mark = update(CaseActionRow).where(
            CaseActionRow.id == action, CaseActionRow.case_id == case_id, was
        )
        values = {"done_at": now if done else None, "done_by": by if done else None}
        if session.scalar(mark.values(**values).returning(CaseActionRow.id)) is None:
            raise CaseRefusedError("Somebody else changed that action meanwhile: look again.")
        what = "did action" if done else "reopened action"
        audit.record(
            session, now, f"staff:{by}", what, "case", case_id, {"action": action}, case.school_id
        )


def _query() -> Select[CaseActionRow, str]:
    return select(CaseActionRow, CaseRow.reference).join(
        CaseRow, CaseRow.id == CaseActionRow.case_id
    )


def _found(store: Store, query: Select[CaseActionRow, str]) -> tuple[Action, ...]:
    with store.reading() as session:
        return tuple(
            _action(row, reference, store.vault) for row, reference in session.execute(query)
        )


def _action(row: CaseActionRow, reference: str, vault: Vault) -> Action:
    words, readable = opened(vault, row.sealed)
    return Action(
        id=row.id,
        case_id=row.case_id,
        reference=reference,
        words=words,
        owner=row.owner,
        due_at=row.due_at,
        by=row.staff_id,
        at=row.at,
        done_at=row.done_at,
        done_by=row.done_by,
        readable=readable,
    )
