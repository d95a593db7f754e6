"""What people ask to have opened: a queue, in which those who ask for the same site ask together.

Whether something can be asked for is said by core/unblocking.py before it comes here; what a
decision does is in unblock_decisions.py. The page and the reason are kept encrypted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from safeguard.core.events import SCHOOL, clean, without_secrets
from safeguard.core.types import Subject
from safeguard.core.unblocking import Asked, Stage, said
from safeguard.problems import UnusableError
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.policy import UnblockAskerRow, UnblockRequestRow
from safeguard.vault import UnsealError, Vault

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5  # different sites that one subject asks for
MOST_OPEN = 1_000
MOST_ASKERS = 100  # of one site whose words are kept; the others are counted
UNREADABLE = "(cannot be read: its key is gone)"


@dataclass(frozen=True, slots=True)
class Asking:
    """That somebody asks for a page that was blocked. `categories`: of the verdict."""

    subject: Subject
    host: str
    url: str
    categories: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, for which page, and why."""

    person: str
    device: str
    group: str
    at: datetime
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """A site that is asked for. `askers` is empty in lists; the number of askers is not."""

    id: int
    host: str
    categories: tuple[str, ...]
    made_at: datetime
    last_at: datetime
    count: int
    stage: Stage
    scope: str = ""
    groups: tuple[str, ...] = ()
    decided_at: datetime | None = None
    decided_by: str = ""
    words: str = ""
    override_id: int | None = None
    entry_id: int | None = None
    askers: tuple[Asker, ...] = ()


def ask(store: Store, asking: Asking, now: datetime, school_id: int = SCHOOL) -> Request:
    """Put a request in the queue, or beside those for the same site that wait there."""
    with store.writing() as session:
        return _put(session, asking, now, school_id)


def take_in(session: Session, asked: Asked) -> None:
    """Put what was asked for on a block page in the queue; beyond its bounds it is let go.

    Whoever asked was told on the page how many they may ask for.
    """
    subject = Subject(asked.group, asked.address, asked.person, asked.device)
    try:
        url, reason = msgspec.msgpack.decode(
            vault_of(session).unseal(asked.sealed), type=tuple[str, str]
        )
        asking = Asking(subject, asked.host, url, asked.categories, reason)
        _put(session, asking, asked.at, asked.school_id)
    except (UnsealError, msgspec.MsgspecError, UnusableError):
        return


def _put(session: Session, asking: Asking, now: datetime, school_id: int) -> Request:
    if not said(asking.reason):
        raise UnusableError("Say what you need it for.")
    if not asking.subject.key:
        raise UnusableError("Nobody knows who asks, so nobody could be answered: ask a teacher.")
    one_at_a_time(session, Lock.UNBLOCKING)
    who = _digest(session, asking.subject.key)
    row = session.scalars(
        select(UnblockRequestRow).where(*_open(school_id), UnblockRequestRow.host == asking.host)
    ).first()
    mine = None if row is None else _mine(session, row, who)
    if mine is None:
        _check_bound(session, who, now)
    if row is None:
        row = _new(session, asking, now, school_id)
    row.count, row.last_at = row.count + 1, now
    if mine is not None:
        mine.at, mine.url, mine.reason = now, *_sealed(session, asking)
    elif _askers_of(session, row) < MOST_ASKERS:
        session.add(_asker(session, row, asking, who, now))
    session.flush()
    return told(row, vault_of(session))


def waiting(store: Store, limit: int = 100, school_id: int = SCHOOL) -> list[Request]:
    """Return what waits for an answer, the oldest first."""
    return _listed(store, _open(school_id), UnblockRequestRow.made_at.asc(), limit)


def answered(store: Store, limit: int = 50, school_id: int = SCHOOL) -> list[Request]:
    """Return what was answered last."""
    which = UnblockRequestRow.school_id == school_id, UnblockRequestRow.state != Stage.OPEN
    return _listed(store, which, UnblockRequestRow.decided_at.desc(), limit)


def request(store: Store, number: int, school_id: int = SCHOOL) -> Request | None:
    """Return one with all who asked. Whoever shows it tells the audit chain first."""
    with store.reading() as session:
        row = session.get(UnblockRequestRow, number)
        if row is None or row.school_id != school_id:
            return None
        return told(row, vault_of(session), askers_of(session, number))


def answers_for(
    store: Store, subject: Subject, since: datetime, school_id: int = SCHOOL
) -> list[Request]:
    """Return the answers to what this subject asked for, the newest first: for their own eyes."""
    with store.reading() as session:
        who = _digest(session, subject.key)
        query = (
            select(UnblockRequestRow)
            .join(UnblockAskerRow, UnblockAskerRow.request_id == UnblockRequestRow.id)
            .where(
                UnblockAskerRow.subject == who,
                UnblockRequestRow.school_id == school_id,
                UnblockRequestRow.decided_at >= since,
            )
            .order_by(UnblockRequestRow.decided_at.desc())
            .limit(MOST_AN_HOUR)
        )
        return [told(row, vault_of(session)) for row in session.scalars(query)]


