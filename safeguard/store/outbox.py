"""The outbox: what waits to be sent, who is sending it, and what came of each try.

At least once: a message is claimed, sent, and then marked. Whoever dies in between leaves a
claim that runs out, and the same messages are sent again, together as before and under the
same key, so that the receiver can tell.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.events import SCHOOL
from safeguard.core.notices import Told
from safeguard.store.session import Store
from safeguard.store.tables.notices import DeliveryRow, OutboxRow

CONCERN = "concern"
WAITING, SENT, CANCELLED, FAILED = "waiting", "sent", "cancelled", "failed"
CLAIM = timedelta(minutes=3)  # longer than any sender is let try
MOST_AT_ONCE = 200
MOST_SAID = 200
PART = 500  # ids in one question to the database


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to put into the outbox. Its key makes it one, once."""

    key: str
    kind: str
    about: str
    contact: int
    channel: str
    due_at: datetime
    step: int = 0
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that was claimed."""

    id: int
    key: str
    kind: str
    about: str
    contact: int
    channel: str
    step: int
    urgent: bool
    made_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """Messages for one contact that go out as one."""

    messages: tuple[Waiting, ...]
    held_until: datetime

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(one.id for one in self.messages)

    @property
    def first(self) -> Waiting:
        return self.messages[0]


@dataclass(frozen=True, slots=True)
class Try:
    """What came of a try to send. `again_at`: None where it is given up (or was taken)."""

    at: datetime
    accepted: bool
    said: str
    took_ms: int
    again_at: datetime | None = None


def put(store: Store, messages: Sequence[NewMessage], now: datetime) -> int:
    """Put messages into the outbox; those whose key is known are left out. Return how many."""
    rows = [
        {
            "school_id": SCHOOL,
            "key": one.key,
            "kind": one.kind,
            "about": one.about,
            "contact_id": one.contact,
            "channel": one.channel,
            "step": one.step,
            "urgent": one.urgent,
            "made_at": now,
            "due_at": one.due_at,
        }
        for one in messages
    ]
    if not rows:
        return 0
    with store.writing() as session:
        engine = postgresql if store.engine.dialect.name == "postgresql" else sqlite
        query = engine.insert(OutboxRow).on_conflict_do_nothing(index_elements=[OutboxRow.key])
        return len(session.scalars(query.returning(OutboxRow.id), rows).all())


def claim(
    store: Store, now: datetime, busy: Collection[tuple[int, bool]], limit: int = MOST_AT_ONCE
) -> list[Parcel]:
    """Claim what is due, urgent first; `busy` are contacts that something is being sent to.

    What was claimed together before stays together, so that it is the same message again.
    """
    due = and_(
        _is_due(now),
        OutboxRow.contact_id.is_not(None),
        *(not_(and_(OutboxRow.contact_id == to, OutboxRow.urgent == fast)) for to, fast in busy),
    )
    query = (
        select(OutboxRow)
        .where(due)
        .order_by(OutboxRow.urgent.desc(), OutboxRow.due_at, OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with store.reading() as session:  # which is all that most looks come to
        if session.scalar(select(OutboxRow.id).where(due).limit(1)) is None:
            return []
    with store.writing() as session:
        parts = _together(session.scalars(query))
        return [_claimed(session, part, now) for part in parts]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        OutboxRow.state == WAITING,
        OutboxRow.due_at <= now,
        or_(OutboxRow.held_until.is_(None), OutboxRow.held_until <= now),
    )


def _together(rows: Iterable[OutboxRow]) -> Iterable[list[OutboxRow]]:
    found: dict[tuple[object, ...], list[OutboxRow]] = {}
    for row in rows:
        alone = row.id if row.kind != CONCERN else 0
        mark = (row.contact_id, row.urgent, row.kind, alone, row.held_until)
        found.setdefault(mark, []).append(row)
    # One parcel a contact at a time: the claims of two would be taken for one after a crash.
    first: dict[tuple[object, ...], list[OutboxRow]] = {}
    for (contact, urgent, *_), part in found.items():
        first.setdefault((contact, urgent), part)
    return first.values()


def _claimed(session: Session, rows: Sequence[OutboxRow], now: datetime) -> Parcel:
    until = now + CLAIM
    for row in rows:
        row.held_until = until
        row.attempts += 1
    session.flush()
    return Parcel(tuple(_waiting(row) for row in sorted(rows, key=lambda row: row.id)), until)


def settle(store: Store, parcel: Parcel, result: Try) -> None:
    """Keep what came of a try. What was claimed by another meanwhile is theirs to try again."""
    said = result.said[:MOST_SAID]
    values: dict[str, object] = {"said": "" if result.accepted else said}
    if result.accepted:
        values |= {"state": SENT, "done_at": result.at}
    elif result.again_at is None:
        values |= {"state": FAILED, "done_at": result.at}
    else:
        # Equal for all of them: it keeps them together.
        values |= {"due_at": result.again_at, "held_until": result.again_at}
    mine = [OutboxRow.id.in_(parcel.ids), OutboxRow.state == WAITING]
    if not result.accepted:
        mine.append(OutboxRow.held_until == parcel.held_until)
    with store.writing() as session:
        session.execute(update(OutboxRow).where(*mine).values(values))
        session.add_all(
            DeliveryRow(
                outbox_id=one,
                at=result.at,
                accepted=result.accepted,
                said=said,
                took_ms=result.took_ms,
            )
            for one in parcel.ids
        )


def cancel(store: Store, ids: Collection[int], now: datetime, by: int | None, why: str) -> None:
    """Take back what nobody needs to be told any more, unless it is being sent."""
    free = or_(OutboxRow.held_until.is_(None), OutboxRow.held_until <= now)
    query = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.state == WAITING, free)
        .values(state=CANCELLED, done_at=now, cancelled_by=by, said=why)
    )
    with store.writing() as session:
        session.execute(query)


def told(store: Store, concerns: Sequence[str]) -> dict[str, list[Told]]:
    """Return who was told of these concerns, or is about to be."""
    found: dict[str, list[Told]] = {}
    with store.reading() as session:
        for part in batched(concerns, PART, strict=False):
            query = select(OutboxRow).where(
                OutboxRow.about.in_(part), OutboxRow.kind == CONCERN, OutboxRow.state != CANCELLED
            )
            for row in session.scalars(query.order_by(OutboxRow.id)):
                found.setdefault(row.about, []).append(_told(row))
    return found


def _told(row: OutboxRow) -> Told:
    occasion, severity, contact = row.key.split(":")[-3:]
    return Told(
        int(contact),
        Severity(int(severity)),
        row.made_at,
        int(occasion),
        arrived=row.state == SENT,
        failed=row.state == FAILED,
    )


def waiting_concerns(store: Store) -> list[Waiting]:
    """Return the notices of concerns that are not sent yet."""
    query = select(OutboxRow).where(
        OutboxRow.state == WAITING, OutboxRow.kind == CONCERN, OutboxRow.contact_id.is_not(None)
    )
    with store.reading() as session:
        return [_waiting(row) for row in session.scalars(query.order_by(OutboxRow.id))]


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


def forget(store: Store, before: datetime) -> int:
    """Remove messages that were done with before then, with their deliveries; say how many."""
    gone = delete(OutboxRow).where(OutboxRow.state != WAITING, OutboxRow.done_at < before)
    with store.writing() as session:
        return len(session.scalars(gone.returning(OutboxRow.id)).all())


def _waiting(row: OutboxRow) -> Waiting:
    return Waiting(
        row.id,
        row.key,
        row.kind,
        row.about,
        row.contact_id or 0,
        row.channel,
        row.step,
        row.urgent,
        row.made_at,
        row.attempts,
    )
