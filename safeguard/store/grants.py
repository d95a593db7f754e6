"""Roles of staff: given, confirmed by another, ended. Each change is audited with its reason.

A role that sees safeguarding content waits until the head or a lead confirms it, who is neither
its holder nor who proposed it; all contacts are told of it. The one exception is the very first
lead of a school: there is nobody yet who could confirm. The last lead cannot be ended, so that
someone can always manage accounts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import CONFIRMED, TITLES, Deed, Role
from safeguard.core.staff_roles import Grant, Refused, may, problem_with
from safeguard.store import audit
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store
from safeguard.store.staff_news import tell
from safeguard.store.tables.people import StaffRow
from safeguard.store.tables.roles import BreakGlassRow, GrantRow

CONFIRMERS = (Role.LEAD.value, Role.HEAD.value)
FIRST_ACCOUNTS = "One of the first accounts of the school."
FIRST = "The first lead of a school: there is nobody yet who could confirm."


class RoleError(Exception):
    """A role cannot be given, confirmed or ended so; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Given:
    """A role as it stands in the record."""

    id: int
    staff: int
    grant: Grant
    why: str
    granted_by: int | None
    confirmed_by: int | None
    told_at: datetime | None

    @property
    def waits(self) -> bool:
        return not self.grant.confirmed and self.grant.ended is None


def of(store: Store, staff_id: int) -> tuple[Grant, ...]:
    """Return every grant of an account that has not been ended, a broken glass included."""
    with store.reading() as session:
        return held(session, staff_id)


def held(session: Session, staff_id: int) -> tuple[Grant, ...]:
    """Return the same in the caller's transaction; a closed account holds nothing."""
    live = select(GrantRow).where(
        GrantRow.staff_id == staff_id, GrantRow.ended_at.is_(None), _is_open(GrantRow.staff_id)
    )
    broken = select(BreakGlassRow).where(
        BreakGlassRow.staff_id == staff_id,
        BreakGlassRow.ended_at.is_(None),
        _is_open(BreakGlassRow.staff_id),
    )
    return (
        *(grant_of(row) for row in session.scalars(live)),
        *(
            Grant(Role.GLASS, row.school_id, row.since, row.until)
            for row in session.scalars(broken.order_by(BreakGlassRow.id.desc()).limit(1))
        ),
    )


def listed(store: Store, now: datetime, staff_id: int | None = None) -> list[Given]:
    """Return the roles that are in force, wait, or are still to begin: the oldest first."""
    query = select(GrantRow).where(
        GrantRow.ended_at.is_(None), or_(GrantRow.until.is_(None), GrantRow.until > now)
    )
    if staff_id is not None:
        query = query.where(GrantRow.staff_id == staff_id)
    with store.reading() as session:
        return [_given(row) for row in session.scalars(query.order_by(GrantRow.id))]


def give(store: Store, staff_id: int, new: Grant, why: str, by: int | None, actor: Actor) -> Given:
    """Give a role, or propose it where it must be confirmed. `by`: the account; None: a command."""
    reason = why.strip()
    if not reason:
        raise RoleError("Say why: the reason stands in the record.")
    with store.writing() as session:
        one_at_a_time(session, Lock.STAFF)
        if (
            session.scalar(select(StaffRow.id).where(StaffRow.id == staff_id, StaffRow.active))
            is None
        ):
            raise RoleError("This account is closed, or there is none.")
        if problem := problem_with(new, held(session, staff_id), actor.at):
            raise RoleError(problem)
        first = new.role is Role.LEAD and not session.scalar(select(has_had_lead()))
        waits = new.role in CONFIRMED and not first
        row = GrantRow(
            school_id=new.school or SCHOOL,
            staff_id=staff_id,
            role=new.role.value,
            every_school=new.school is None,
            groups=tuple(sorted(new.groups)),
            why=reason,
            since=new.since,
            until=new.until,
            granted_by=by,
            confirmed_at=None if waits else actor.at,
        )
        session.add(row)
        session.flush()
        if new.role in CONFIRMED:
            row.told_at = tell(session, "proposed" if waits else "given", row.id, actor.at)
        _write_words(session, staff_id)
        told = {"after": _told(row), "why": reason, "waits": waits}
        exception = {"unconfirmed": FIRST} if first else {}
        what = "proposed" if waits else "gave"
        audit.record_by(session, actor, what, "role", str(row.id), told | exception)
        return _given(row)


def confirm(store: Store, grant_id: int, by: int, actor: Actor) -> Given:
    """Confirm a role that waits. `by` is the head or a lead, not the holder, not who proposed it."""
    with store.writing() as session:
        one_at_a_time(session, Lock.STAFF)
        row = _row(session, grant_id)
        if row.confirmed_at is not None:
            raise RoleError("This role waits for nobody: it is in force.")
        if by in {row.staff_id, row.granted_by}:
            raise RoleError(
                "Another account must confirm it: neither the one that holds it nor the one "
                "that proposed it."
            )
        _demand(session, by, Deed.CONFIRM_ROLES, actor.at)
        row.confirmed_by, row.confirmed_at = by, actor.at
        session.flush()
        row.told_at = tell(session, "given", row.id, actor.at) or row.told_at
        _write_words(session, row.staff_id)
        told = {"after": _told(row), "why": row.why}
        audit.record_by(session, actor, "confirmed", "role", str(row.id), told)
        return _given(row)


