"""Reviews: what people concluded about events. None is ever changed; one that is undone stays."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from safeguard.store import audit
from safeguard.store.events import is_event_id
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow, ReviewRow
from safeguard.store.tables.people import StaffRow

UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Review:
    """What a person concluded about an event."""

    at: datetime
    staff_id: int
    staff_name: str
    outcome: str
    note: str


def add(store: Store, event_id: str, staff_id: int, outcome: str, note: str, now: datetime) -> bool:
    """Add what a person concluded; False where there is no such event."""
    with store.writing() as session:
        row = session.get(EventRow, event_id) if is_event_id(event_id) else None
        if row is None:
            return False
        before = _standing(session, event_id)
        row.reviewed = True
        session.add(
            ReviewRow(
                school_id=row.school_id,
                event_id=event_id,
                staff_id=staff_id,
                at=now,
                outcome=outcome,
                note=note,
            )
        )
        told = {"before": before, "after": outcome, "note": note, "person": row.person}
        audit.record(session, now, f"staff:{staff_id}", "reviewed", "event", event_id, told)
        return True


def reopen(store: Store, event_id: str, staff_id: int, now: datetime) -> bool:
    """Undo the review of an event, and keep who did; False where no review stands."""
    if not is_event_id(event_id):
        return False
    closed = update(EventRow).where(EventRow.id == event_id, EventRow.reviewed)
    with store.writing() as session:
        before = _standing(session, event_id)
        # One statement: of two people who undo at the same time, one does.
        school = session.scalar(closed.values(reviewed=False).returning(EventRow.school_id))
        if school is None:
            return False
        session.add(
            ReviewRow(
                school_id=school,
                event_id=event_id,
                staff_id=staff_id,
                at=now,
                outcome=UNDONE,
                note="",
            )
        )
        told = {"before": before, "after": UNDONE}
        audit.record(session, now, f"staff:{staff_id}", "undid review", "event", event_id, told)
        return True


def of(store: Store, event_id: str) -> list[Review]:
    """Return the reviews of an event, the first one first."""
    if not is_event_id(event_id):
        return []
    query = (
        select(ReviewRow, StaffRow.name)
        .join(StaffRow, StaffRow.id == ReviewRow.staff_id)
        .where(ReviewRow.event_id == event_id)
        .order_by(ReviewRow.id)
    )
    with store.reading() as session:
        return [
            Review(row.at, row.staff_id, name, row.outcome, row.note)
            for row, name in session.execute(query)
        ]


def _standing(session: Session, event_id: str) -> str:
    """Return what was concluded of an event last; nothing where nobody has."""
    last = select(ReviewRow.outcome).where(ReviewRow.event_id == event_id)
    return session.scalar(last.order_by(ReviewRow.id.desc()).limit(1)) or ""
