"""Who is at which address just now, as sign-in pages, RADIUS and DHCP tell us of it.

Sources `put` what they know (again and again, as long as it is so) and `end` it. Each change
has a number, so that workers take up the changes alone: sessions come and go by the thousand,
and never make anybody load the people again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.identifying import Claim, Method
from safeguard.store import audit
from safeguard.store.session import Store
from safeguard.store.signals import Topic, tell
from safeguard.store.tables.sessions import IdentitySessionRow, NoticeSeenRow, SessionNumberRow

ONLY = 1
MOST_LIVE = 50_000
MOST_ROWS = 1_000_000
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A session as it is kept. `ended_at`: empty while nobody has ended it."""

    id: int
    claim: Claim
    source: str
    key: str
    last_seen: datetime
    ended_at: datetime | None
    ended_why: str
    change: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Sessions as they are after their changes, and the number up to which these are all."""

    number: int
    sessions: tuple[Found, ...]


def put(store: Store, claim: Claim, source: str, key: str, now: datetime) -> None:
    """Begin a session, or confirm it. `key`: what the source calls it, of at most 255 letters.

    The same key for another person, device or address ends the session that was.
    """
    put_all(store, [(claim, key)], source, now)


def put_all(store: Store, claims: Sequence[tuple[Claim, str]], source: str, now: datetime) -> None:
    """The same for many at once, in one transaction."""
    for part in batched(claims, AT_ONCE):
        _put(store, part, source, now)


def _put(store: Store, claims: Sequence[tuple[Claim, str]], source: str, now: datetime) -> None:
    with store.writing() as session:
        number = next_number(session)
        live = _live_by_key(session, source, [key for _, key in claims])
        for claim, key in claims:
            row = live.get(key)
            if row is not None and not _is_same(row, claim):
                _end(row, now, "replaced", number)
                session.flush()
                row = None
            if row is None:
                live[key] = row = _new(claim, source, key)
                session.add(row)
            _confirm(row, claim, now, number)
        session.flush()
        _end_others(session, [claim for claim, _ in claims], now, number)
        _keep_bound(session, now, number)


def end(store: Store, source: str, key: str, now: datetime, why: str = "ended") -> bool:
    """End a session; say whether there was one."""
    return end_all(store, source, [key], now, why) > 0


def end_all(
    store: Store, source: str, keys: Sequence[str], now: datetime, why: str = "ended"
) -> int:
    """End several sessions; return how many there were."""
    with store.writing() as session:
        rows = _live_by_key(session, source, keys).values()
        if not rows:
            return 0
        number = next_number(session)
        for row in rows:
            _end(row, now, why, number)
        return len(rows)


def end_at(store: Store, address: str, now: datetime, why: str, actor: Actor | None) -> int:
    """End all sessions at an address, by somebody's order; return how many there were."""
    query = select(IdentitySessionRow).where(
        IdentitySessionRow.ended_at.is_(None), IdentitySessionRow.address == address
    )
    with store.writing() as session:
        number = next_number(session)
        rows = session.scalars(query).all()
        for row in rows:
            _end(row, now, "by order", number)
        told = {"address": address, "why": why, "people": sorted({row.person for row in rows})}
        audit.record_by(session, actor, "ended", "sessions", "", told)
        return len(rows)


def number_in(session: Session) -> int:
    """Return the number of the last change. Cheap: every worker asks several times a second."""
    query = select(SessionNumberRow.number).where(SessionNumberRow.id == ONLY)
    return session.scalar(query) or 0


def live(store: Store, now: datetime) -> Changes:
    """Return all sessions that go on, and the number that this is the state of."""
    query = (
        select(IdentitySessionRow)
        .where(IdentitySessionRow.ended_at.is_(None), IdentitySessionRow.until > now)
        .order_by(IdentitySessionRow.id)
        .limit(MOST_LIVE)
    )
    with store.reading() as session:
        number = number_in(session)
        return Changes(number, tuple(map(_found, session.scalars(query))))


def changed_since(store: Store, number: int) -> Changes:
    """Return what has changed since that number, the ended ones too."""
    query = (
        select(IdentitySessionRow)
        .where(IdentitySessionRow.change > number)
        .order_by(IdentitySessionRow.change, IdentitySessionRow.id)
    )
    with store.reading() as session:
        return Changes(number_in(session), tuple(map(_found, session.scalars(query))))


def at(store: Store, address: str, since: datetime, until: datetime, most: int) -> list[Found]:
    """Return the sessions at an address that overlap a time, the newest first."""
    query = (
        select(IdentitySessionRow)
        .where(
            IdentitySessionRow.address == address,
            IdentitySessionRow.since < until,
            IdentitySessionRow.until > since,
            func.coalesce(IdentitySessionRow.ended_at, IdentitySessionRow.until) > since,
        )
        .order_by(IdentitySessionRow.since.desc(), IdentitySessionRow.id.desc())
        .limit(most)
    )
    with store.reading() as session:
        return list(map(_found, session.scalars(query)))


