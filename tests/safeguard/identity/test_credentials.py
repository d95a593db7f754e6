"""Whether a login and a password belong together."""

import secrets
from datetime import UTC, datetime

import pytest

from safeguard.identity.credentials import (
    SALT_BYTES,
    OwnPasswords,
    hashed,
)
from safeguard.logins import plain
from safeguard.settings import load
from safeguard.store import passwords, people, schema
from safeguard.store.passwords import Kept
from safeguard.store.tables.people import PersonRow

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
PASSWORD = "violet harbour nine tea"


def test_our_own_passwords_name_the_person_whose_they_are() -> None:
    store = schema.prepare(load())
    ada = people.add_person(store, "Ada Example", "primary").id
    with store.writing() as session:
        row = session.get(PersonRow, ada)
        assert row is not None
        row.login = "ada"
    salt = secrets.token_bytes(SALT_BYTES)
    passwords.put(store, Kept(ada, salt, hashed(PASSWORD, salt)), NOON)
    own = OwnPasswords(store)
    assert own.check("Ada@school.example", PASSWORD) == ada
    assert own.check("ada", PASSWORD + " ") == ""
    assert own.check("ada", "") == ""
    assert own.check("nobody", PASSWORD) == ""
    store.close()


def test_nobody_is_who_types_what_stands_for_an_unknown_login() -> None:
    store = schema.prepare(load())
    assert OwnPasswords(store).check("nobody", "nobody's salt...") == ""
    store.close()


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("ada", "ada"),
        (" Ada ", "ada"),
        (r"SCHOOL\ADA", "ada"),
        ("ada@school.example", "ada"),
        ("@school.example", "@school.example"),
        ("", ""),
    ],
)
def test_a_login_is_the_same_however_it_is_typed(typed: str, login: str) -> None:
    assert plain(typed) == login
