"""Accounts and roles in a database, for the tests of who may do what."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from safeguard.core.audit import Actor
from safeguard.core.staff_rights import Role
from safeguard.core.staff_roles import Grant
from safeguard.store import contacts, grants, staff
from safeguard.store.audit_search import Told, WantedRows, search
from safeguard.store.contacts import Place, Way
from safeguard.store.grants import Given
from safeguard.store.outbox import STAFF
from safeguard.store.session import Store
from safeguard.store.tables.notices import OutboxRow
from tests.safeguard.samples import NOW

LATER = NOW + timedelta(hours=1)


def account(store: Store, name: str, *roles: str) -> int:
    """Someone on the staff, with roles that are given outright."""
    columns = {
        "email": f"{name}@school.example",
        "name": name,
        "password": "a hash",
        "active": True,
        "fs_uniquifier": name,
        "roles": roles,
        "created_at": NOW,
    }
    return staff.create(store, columns).id


def by(staff_id: int | None, at: datetime = NOW) -> Actor:
    return Actor("command:root" if staff_id is None else f"staff:{staff_id}", at)


def give(
    store: Store, to: int, role: str, giver: int | None = None, why: str = "Needed.", **more: Any
) -> Given:
    wanted = Grant(Role(role), 1, NOW, more.get("until"), frozenset(more.get("groups", ())))
    return grants.give(store, to, wanted, why, giver, by(giver))


def confirm(store: Store, given: Given, confirmer: int) -> Given:
    return grants.confirm(store, given.id, confirmer, by(confirmer))


def contact(store: Store) -> int:
    return contacts.add(store, "Lee", Way.EMAIL, Place("l@school.example"), "staff:1", NOW)


def told(store: Store) -> list[str]:
    """What was put into the outbox about roles, in order."""
    with store.reading() as session:
        query = select(OutboxRow.about).where(OutboxRow.kind == STAFF, OutboxRow.urgent)
        return list(session.scalars(query.order_by(OutboxRow.id)))


def audited(store: Store, about_kind: str) -> list[Told]:
    """The audit's rows about roles or glass, the oldest first."""
    rows = search(store, WantedRows(about_kind=about_kind)).rows
    return sorted((one for one in rows if one.about_kind == about_kind), key=lambda one: one.row)
