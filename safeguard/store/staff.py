"""Staff who may sign in, and the one-time link by which the first of them is made."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from safeguard.core.events import SCHOOL
from safeguard.store.session import Store
from safeguard.store.tables import ReviewRow, SetupTokenRow, StaffRow

TOKEN_LASTS = timedelta(hours=24)


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


def create(store: Store, columns: Mapping[str, Any]) -> Staff:
    """Make an account of these columns (names of Staff's fields, without the id)."""
    changes = _checked(columns)
    with store.writing() as session:
        taken = session.scalar(select(StaffRow.id).where(StaffRow.email == changes["email"]))
        if taken is not None:
            raise EmailTakenError("there is an account with this e-mail address already")
        row = StaffRow(school_id=SCHOOL, **changes)
        session.add(row)
        session.flush()
        return _staff(row)


def save(store: Store, staff_id: int, changes: Mapping[str, Any]) -> None:
    """Change some columns of an account."""
    values = _checked(changes)
    if not values:
        return
    with store.writing() as session:
        session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(**values))


def remove(store: Store, staff_id: int) -> None:
    """Remove an account; one that has reviewed anything is closed instead, its name kept."""
    with store.writing() as session:
        reviewed = session.scalar(
            select(ReviewRow.id).where(ReviewRow.staff_id == staff_id).limit(1)
        )
        if reviewed is None:
            session.execute(delete(StaffRow).where(StaffRow.id == staff_id))
        else:
            session.execute(update(StaffRow).where(StaffRow.id == staff_id).values(active=False))


def names(store: Store) -> dict[int, str]:
    """Return the names of all staff by id."""
    with store.reading() as session:
        return {row.id: row.name for row in session.execute(select(StaffRow.id, StaffRow.name))}


def new_setup_token(store: Store, now: datetime, random_bytes: bytes) -> str:
    """Return a token for a one-time link. Older ones open nothing from now on."""
    token = random_bytes.hex()
    with store.writing() as session:
        session.execute(delete(SetupTokenRow).where(SetupTokenRow.used_at.is_(None)))
        session.add(SetupTokenRow(hash=_hash(token), school_id=SCHOOL, expires=now + TOKEN_LASTS))
    return token


def is_setup_token(store: Store, token: str, now: datetime) -> bool:
    """Say whether the token would open the set-up page, without using it."""
    with store.reading() as session:
        return session.scalar(select(SetupTokenRow.hash).where(*_usable(token, now))) is not None


def use_setup_token(store: Store, token: str, now: datetime) -> bool:
    """Use the token up; False where it was used, is too old or is none of ours."""
    with store.writing() as session:
        used = session.execute(
            update(SetupTokenRow)
            .where(*_usable(token, now))
            .values(used_at=now)
            .returning(SetupTokenRow.hash)
        ).first()
        return used is not None


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
