"""Staff who may sign in, and the one-time links: the first accounts, and a new password."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import Role
from safeguard.store import audit, grants
from safeguard.store.session import Store
from safeguard.store.tables.people import SetupTokenRow, StaffRow

TOKEN_LASTS = timedelta(hours=24)
SHOWN = frozenset({"email", "name", "active"})
SIGNING_IN = frozenset(
    {"last_login_at", "current_login_at", "last_login_ip", "current_login_ip", "login_count"}
)


@dataclass(frozen=True, slots=True)
class Staff:
    """An account. `password` is a hash."""

    id: int
    email: str
    name: str
    password: str
    active: bool
    fs_uniquifier: str
    roles: tuple[str, ...]
    created_at: datetime
    last_login_at: datetime | None = None
    current_login_at: datetime | None = None
    last_login_ip: str | None = None
    current_login_ip: str | None = None
    login_count: int | None = None
    tf_primary_method: str | None = None
    tf_totp_secret: str | None = None
    mf_recovery_codes: list[str] | None = None


FIELDS = frozenset(field.name for field in fields(Staff)) - {"id"}


class EmailTakenError(Exception):
    """An account with this e-mail address exists."""


def has_staff(store: Store) -> bool:
    with store.reading() as session:
        return session.scalar(select(StaffRow.id).limit(1)) is not None


def all_staff(store: Store) -> list[Staff]:
    with store.reading() as session:
        return [_staff(row) for row in session.scalars(select(StaffRow).order_by(StaffRow.name))]


def by_id(store: Store, staff_id: int) -> Staff | None:
    return _one(store, StaffRow.id == staff_id)


def by_email(store: Store, email: str) -> Staff | None:
    return _one(store, StaffRow.email == email.strip().lower())


def by_uniquifier(store: Store, fs_uniquifier: str) -> Staff | None:
    return _one(store, StaffRow.fs_uniquifier == fs_uniquifier)


def create(store: Store, columns: Mapping[str, Any], actor: Actor | None = None) -> Staff:
    """Make an account of these columns (names of Staff's fields, without the id).

    `roles` are given outright, which is for the first accounts alone: see grants.give.
    """
    changes = _checked(columns)
    with store.writing() as session:
        taken = session.scalar(select(StaffRow.id).where(StaffRow.email == changes["email"]))
        if taken is not None:
            raise EmailTakenError("there is an account with this e-mail address already")
        row = StaffRow(school_id=SCHOOL, **changes)
        session.add(row)
        session.flush()
        grants.put_first(session, row.id, changes["roles"], changes["created_at"])
        after = {"email": row.email, "name": row.name, "roles": list(row.roles)}
        told: dict[str, object] = {"after": after}
        if Role.LEAD in row.roles:
            told["unconfirmed"] = grants.FIRST
        audit.record_by(session, actor, "added", "account", str(row.id), told)
        return _staff(row)


def save(
    store: Store, staff_id: int, changes: Mapping[str, Any], actor: Actor | None = None
) -> None:
    """Change some columns of an account. Roles are none of them: see grants."""
    if "roles" in changes:
        raise ValueError("roles are given and ended, not saved")
    values = _checked(changes)
    if not values:
        return
    with store.writing() as session:
        was = session.scalar(select(StaffRow).where(StaffRow.id == staff_id))
        if was is None:
            return
        signed_in = values.keys() <= SIGNING_IN
        told = {} if signed_in else _told(was, values)
        session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(**values))
        what = "signed in" if signed_in else "changed"
        audit.record_by(session, actor, what, "account", str(staff_id), told)


def _told(was: StaffRow, values: Mapping[str, Any]) -> dict[str, object]:
    """What is changed as the audit tells of it: of secrets, only that they are."""
    seen = sorted(values.keys() & SHOWN)
    return {
        "changed": sorted(values),
        "before": {name: getattr(was, name) for name in seen},
        "after": {name: values[name] for name in seen},
    }


def close(store: Store, staff_id: int, why: str, by: int | None, actor: Actor) -> None:
    """Close an account: it signs in no more, its roles and sessions end, what it did keeps its name.

    RoleError where it is the last lead's. `by`: the account that closes it; None: a command.
    """
    with store.writing() as session:
        row = session.get(StaffRow, staff_id)
        if row is None or not row.active:
            return
        grants.end_all(session, staff_id, by, actor, why)
        row.active, row.fs_uniquifier = False, f"closed-{staff_id}-{actor.at.isoformat()}"
        session.flush()
        told = {"before": {"active": True}, "after": {"active": False}, "why": why}
        audit.record_by(session, actor, "closed", "account", str(staff_id), told)


def names(store: Store) -> dict[int, str]:
    """Return the names of all staff by id."""
    with store.reading() as session:
        return {row.id: row.name for row in session.execute(select(StaffRow.id, StaffRow.name))}


def new_setup_token(
    store: Store, now: datetime, random_bytes: bytes, actor: Actor | None = None
) -> str:
    """Return a token for the set-up link. Older ones open nothing from now on."""
    return _new_token(store, None, now, random_bytes, actor)


def is_setup_token(store: Store, token: str, now: datetime) -> bool:
    """Say whether the token would open the set-up page, without using it."""
    query = select(SetupTokenRow.hash).where(*_sets_up(token, now))
    with store.reading() as session:
        return session.scalar(query) is not None


def use_setup_token(store: Store, token: str, now: datetime) -> bool:
    """Use the token up; False where it was used, is too old or is none of ours."""
    use = update(SetupTokenRow).where(*_sets_up(token, now)).values(used_at=now)
    with store.writing() as session:
        return session.scalar(use.returning(SetupTokenRow.hash)) is not None


def new_reset_token(
    store: Store, staff_id: int, now: datetime, random_bytes: bytes, actor: Actor | None = None
) -> str:
    """Return a token for a link to choose a new password. Their older ones end."""
    return _new_token(store, staff_id, now, random_bytes, actor)


def of_reset_token(store: Store, token: str, now: datetime) -> Staff | None:
    """Return the open account whose new password the token lets choose, without using it."""
    query = (
        select(StaffRow)
        .join(SetupTokenRow, SetupTokenRow.staff_id == StaffRow.id)
        .where(*_resets(token, now))
    )
    with store.reading() as session:
        row = session.scalar(query)
        return None if row is None else _staff(row)


def use_reset_token(
    store: Store, token: str, now: datetime, password: str, fs_uniquifier: str
) -> bool:
    """Give the token's owner this password (a hash), end their sessions, use the token up.

    All three or, where the token opens nothing, none: False.
    """
    use = update(SetupTokenRow).where(*_resets(token, now)).values(used_at=now)
    change = update(StaffRow).values(password=password, fs_uniquifier=fs_uniquifier)
    with store.writing() as session:
        staff_id = session.scalar(use.returning(SetupTokenRow.staff_id))
        if staff_id is None:
            return False
        session.execute(change.where(StaffRow.id == staff_id))
        who, about = f"staff:{staff_id}", str(staff_id)
        audit.record(session, now, who, "chose new password by link", "account", about)
        return True


def _new_token(
    store: Store,
    staff_id: int | None,
    now: datetime,
    random_bytes: bytes,
    actor: Actor | None,
) -> str:
    token = random_bytes.hex()
    same = SetupTokenRow.staff_id.is_not_distinct_from(staff_id)
    with store.writing() as session:
        session.execute(delete(SetupTokenRow).where(SetupTokenRow.used_at.is_(None), same))
        session.add(
            SetupTokenRow(
                hash=_hash(token), school_id=SCHOOL, staff_id=staff_id, expires=now + TOKEN_LASTS
            )
        )
        about = "" if staff_id is None else str(staff_id)
        audit.record_by(session, actor, "made sign-in link", "account", about)
    return token


def _sets_up(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The link makes a lead whom nobody confirms, so it opens nothing once there has been one."""
    return (*_usable(token, now), SetupTokenRow.staff_id.is_(None), ~grants.has_had_lead())


def _resets(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    open_accounts = select(StaffRow.id).where(StaffRow.active)
    return (*_usable(token, now), SetupTokenRow.staff_id.in_(open_accounts))


def _usable(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SetupTokenRow.hash == _hash(token),
        SetupTokenRow.used_at.is_(None),
        SetupTokenRow.expires > now,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _checked(columns: Mapping[str, Any]) -> dict[str, Any]:
    unknown = columns.keys() - FIELDS
    if unknown:
        raise ValueError(f"staff have no column {', '.join(sorted(unknown))}")
    values = dict(columns)
    if "email" in values:
        values["email"] = values["email"].strip().lower()
    if "roles" in values:
        values["roles"] = tuple(values["roles"])
    return values


def _one(store: Store, which: ColumnElement[bool]) -> Staff | None:
    with store.reading() as session:
        row = session.scalar(select(StaffRow).where(which))
        return None if row is None else _staff(row)


def _staff(row: StaffRow) -> Staff:
    return Staff(id=row.id, **{name: getattr(row, name) for name in FIELDS})
