"""Word of roles to all who are told of concerns."""

import pytest

from safeguard.store import contacts
from safeguard.store.session import Store
from safeguard.store.staff_news import tell
from tests.safeguard.samples import NOW
from tests.safeguard.store.staff_samples import contact, told


def test_every_contact_that_is_in_use_is_told_once(any_store: Store) -> None:
    first, _second, off = (contact(any_store) for _ in range(3))
    contacts.set_active(any_store, off, "staff:1", NOW, active=False)
    for _ in range(2):
        with any_store.writing() as session:
            tell(session, "glass", 7, NOW)
    assert told(any_store) == ["glass:7", "glass:7"]
    assert first


def test_without_a_contact_nobody_was_told(any_store: Store) -> None:
    with any_store.writing() as session:
        assert tell(session, "glass", 7, NOW) is None


def undone(store: Store) -> None:
    with store.writing() as session:
        assert tell(session, "glass", 7, NOW) == NOW
        raise InterruptedError


def test_what_is_undone_tells_nobody(any_store: Store) -> None:
    contact(any_store)
    with pytest.raises(InterruptedError):
        undone(any_store)
    assert told(any_store) == []
