"""Accounts, and the one-time link."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from safeguard.core.events import SealedEvent
from safeguard.store import events, staff
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.staff import TOKEN_LASTS, EmailTakenError, Staff
from safeguard.store.tables import SetupTokenRow
from tests.safeguard.samples import NOW, stored_event

RANDOM = bytes(range(32))


def account(store: Store, email: str = "Lead@School.example ", **columns: Any) -> Staff:
    given = {
        "name": "Lee Lead",
        "password": "a hash",
        "active": True,
        "fs_uniquifier": f"of {email}",
        "roles": ["lead"],
        "created_at": NOW,
    }
    return staff.create(store, {"email": email, **given, **columns})


def test_an_account_is_found_by_each_of_its_names(any_store: Store) -> None:
    assert not staff.has_staff(any_store)
    made = account(any_store)
    assert staff.has_staff(any_store)
    assert (made.email, made.roles) == ("lead@school.example", ("lead",))
    assert staff.by_id(any_store, made.id) == made
    assert staff.by_email(any_store, " LEAD@school.example") == made
    assert staff.by_uniquifier(any_store, made.fs_uniquifier) == made
    assert staff.all_staff(any_store) == [made]
    assert staff.names(any_store) == {made.id: "Lee Lead"}


def test_nobody_is_found_by_a_name_that_is_none(any_store: Store) -> None:
    account(any_store)
    assert staff.by_id(any_store, 99) is None
    assert staff.by_email(any_store, "%@school.example") is None
    assert staff.by_uniquifier(any_store, "") is None


def test_an_address_has_one_account(any_store: Store) -> None:
    account(any_store)
    with pytest.raises(EmailTakenError):
        account(any_store, "LEAD@SCHOOL.EXAMPLE")


def test_columns_are_saved_one_by_one(any_store: Store) -> None:
    made = account(any_store)
    staff.save(any_store, made.id, {"tf_totp_secret": "x", "mf_recovery_codes": ["1", "2"]})
    staff.save(any_store, made.id, {"current_login_at": NOW, "login_count": 3})
    staff.save(any_store, made.id, {"roles": ["lead", "technician"], "email": "New@School.example"})
    staff.save(any_store, made.id, {})
    found = staff.by_id(any_store, made.id)
    assert found is not None
    assert (found.tf_totp_secret, found.mf_recovery_codes) == ("x", ["1", "2"])
    assert (found.current_login_at, found.login_count) == (NOW, 3)
    assert (found.roles, found.email) == (("lead", "technician"), "new@school.example")
    assert (found.name, found.password) == (made.name, made.password)


def test_a_column_that_is_none_is_refused(any_store: Store) -> None:
    made = account(any_store)
    for columns in ({"id": 7}, {"is_admin": True}):
        with pytest.raises(ValueError, match="no column"):
            staff.save(any_store, made.id, columns)


def test_an_account_that_reviewed_something_is_closed_rather_than_removed(any_store: Store) -> None:
    made, idle = account(any_store), account(any_store, "idle@school.example")
    event = stored_event(1)
    take_in(any_store, Batch("s", "proxy-0", 1, [SealedEvent(event, b"")]))
    events.add_review(any_store, event.id, made.id, "lesson", "", NOW)
    staff.remove(any_store, made.id)
    staff.remove(any_store, idle.id)
    (left,) = staff.all_staff(any_store)
    assert (left.id, left.active) == (made.id, False)


def test_a_link_works_once(any_store: Store) -> None:
    token = staff.new_setup_token(any_store, NOW, RANDOM)
    assert staff.is_setup_token(any_store, token, NOW)
    assert staff.use_setup_token(any_store, token, NOW)
    assert not staff.is_setup_token(any_store, token, NOW)
    assert not staff.use_setup_token(any_store, token, NOW)


def test_a_link_ends_by_itself(any_store: Store) -> None:
    token = staff.new_setup_token(any_store, NOW, RANDOM)
    assert staff.is_setup_token(any_store, token, NOW + TOKEN_LASTS - timedelta(seconds=1))
    assert not staff.is_setup_token(any_store, token, NOW + TOKEN_LASTS)
    assert not staff.use_setup_token(any_store, token, NOW + TOKEN_LASTS)


def test_a_new_link_ends_the_one_before(any_store: Store) -> None:
    old = staff.new_setup_token(any_store, NOW, RANDOM)
    new = staff.new_setup_token(any_store, NOW, RANDOM[::-1])
    assert not staff.use_setup_token(any_store, old, NOW)
    assert staff.use_setup_token(any_store, new, NOW)


@pytest.mark.parametrize("token", ["", "0" * 64, "%", "\x00"])
def test_a_guess_opens_nothing(any_store: Store, token: str) -> None:
    staff.new_setup_token(any_store, NOW, RANDOM)
    assert not staff.use_setup_token(any_store, token, NOW)


def test_the_token_itself_is_not_kept(any_store: Store) -> None:
    token = staff.new_setup_token(any_store, NOW, RANDOM)
    with any_store.reading() as session:
        assert session.scalar(select(SetupTokenRow.hash)) not in {token, RANDOM.hex()}
