"""The outbox: what waits to be sent, who is sending it, and what came of each try.

At least once: a message is claimed, sent, and then marked. Whoever dies in between leaves a
claim that runs out, and the same messages are sent again, together as before and under the
same key, so that the receiver can tell.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.events import SCHOOL
from safeguard.core.notices import Told
from safeguard.store.session import Store
from safeguard.store.tables.notices import DeliveryRow, OutboxRow

CONCERN, ALARM, STAFF, TEST = "concern", "alarm", "staff", "test"
WAITING, SENT, CANCELLED, FAILED = "waiting", "sent", "cancelled", "failed"
CLAIM = timedelta(minutes=3)  # longer than any sender is let try
MOST_AT_ONCE = 200
ROOM: Mapping[str, int] = {"email": 4, "webhook": 4, "apprise": 4}  # parcels on their way
MOST_SAID = 200


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
    told: Told | None = None


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
    if not messages:
        return 0
    with store.writing() as session:
        return put_within(session, messages, now)


def put_within(session: Session, messages: Sequence[NewMessage], now: datetime) -> int:
    """Put messages into the outbox in the caller's transaction."""
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
    engine = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    query = engine.insert(OutboxRow).on_conflict_do_nothing(index_elements=[OutboxRow.key])
    return len(session.scalars(query.returning(OutboxRow.id), rows).all())


def claim(
    store: Store,
    now: datetime,
    busy: Collection[tuple[int, bool]] = (),
    room: Mapping[str, int] = ROOM,
) -> list[Parcel]:
    """Claim what is due, urgent first: at most so many parcels of each channel.

    `busy` are contacts that something is being sent to. What was claimed together before stays
    together, so that it is the same message again.
    """
    due = and_(
        _is_due(now),
        OutboxRow.contact_id.is_not(None),
        OutboxRow.channel.in_([channel for channel, many in room.items() if many > 0]),
        *(not_(and_(OutboxRow.contact_id == to, OutboxRow.urgent == fast)) for to, fast in busy),
    )
    query = (
        select(OutboxRow)
        .where(due)
        .order_by(OutboxRow.urgent.desc(), OutboxRow.due_at, OutboxRow.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with store.reading() as session:  # which is all that most looks come to
        if session.scalar(select(OutboxRow.id).where(due).limit(1)) is None:
            return []
    with store.writing() as session:
        parts = _together(session.scalars(query))
        return [_claimed(session, part, now) for part in _fitting(parts, room)]


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxRow.state == WAITING, OutboxRow.due_at <= now, is_free(now))


def is_free(now: datetime) -> ColumnElement[bool]:
    """Say whether nobody is sending it, or waits to try again."""
    return or_(OutboxRow.held_until.is_(None), OutboxRow.held_until <= now)


def _together(rows: Iterable[OutboxRow]) -> list[list[OutboxRow]]:
    found: dict[tuple[object, ...], list[OutboxRow]] = {}
    for row in rows:
        alone = row.id if row.kind != CONCERN else 0
        mark = (row.contact_id, row.urgent, row.kind, alone, row.held_until)
        found.setdefault(mark, []).append(row)
    # One parcel a contact at a time: the claims of two would be taken for one after a crash.
    first: dict[tuple[object, ...], list[OutboxRow]] = {}
    for (contact, urgent, *_), part in found.items():
        first.setdefault((contact, urgent), part)
    return list(first.values())


def _fitting(
    parts: Iterable[list[OutboxRow]], room: Mapping[str, int]
) -> Iterator[list[OutboxRow]]:
    left = dict(room)
    for part in parts:
        left[part[0].channel] -= 1
        if left[part[0].channel] >= 0:
            yield part


def _claimed(session: Session, rows: Sequence[OutboxRow], now: datetime) -> Parcel:
    until = now + CLAIM
    for row in rows:
        row.held_until = until
        row.attempts += 1
    session.flush()
    return Parcel(tuple(waiting_of(row) for row in sorted(rows, key=lambda row: row.id)), until)


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
    query = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.state == WAITING, is_free(now))
        .values(state=CANCELLED, done_at=now, cancelled_by=by, said=why)
    )
    with store.writing() as session:
        session.execute(query)


def revive(store: Store, contact: int, since: datetime, now: datetime) -> int:
    """Let what a contact did not get be sent after all, now that it can be reached."""
    query = (
        update(OutboxRow)
        .where(OutboxRow.contact_id == contact, OutboxRow.made_at >= since)
        .where(or_(OutboxRow.state == FAILED, OutboxRow.state == WAITING))
        .where(or_(OutboxRow.held_until.is_(None), OutboxRow.attempts > 0))
        .values(state=WAITING, due_at=now, held_until=None, attempts=0, done_at=None)
    )
    with store.writing() as session:
        return len(session.scalars(query.returning(OutboxRow.id)).all())


def waiting_of(row: OutboxRow) -> Waiting:
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
        told_by(row) if row.kind == CONCERN else None,
    )


def told_by(row: OutboxRow) -> Told:
    occasion, severity, contact = row.key.split(":")[-3:]
    return Told(
        int(contact),
        Severity(int(severity)),
        row.made_at,
        int(occasion),
        arrived=row.state == SENT,
        failed=row.state == FAILED,
    )