def turnaround(store: Store, since: datetime, school_id: int = SCHOOL) -> list[timedelta]:
    """Return how long each answer took that was given since, the shortest first."""
    row = UnblockRequestRow
    query = select(row.made_at, row.decided_at).where(
        row.school_id == school_id, row.decided_at >= since
    )
    with store.reading() as session:
        return sorted(one.decided_at - one.made_at for one in session.execute(query))


def askers_of(session: Session, number: int) -> tuple[Asker, ...]:
    """Return who asked, the first first."""
    query = select(UnblockAskerRow).where(UnblockAskerRow.request_id == number)
    vault = vault_of(session)
    return tuple(
        Asker(
            one.person,
            one.device,
            one.group,
            one.at,
            _opened(vault, one.url),
            _opened(vault, one.reason),
        )
        for one in session.scalars(query.order_by(UnblockAskerRow.id))
    )


def told(row: UnblockRequestRow, vault: Vault, askers: tuple[Asker, ...] = ()) -> Request:
    """Return a row as what it tells."""
    return Request(
        id=row.id,
        host=row.host,
        categories=row.categories,
        made_at=row.made_at,
        last_at=row.last_at,
        count=row.count,
        stage=Stage(row.state),
        scope=row.scope,
        groups=row.groups,
        decided_at=row.decided_at,
        decided_by=row.decided_by or "",
        words="" if row.words is None else _opened(vault, row.words),
        override_id=row.override_id,
        entry_id=row.entry_id,
        askers=askers,
    )


def forget_person(session: Session, person: str) -> None:
    """Remove what a person asked for; that it was asked for stays, without who."""
    session.execute(delete(UnblockAskerRow).where(UnblockAskerRow.person == person))


def _check_bound(session: Session, who: str, now: datetime) -> None:
    lately = select(func.count()).where(
        UnblockAskerRow.subject == who, UnblockAskerRow.at > now - HOUR
    )
    if (session.scalar(lately) or 0) >= MOST_AN_HOUR:
        raise UnusableError(f"You asked for {MOST_AN_HOUR} sites within an hour: wait for answers.")


def _new(session: Session, asking: Asking, now: datetime, school_id: int) -> UnblockRequestRow:
    there = select(func.count()).select_from(UnblockRequestRow).where(*_open(school_id))
    if (session.scalar(there) or 0) >= MOST_OPEN:
        raise UnusableError("So many requests wait that no more are taken: ask a teacher.")
    row = UnblockRequestRow(
        school_id=school_id,
        host=clean(asking.host),
        categories=asking.categories,
        made_at=now,
        last_at=now,
        count=0,
        state=Stage.OPEN,
        scope="",
        groups=(),
    )
    session.add(row)
    session.flush()
    return row


def _mine(session: Session, row: UnblockRequestRow, who: str) -> UnblockAskerRow | None:
    return session.scalars(
        select(UnblockAskerRow).where(
            UnblockAskerRow.request_id == row.id, UnblockAskerRow.subject == who
        )
    ).first()


def _askers_of(session: Session, row: UnblockRequestRow) -> int:
    query = select(func.count()).where(UnblockAskerRow.request_id == row.id)
    return session.scalar(query) or 0


def _asker(
    session: Session, row: UnblockRequestRow, asking: Asking, who: str, now: datetime
) -> UnblockAskerRow:
    url, reason = _sealed(session, asking)
    return UnblockAskerRow(
        school_id=row.school_id,
        request_id=row.id,
        subject=who,
        person=asking.subject.person,
        device=asking.subject.device,
        group=asking.subject.group,
        at=now,
        url=url,
        reason=reason,
    )


def _sealed(session: Session, asking: Asking) -> tuple[bytes, bytes]:
    vault = vault_of(session)
    url = without_secrets(asking.url)
    return vault.seal(url.encode()), vault.seal(said(asking.reason).encode())


def _opened(vault: Vault, sealed: bytes) -> str:
    try:
        return vault.unseal(sealed).decode()
    except UnsealError:
        return UNREADABLE


def _listed(
    store: Store, which: Sequence[ColumnElement[bool]], order: ColumnElement[Any], limit: int
) -> list[Request]:
    query = select(UnblockRequestRow).where(*which).order_by(order, UnblockRequestRow.id)
    with store.reading() as session:
        return [told(row, store.vault) for row in session.scalars(query.limit(limit))]


def _open(school_id: int) -> tuple[ColumnElement[bool], ...]:
    return UnblockRequestRow.school_id == school_id, UnblockRequestRow.state == Stage.OPEN.value


def _digest(session: Session, key: str) -> str:
    return vault_of(session).digest(b"asker" + key.encode()).hex()