def end(store: Store, grant_id: int, why: str, by: int | None, actor: Actor) -> None:
    """End a role at once, or refuse one that waits. `by`: the account; None: a command."""
    reason = why.strip()
    if not reason:
        raise RoleError("Say why: the reason stands in the record.")
    with store.writing() as session:
        one_at_a_time(session, Lock.STAFF)
        row = _row(session, grant_id)
        _end(session, [row], by, actor, reason)


def end_all(session: Session, staff_id: int, by: int | None, actor: Actor, why: str) -> None:
    """End every role of an account, in the transaction that closes it."""
    one_at_a_time(session, Lock.STAFF)
    live = select(GrantRow).where(GrantRow.staff_id == staff_id, GrantRow.ended_at.is_(None))
    _end(session, session.scalars(live).all(), by, actor, why)


def put_first(session: Session, staff_id: int, roles: Iterable[str], at: datetime) -> None:
    """Give the first accounts of a school their roles: nobody is there to propose or confirm."""
    for role in roles:
        session.add(
            GrantRow(
                school_id=SCHOOL, staff_id=staff_id, role=Role(role).value, groups=(), why=FIRST_ACCOUNTS,
                since=at, confirmed_at=at,
            )
        )  # fmt: skip
    session.flush()


def grant_of(row: GrantRow) -> Grant:
    return Grant(
        Role(row.role),
        None if row.every_school else row.school_id,
        row.since,
        row.until,
        frozenset(row.groups),
        row.confirmed_at is not None,
        row.ended_at,
    )


def _end(
    session: Session, rows: Sequence[GrantRow], by: int | None, actor: Actor, why: str
) -> None:
    if by is not None and any(row.role in CONFIRMED and row.confirmed_at for row in rows):
        _demand(session, by, Deed.CONFIRM_ROLES, actor.at)
    for row in rows:
        row.ended_at, row.ended_by = actor.at, by
        session.flush()
        if row.role == Role.LEAD and row.confirmed_at is not None and not _has_lead(session):
            raise RoleError(
                "This is the last lead of the school: give someone else the role first."
            )
        if row.role in CONFIRMED:
            row.told_at = tell(session, "ended", row.id, actor.at) or row.told_at
        _write_words(session, row.staff_id)
    for row in rows:
        told = {"before": _told(row), "why": why}
        audit.record_by(session, actor, "ended", "role", str(row.id), told)


def _demand(session: Session, by: int, deed: Deed, now: datetime) -> None:
    answer = may(held(session, by), deed, None, now)
    if isinstance(answer, Refused):
        raise RoleError(answer.says)


def _row(session: Session, grant_id: int) -> GrantRow:
    row = session.get(GrantRow, grant_id)
    if row is None or row.ended_at is not None:
        raise RoleError("There is no such role any more.")
    return row


def _has_lead(session: Session) -> bool:
    """Say whether a lead without an end is there, whose account is open."""
    query = select(GrantRow.id).where(
        GrantRow.role == Role.LEAD.value,
        GrantRow.confirmed_at.is_not(None),
        GrantRow.ended_at.is_(None),
        GrantRow.until.is_(None),
        _is_open(GrantRow.staff_id),
    )
    return session.scalar(query.limit(1)) is not None


def has_had_lead() -> ColumnElement[bool]:
    """Say whether anyone who could confirm ever was, so that emptying the school opens nothing."""
    query = select(GrantRow.id).where(
        GrantRow.role.in_(CONFIRMERS), GrantRow.confirmed_at.is_not(None)
    )
    return query.exists()


def _is_open(column: object) -> ColumnElement[bool]:
    return select(StaffRow.id).where(StaffRow.id == column, StaffRow.active).exists()


def _write_words(session: Session, staff_id: int) -> None:
    """Keep the words of an account's roles for nodes that know no grants: those without an end."""
    session.flush()
    query = select(GrantRow.role).where(
        GrantRow.staff_id == staff_id,
        GrantRow.ended_at.is_(None),
        GrantRow.until.is_(None),
        GrantRow.confirmed_at.is_not(None),
    )
    words = tuple(sorted(set(session.scalars(query))))
    session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(roles=words))


def _given(row: GrantRow) -> Given:
    return Given(
        row.id, row.staff_id, grant_of(row), row.why, row.granted_by, row.confirmed_by, row.told_at
    )


def _told(row: GrantRow) -> dict[str, object]:
    return {
        "account": row.staff_id,
        "role": TITLES[Role(row.role)],
        "groups": list(row.groups),
        "every school": row.every_school,
        "until": row.until.isoformat() if row.until else "",
    }
