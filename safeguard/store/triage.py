"""What people do with a concern before they conclude: look, assign, note, follow up, snooze.

Of two who change what they saw at the same version, one is refused. Looking changes no version,
and a note refuses nobody: both are only added.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.orm import Session

from safeguard.store import audit
from safeguard.store.concern_rows import alone_with_concerns
from safeguard.store.events import is_event_id
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.cases import AssignmentRow, NoteRow
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.people import StaffRow

LONGEST_SNOOZE = timedelta(days=14)
LONGEST_TEXT = 20_000


class TriageError(Exception):
    """What was asked for is not done; the sentence says why."""


class ConcernGoneError(TriageError):
    """There is no such concern, or it became part of another."""


class ConcernChangedError(TriageError):
    """Somebody changed it, or more came to it, since it was seen."""


class NoteKind(StrEnum):
    """What a note is."""

    NOTE = "note"
    ACTION = "action taken"
    HAND_OVER = "hand-over"


@dataclass(frozen=True, slots=True)
class Act:
    """That a person, now, changes a concern which they saw at a version."""

    concern_id: str
    version: int
    by: int
    at: datetime

    @property
    def who(self) -> str:
        return f"staff:{self.by}"


@contextmanager
def changing(
    store: Store, act: Act, what: str, payload: Mapping[str, object] | None = None
) -> Iterator[tuple[Session, ConcernRow]]:
    """Take the concern at the version that was seen, and record what is done to it."""
    with store.writing() as session:
        alone_with_concerns(session)
        row = found(session, act.concern_id)
        seen_at(row, act.version)
        row.version += 1
        yield session, row
        record(session, act, what, row, payload)


def looked_at(store: Store, concern_id: str, by: int, at: datetime) -> None:
    """Note who looked first: from then on it is not unopened any more."""
    with store.writing() as session:
        alone_with_concerns(session)
        row = found(session, concern_id)
        if row.opened_at is None:
            row.opened_at, row.opened_by = at, by
        record(session, Act(concern_id, row.version, by, at), "viewed", row)


def assign(store: Store, act: Act, owner: int) -> None:
    """Give the concern to somebody; who had it before is kept."""
    with changing(store, act, "assigned", {"to": owner}) as (session, row):
        staff = session.get(StaffRow, owner)
        if staff is None or not staff.active:
            raise TriageError("There is no such member of staff, or they cannot sign in.")
        _end_assignment(session, act)
        session.add(
            AssignmentRow(
                school_id=row.school_id,
                concern_id=row.id,
                at=act.at,
                staff_id=owner,
                given_by=act.by,
            )
        )
        row.owner = owner


def follow_up(store: Store, act: Act, due_at: datetime | None) -> None:
    """Say when to look again, or that it is not needed; the concern stays in the list."""
    said = {"due": due_at.isoformat() if due_at else ""}
    with changing(store, act, "follow-up", said) as (_, row):
        row.due_at = due_at


def snooze(store: Store, act: Act, until: datetime) -> None:
    """Keep the concern quiet for some days. It speaks again by itself where it gets worse."""
    if not act.at < until <= act.at + LONGEST_SNOOZE:
        raise TriageError("Choose a time within the next 14 days: nothing is quiet for ever.")
    with changing(store, act, "snoozed", {"until": until.isoformat()}) as (_, row):
        row.snoozed_until = until


def add_note(
    store: Store, concern_id: str, kind: NoteKind, words: str, by: int, at: datetime
) -> None:
    """Add what a person wrote. It is never changed."""
    text = checked(words)
    if not text:
        raise TriageError("Write something: the note is empty.")
    with store.writing() as session:
        alone_with_concerns(session)
        row = found(session, concern_id)
        keep_note(session, row, kind, text, by, at)
        record(session, Act(concern_id, row.version, by, at), "noted", row)


def keep_note(
    session: Session, row: ConcernRow, kind: NoteKind, text: str, by: int, at: datetime
) -> None:
    session.add(
        NoteRow(
            school_id=row.school_id,
            concern_id=row.id,
            at=at,
            staff_id=by,
            kind=kind.value,
            sealed=vault_of(session).seal(text.encode()),
        )
    )


def found(session: Session, concern_id: str) -> ConcernRow:
    """Return the concern; ConcernGoneError where there is none of that id."""
    row = session.get(ConcernRow, concern_id) if is_event_id(concern_id) else None
    if row is None:
        raise ConcernGoneError(
            "There is no such concern: it may have become part of another one of this pupil’s."
        )
    return row


def seen_at(row: ConcernRow, version: int) -> None:
    if row.version != version:
        raise ConcernChangedError(
            "It changed since you opened it: somebody worked on it, or more came to it. "
            "Look at it again."
        )


def checked(words: str) -> str:
    """Return the text as it is kept; TriageError where it is too long."""
    text = words.strip()
    if len(text) > LONGEST_TEXT:
        raise TriageError(f"That is too long: at most {LONGEST_TEXT:,} characters are kept.")
    return text


def record(
    session: Session,
    act: Act,
    what: str,
    row: ConcernRow,
    payload: Mapping[str, object] | None = None,
) -> None:
    audit.record(session, act.at, act.who, what, "concern", row.id, payload, row.school_id)


def _end_assignment(session: Session, act: Act) -> None:
    standing = (AssignmentRow.concern_id == act.concern_id, AssignmentRow.ended_at.is_(None))
    session.execute(update(AssignmentRow).where(*standing).values(ended_at=act.at))
