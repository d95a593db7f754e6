"""What the tables of sessions promise the rest."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from safeguard.core.identifying import Claim, Method
from safeguard.store import sessions
from safeguard.store.session import Store
from safeguard.store.tables.sessions import IdentitySessionRow

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CLAIM = Claim("10.0.0.5", Method.RADIUS, NOON, NOON + timedelta(hours=1), "ada")
COLUMNS = (
    "school_id", "source", "key", "address", "mac", "method", "person", "device", "group", "room",
    "shared", "since", "last_seen", "doubted", "until", "change",
)  # fmt: skip


def test_of_one_key_one_session_goes_on_however_many_have_ended(any_store: Store) -> None:
    for _ in range(2):
        sessions.put(any_store, CLAIM, "radius", "s1", NOON)
        sessions.end(any_store, "radius", "s1", NOON)
    sessions.put(any_store, CLAIM, "radius", "s1", NOON)
    with any_store.reading() as session:
        there = session.get_one(IdentitySessionRow, 3)
        second = IdentitySessionRow(**{name: getattr(there, name) for name in COLUMNS})
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(second)
