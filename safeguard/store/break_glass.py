"""Breaking the glass: a technician sees safeguarding content for a while, and all are told.

For a pupil in danger when no lead can be reached. It needs a reason, ends by itself and by
hand, and every page that is opened under it stands in the audit chain.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import Deed
from safeguard.core.staff_roles import (
    GLASS_LASTS_AT_LEAST,
    GLASS_LASTS_AT_MOST,
    MINUTE,
    Refused,
    may,
)
from safeguard.store import audit
from safeguard.store.grants import RoleError, held
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store
from safeguard.store.staff_news import tell
from safeguard.store.tables.roles import BreakGlassRow

SHORTEST_WHY = 10


@dataclass(frozen=True, slots=True)
class Broken:
    """A spell of broken glass. `told_at`: None where there was no contact to tell."""

    id: int
    staff: int
    since: datetime
    until: datetime
    told_at: datetime | None
    ended_at: datetime | None


def start(store: Store, staff_id: int, why: str, lasts: timedelta, actor: Actor) -> Broken:
    """Break the glass for an account; RoleError says why it cannot be."""
    reason = why.strip()
    if len(reason) < SHORTEST_WHY:
        raise RoleError("Say what happened, and why no lead can look: the leads will read it.")
    if not GLASS_LASTS_AT_LEAST <= lasts <= GLASS_LASTS_AT_MOST:
        least, most = GLASS_LASTS_AT_LEAST // MINUTE, GLASS_LASTS_AT_MOST // MINUTE
        raise RoleError(f"It lasts from {least} to {most} minutes.")
    with store.writing() as session:
        one_at_a_time(session, Lock.STAFF)
        answer = may(held(session, staff_id), Deed.BREAK_GLASS, None, actor.at)
        if isinstance(answer, Refused):
            raise RoleError(answer.says)
        if _live(session, actor.at, staff_id):
            raise RoleError("The glass is broken already: end that first.")
        row = BreakGlassRow(
            school_id=SCHOOL, staff_id=staff_id, since=actor.at, until=actor.at + lasts
        )
        session.add(row)
        session.flush()
        row.told_at = tell(session, "glass", row.id, actor.at)
        told = {
            "why": reason,
            "account": staff_id,
            "until": row.until.isoformat(),
            "told": row.told_at is not None,
        }
        audit.record_by(session, actor, "broke", "glass", str(row.id), told)
        return _broken(row)


def end(store: Store, glass_id: int, by: int | None, actor: Actor) -> bool:
    """End a spell before its time; False where it is over. `by`: the account; None: a command."""
    with store.writing() as session:
        row = session.get(BreakGlassRow, glass_id)
        if row is None or row.ended_at is not None or row.until <= actor.at:
            return False
        row.ended_at, row.ended_by = actor.at, by
        session.flush()
        told = {"account": row.staff_id}
        audit.record_by(session, actor, "ended", "glass", str(row.id), told)
        return True


def live(store: Store, now: datetime, staff_id: int | None = None) -> list[Broken]:
    """Return the spells that last now, of one account or of all."""
    with store.reading() as session:
        return _live(session, now, staff_id)


def latest(store: Store, since: datetime) -> list[Broken]:
    """Return the spells that began since then, the newest first."""
    query = select(BreakGlassRow).where(BreakGlassRow.since >= since)
    with store.reading() as session:
        rows = session.scalars(query.order_by(BreakGlassRow.id.desc()).limit(100))
        return [_broken(row) for row in rows]


def _live(session: Session, now: datetime, staff_id: int | None) -> list[Broken]:
    query = select(BreakGlassRow).where(
        BreakGlassRow.since <= now, BreakGlassRow.until > now, BreakGlassRow.ended_at.is_(None)
    )
    if staff_id is not None:
        query = query.where(BreakGlassRow.staff_id == staff_id)
    return [_broken(row) for row in session.scalars(query.order_by(BreakGlassRow.id))]


def _broken(row: BreakGlassRow) -> Broken:
    return Broken(row.id, row.staff_id, row.since, row.until, row.told_at, row.ended_at)
