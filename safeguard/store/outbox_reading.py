"""What the outbox holds: who was told of what, what waits, and what did not arrive."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from sqlalchemy import func, select

from filter_rules.types import Severity
from safeguard.core.concerns import Standing
from safeguard.core.events import SCHOOL
from safeguard.core.notices import Told
from safeguard.store.outbox import (
    CANCELLED,
    CONCERN,
    FAILED,
    SENT,
    WAITING,
    Waiting,
    is_free,
    told_by,
    waiting_of,
)
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.notices import ContactRow, OutboxRow

PART = 500  # ids in one question to the database


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Messages for one contact that have not arrived: how many, since when, and what was said."""

    contact: str
    state: str
    urgent: bool
    count: int
    since: datetime
    said: str


def told(store: Store, concerns: Sequence[str]) -> dict[str, list[Told]]:
    """Return who was told of these concerns, or is about to be."""
    found: dict[str, list[Told]] = {}
    with store.reading() as session:
        for part in batched(concerns, PART):
            query = select(OutboxRow).where(
                OutboxRow.about.in_(part), OutboxRow.kind == CONCERN, OutboxRow.state != CANCELLED
            )
            for row in session.scalars(query.order_by(OutboxRow.id)):
                found.setdefault(row.about, []).append(told_by(row))
    return found


def waiting_concerns(store: Store, now: datetime) -> list[Waiting]:
    """Return the notices of concerns that are not sent yet, and that nobody is sending."""
    query = select(OutboxRow).where(
        OutboxRow.state == WAITING,
        OutboxRow.kind == CONCERN,
        OutboxRow.contact_id.is_not(None),
        is_free(now),
    )
    with store.reading() as session:
        return [waiting_of(row) for row in session.scalars(query.order_by(OutboxRow.id))]


def latest_slots(store: Store) -> dict[int, datetime]:
    """Return when each contact's last notice that was not urgent is, or was, due."""
    query = (
        select(OutboxRow.contact_id, func.max(OutboxRow.due_at))
        .where(OutboxRow.kind == CONCERN, ~OutboxRow.urgent, OutboxRow.contact_id.is_not(None))
        .group_by(OutboxRow.contact_id)
    )
    with store.reading() as session:
        return {to: due for to, due in session.execute(query) if to is not None}


def known_keys(store: Store, keys: Collection[str]) -> set[str]:
    """Return those of these keys that are here already."""
    with store.reading() as session:
        return set(session.scalars(select(OutboxRow.key).where(OutboxRow.key.in_(keys))))


def undelivered(store: Store, tried_before: datetime, since: datetime) -> list[Undelivered]:
    """Return what was due by then and still waits, and what was given up since then."""
    # A try that failed puts off when it is due: it was due for the first time before that.
    was_due = (OutboxRow.attempts > 0) | (OutboxRow.due_at <= tried_before)
    late = (OutboxRow.state == WAITING) & (OutboxRow.made_at <= tried_before) & was_due
    lost = (OutboxRow.state == FAILED) & (OutboxRow.done_at >= since)
    query = (
        select(
            ContactRow.name,
            OutboxRow.state,
            OutboxRow.urgent,
            func.count(),
            func.min(OutboxRow.made_at),
            func.max(OutboxRow.said),
        )
        .join(ContactRow, ContactRow.id == OutboxRow.contact_id)
        .where(late | lost)
        .group_by(ContactRow.id, ContactRow.name, OutboxRow.state, OutboxRow.urgent)
        .order_by(ContactRow.name, OutboxRow.state)
    )
    with store.reading() as session:
        return [Undelivered(*row) for row in session.execute(query)]


def untold(store: Store, before: datetime, since: datetime) -> int:
    """Return how many open urgent concerns nobody was told of, though they were there by then."""
    query = select(ConcernRow.id).where(
        ConcernRow.school_id == SCHOOL,
        ConcernRow.severity == Severity.URGENT.value,
        ConcernRow.standing.in_([one.value for one in Standing if one.open]),
        ConcernRow.opened_at.is_(None),
        ConcernRow.built_at.between(since, before),
    )
    with store.reading() as session:
        ids = session.scalars(query.limit(PART)).all()
    return len(set(ids) - set(told(store, ids)))


def last_sent(store: Store, kind: str) -> datetime | None:
    """Return when a message of a kind last arrived."""
    query = select(func.max(OutboxRow.done_at)).where(
        OutboxRow.kind == kind, OutboxRow.state == SENT
    )
    with store.reading() as session:
        return session.scalar(query)


def counts(store: Store) -> dict[str, int]:
    """Return how many messages there are in each state."""
    query = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
    with store.reading() as session:
        return {state: count for state, count in session.execute(query)}  # noqa: C416  typed
