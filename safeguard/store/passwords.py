"""Passwords that the school gave people for the sign-in page: salted hashes, never the password."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.store import audit
from safeguard.store.session import Store
from safeguard.store.tables.people import PersonRow
from safeguard.store.tables.sessions import PersonPasswordRow


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person's password."""

    person: str
    salt: bytes
    hash: bytes


def of_login(store: Store, login: str) -> Kept | None:
    """Return what is kept for a login; None where nobody has it, or several have."""
    query = (
        select(PersonPasswordRow)
        .join(PersonRow, PersonRow.id == PersonPasswordRow.person_id)
        .where(PersonRow.login == login, PersonRow.left_at.is_(None), PersonRow.login != "")
        .limit(2)
    )
    with store.reading() as session:
        rows = session.scalars(query).all()
        if len(rows) != 1:
            return None
        return Kept(rows[0].person_id, rows[0].salt, rows[0].hash)


def put(store: Store, kept: Kept, now: datetime, actor: Actor | None = None) -> None:
    """Set a person's password, or replace it."""
    with store.writing() as session:
        before = session.get(PersonPasswordRow, kept.person)
        row = PersonPasswordRow(
            person_id=kept.person,
            school_id=SCHOOL,
            salt=kept.salt,
            hash=kept.hash,
            changed_at=now,
        )
        session.merge(row)
        what = "changed" if before else "added"
        audit.record_by(session, actor, what, "sign-in password", kept.person)


def remove(store: Store, person: str, actor: Actor | None = None) -> bool:
    """Take a person's password away; say whether there was one."""
    query = delete(PersonPasswordRow).where(PersonPasswordRow.person_id == person)
    with store.writing() as session:
        there = session.scalar(query.returning(PersonPasswordRow.person_id)) is not None
        if there:
            audit.record_by(session, actor, "removed", "sign-in password", person)
    return there
