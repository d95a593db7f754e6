"""Passwords that the school gave people for the sign-in page."""

from datetime import UTC, datetime

from safeguard.core.audit import Actor
from safeguard.store import audit_search, passwords, people
from safeguard.store.passwords import Kept
from safeguard.store.session import Store
from safeguard.store.tables.people import PersonRow

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOM = Actor("command:tom", NOON)


def person(store: Store, name: str, login: str, left_at: datetime | None = None) -> str:
    found = people.add_person(store, name, "primary")
    with store.writing() as session:
        row = session.get(PersonRow, found.id)
        assert row is not None
        row.login, row.left_at = login, left_at
    return found.id


def test_a_password_is_found_by_the_login_and_replaced(any_store: Store) -> None:
    ada = person(any_store, "Ada Example", "ada")
    assert passwords.of_login(any_store, "ada") is None
    passwords.put(any_store, Kept(ada, b"one", b"first"), NOON, TOM)
    passwords.put(any_store, Kept(ada, b"two", b"second"), NOON, TOM)
    assert passwords.of_login(any_store, "ada") == Kept(ada, b"two", b"second")
    rows = audit_search.search(any_store, audit_search.WantedRows()).rows
    assert [one.what for one in rows][:2] == ["changed", "added"]


def test_one_taken_away_opens_nothing(any_store: Store) -> None:
    ada = person(any_store, "Ada Example", "ada")
    passwords.put(any_store, Kept(ada, b"salt", b"hash"), NOON)
    assert passwords.remove(any_store, ada, TOM)
    assert not passwords.remove(any_store, ada, TOM)
    assert passwords.of_login(any_store, "ada") is None


def test_who_has_left_or_shares_a_login_cannot_sign_in(any_store: Store) -> None:
    for name, login, left in (
        ("Ada Example", "ada", NOON),
        ("Ben Example", "ben", None),
        ("Ben Other", "ben", None),
        ("Cy Example", "", None),
    ):
        passwords.put(any_store, Kept(person(any_store, name, login, left), b"s", b"h"), NOON)
    assert [passwords.of_login(any_store, one) for one in ("ada", "ben", "")] == [None] * 3


def test_a_person_who_is_removed_takes_the_password_along(any_store: Store) -> None:
    ada = person(any_store, "Ada Example", "ada")
    passwords.put(any_store, Kept(ada, b"salt", b"hash"), NOON)
    people.remove_person(any_store, ada)
    assert passwords.of_login(any_store, "ada") is None
