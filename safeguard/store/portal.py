"""Sign-ins of people with their own devices: what they have read, and for how long it is they.

A sign-in holds at one address, and for the hardware there where that is known. Nobody confirms
it but the person's own requests: without any it names nobody after a while, and some time after
that it is over.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from sqlalchemy import select
from sqlalchemy.orm import Session

from safeguard.core.events import SCHOOL
from safeguard.core.identifying import Claim, Method
from safeguard.store import sessions
from safeguard.store.session import Store
from safeguard.store.tables.sessions import IdentitySessionRow, NoticeSeenRow

SOURCE = "portal"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Lasts:
    """For how long a sign-in names somebody without a request, and at the longest."""

    idle: timedelta
    longest: timedelta

    def of(self, since: datetime, seen: datetime) -> tuple[datetime, datetime]:
        """Return from when a sign-in names nobody, and from when it says nothing."""
        end = since + self.longest
        doubted = min(seen + self.idle, end)
        return doubted, min(doubted + self.idle, end)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who signs in: a person, or a guest of this group. `key`: random, the sign-in's own."""

    key: str
    person: str = ""
    group: str = ""


def sign_in(
    store: Store, visitor: Visitor, address: str, lasts: Lasts, notice: str, now: datetime
) -> None:
    """Begin a sign-in at an address; whoever was signed in there before is not any more.

    `notice`: the version of the words that the person has read and agreed to.
    """
    mac = sessions.mac_at(store, address, now)
    doubted, until = lasts.of(now, now)
    claim = Claim(
        address,
        Method.PORTAL,
        now,
        until,
        visitor.person,
        group=visitor.group,
        mac=mac,
        doubted=doubted,
    )
    sign_out(store, address, now, "somebody else signed in")
    sessions.put(store, claim, SOURCE, visitor.key, now)
    with store.writing() as session:
        if not (visitor.person and _has_seen(session, visitor.person, notice)):
            session.add(
                NoticeSeenRow(
                    school_id=SCHOOL,
                    person=visitor.person,
                    address=address,
                    mac=mac,
                    version=notice,
                    at=now,
                )
            )


def sign_out(store: Store, address: str, now: datetime, why: str = "signed out") -> bool:
    """End whatever sign-in is at the address; say whether there was one."""
    query = select(IdentitySessionRow.key).where(
        IdentitySessionRow.source == SOURCE,
        IdentitySessionRow.address == address,
        IdentitySessionRow.ended_at.is_(None),
    )
    with store.reading() as session:
        keys = session.scalars(query).all()
    return sessions.end_all(store, SOURCE, keys, now, why) > 0


def signed_in(store: Store, address: str, now: datetime) -> sessions.Found | None:
    """Return the sign-in that names somebody at the address now."""
    found = sessions.at(store, address, now, now + timedelta(seconds=1), 20)
    return next(
        (
            one
            for one in found
            if one.source == SOURCE
            and one.ended_at is None
            and one.claim.lives(now)
            and not one.claim.is_late(now)
        ),
        None,
    )


def has_seen(store: Store, person: str, notice: str) -> bool:
    """Whether a person has read these words before."""
    with store.reading() as session:
        return _has_seen(session, person, notice)


def keep_alive(store: Store, addresses: Collection[str], lasts: Lasts, now: datetime) -> int:
    """Somebody has asked from these addresses: their sign-ins go on. Return how many.

    One that was confirmed a short while ago is left as it is, so that thousands cost little.
    """
    kept = 0
    for part in batched(sorted(addresses), AT_ONCE):
        query = select(IdentitySessionRow).where(
            IdentitySessionRow.address.in_(part),
            IdentitySessionRow.source == SOURCE,
            IdentitySessionRow.ended_at.is_(None),
            IdentitySessionRow.last_seen < now - lasts.idle / 4,
            IdentitySessionRow.doubted > now,
        )
        with store.reading() as session:
            ids = [row.id for row in session.scalars(query)]
        if not ids:
            continue
        with store.writing() as session:
            number = sessions.next_number(session)
            for row in session.scalars(query.where(IdentitySessionRow.id.in_(ids))):
                doubted, until = lasts.of(row.since, now)
                row.last_seen, row.doubted, row.until, row.change = now, doubted, until, number
                kept += 1
    return kept


def _has_seen(session: Session, person: str, notice: str) -> bool:
    query = select(NoticeSeenRow.id).where(
        NoticeSeenRow.person == person, NoticeSeenRow.version == notice
    )
    return session.scalar(query.limit(1)) is not None
