"""What the tables of notices promise the rest."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables.notices import ContactRow, DeliveryRow, OutboxRow
from tests.safeguard.samples import NOW


def message(**changes: object) -> OutboxRow:
    columns: dict[str, object] = {
        "school_id": 1, "key": "concern:x:0:lead", "kind": "concern", "about": "x",
        "channel": "email", "urgent": True, "made_at": NOW, "due_at": NOW,
    }  # fmt: skip
    return OutboxRow(**columns | changes)


def test_a_message_is_put_out_once(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(message())
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(message())


def test_a_message_waits_until_it_is_sent(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(message())
    with any_store.reading() as session:
        row = session.scalars(select(OutboxRow)).one()
        assert (row.state, row.attempts, row.step, row.said) == ("waiting", 0, 0, "")


def test_what_was_sent_is_known_when_its_contact_is_gone(any_store: Store) -> None:
    with any_store.writing() as session:
        contact = ContactRow(
            school_id=1, name="Ms Lead", channel="email", address=b"sealed", active=True
        )
        session.add(contact)
        session.flush()
        sent = message(contact_id=contact.id)
        session.add(sent)
        session.flush()
        session.add(DeliveryRow(outbox_id=sent.id, at=NOW, accepted=True, said="250", took_ms=9))
        session.delete(contact)
    with any_store.reading() as session:
        assert session.scalars(select(OutboxRow.contact_id)).one() is None
        assert session.scalars(select(DeliveryRow.said)).all() == ["250"]