def mac_at(store: Store, address: str, now: datetime) -> str:
    """Return the hardware address that the newest lease has there; empty where none is known."""
    query = (
        select(IdentitySessionRow.mac)
        .where(
            IdentitySessionRow.address == address,
            IdentitySessionRow.ended_at.is_(None),
            IdentitySessionRow.until > now,
            IdentitySessionRow.method == Method.DEVICE.value,
            IdentitySessionRow.mac != "",
        )
        .order_by(IdentitySessionRow.since.desc())
        .limit(1)
    )
    with store.reading() as session:
        return session.scalar(query) or ""


def prune(store: Store, now: datetime, before: datetime) -> bool:
    """End what is over, and remove some of what ended before then; True if there may be more."""
    over = update(IdentitySessionRow).where(
        IdentitySessionRow.ended_at.is_(None), IdentitySessionRow.until <= now
    )
    guests = delete(NoticeSeenRow).where(NoticeSeenRow.person == "", NoticeSeenRow.at < before)
    with store.writing() as session:
        # Nobody needs to hear of it: everybody knows until when it was. So no number.
        session.execute(over.values(ended_at=IdentitySessionRow.until, ended_why="over"))
        session.execute(guests)
        highest = session.scalar(select(func.max(IdentitySessionRow.id))) or 0
        old = select(IdentitySessionRow.id).where(
            IdentitySessionRow.ended_at.is_not(None),
            or_(IdentitySessionRow.ended_at < before, IdentitySessionRow.id <= highest - MOST_ROWS),
        )
        ids = session.scalars(old.limit(AT_ONCE)).all()
        session.execute(delete(IdentitySessionRow).where(IdentitySessionRow.id.in_(ids)))
        return len(ids) == AT_ONCE


def forget(session: Session, person: str) -> None:
    """Remove what is kept of where a person was, in the transaction that erases the person."""
    session.execute(delete(IdentitySessionRow).where(IdentitySessionRow.person == person))
    session.execute(delete(NoticeSeenRow).where(NoticeSeenRow.person == person))


def next_number(session: Session) -> int:
    """Count one change, in the transaction that makes it, and tell those who listen."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(SessionNumberRow).values(id=ONLY, school_id=SCHOOL, number=1)
    query = first.on_conflict_do_update(
        index_elements=["id"], set_={"number": SessionNumberRow.number + 1}
    ).returning(SessionNumberRow.number)
    number = session.execute(query).scalar_one()
    tell(session, Topic.SESSIONS, str(number))
    return int(number)


def _live_by_key(
    session: Session, source: str, keys: Sequence[str]
) -> dict[str, IdentitySessionRow]:
    query = select(IdentitySessionRow).where(
        IdentitySessionRow.ended_at.is_(None),
        IdentitySessionRow.source == source,
        IdentitySessionRow.key.in_(keys),
    )
    return {row.key: row for row in session.scalars(query)}


def _is_same(row: IdentitySessionRow, claim: Claim) -> bool:
    there = (row.address, row.person, row.mac, row.device, row.method)
    return there == (claim.address, claim.person, claim.mac, claim.device, claim.method.value)


def _new(claim: Claim, source: str, key: str) -> IdentitySessionRow:
    return IdentitySessionRow(
        school_id=SCHOOL,
        source=source,
        key=key,
        address=claim.address,
        mac=claim.mac,
        method=claim.method.value,
        person=claim.person,
        device=claim.device,
        since=claim.since,
        ended_why="",
    )


def _confirm(row: IdentitySessionRow, claim: Claim, now: datetime, number: int) -> None:
    row.group, row.room, row.shared = claim.group, claim.room, claim.shared
    row.last_seen, row.doubted, row.until = now, claim.doubted, claim.until
    row.change = number


def _end(row: IdentitySessionRow, now: datetime, why: str, number: int) -> None:
    row.ended_at, row.ended_why, row.change = now, why, number


def _end_others(session: Session, claims: Sequence[Claim], now: datetime, number: int) -> None:
    """End the sessions of other hardware at an address, where a lease says whose it is now."""
    leased = {one.address: one.mac for one in claims if one.method is Method.DEVICE and one.mac}
    if not leased:
        return
    query = select(IdentitySessionRow).where(
        IdentitySessionRow.ended_at.is_(None),
        IdentitySessionRow.address.in_(leased),
        IdentitySessionRow.mac != "",
    )
    for row in session.scalars(query):
        if row.mac != leased[row.address]:
            _end(row, now, "another device has the address", number)


def _keep_bound(session: Session, now: datetime, number: int) -> None:
    """Of too many, end those that nobody has confirmed for longest."""
    alive = IdentitySessionRow.ended_at.is_(None)
    too_many = (session.scalar(select(func.count()).where(alive)) or 0) - MOST_LIVE
    if too_many > 0:
        oldest = select(IdentitySessionRow).where(alive).order_by(IdentitySessionRow.last_seen)
        for row in session.scalars(oldest.limit(too_many)):
            _end(row, now, "too many", number)


def _found(row: IdentitySessionRow) -> Found:
    claim = Claim(
        row.address, Method(row.method), row.since, row.until, row.person, row.device,
        row.group, row.room, row.shared, row.mac, row.doubted,
    )  # fmt: skip
    return Found(
        row.id, claim, row.source, row.key, row.last_seen, row.ended_at, row.ended_why, row.change
    )
