"""Accounts, and the one-time links."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from safeguard.core.audit import Actor
from safeguard.store import grants, staff
from safeguard.store.grants import RoleError
from safeguard.store.session import Store
from safeguard.store.staff import TOKEN_LASTS, EmailTakenError, Staff
from safeguard.store.tables.people import SetupTokenRow
from tests.safeguard.samples import NOW

RANDOM = bytes(range(32))
CLOSING = Actor("staff:1", NOW)


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
    staff.save(any_store, made.id, {"email": "New@School.example"})
    staff.save(any_store, made.id, {})
    found = staff.by_id(any_store, made.id)
    assert found is not None
    assert (found.tf_totp_secret, found.mf_recovery_codes) == ("x", ["1", "2"])
    assert (found.current_login_at, found.login_count) == (NOW, 3)
    assert (found.roles, found.email) == (("lead",), "new@school.example")
    assert (found.name, found.password) == (made.name, made.password)


def test_a_column_that_is_none_is_refused(any_store: Store) -> None:
    made = account(any_store)
    for columns in ({"id": 7}, {"is_admin": True}):
        with pytest.raises(ValueError, match="no column"):
            staff.save(any_store, made.id, columns)


def test_roles_are_not_saved_but_given(any_store: Store) -> None:
    with pytest.raises(ValueError, match="given and ended"):
        staff.save(any_store, account(any_store).id, {"roles": ("lead",)})


def test_a_closed_account_keeps_its_name_and_loses_its_sessions_and_roles(
    any_store: Store,
) -> None:
    made, other = account(any_store), account(any_store, "other@school.example")
    for _ in range(2):
        staff.close(any_store, made.id, "They have left.", other.id, CLOSING)
    found = staff.by_id(any_store, made.id)
    assert found is not None
    assert (found.active, found.name, found.roles) == (False, made.name, ())
    assert found.fs_uniquifier != made.fs_uniquifier
    assert grants.of(any_store, made.id) == ()
    assert [one.staff for one in grants.listed(any_store, NOW)] == [other.id]
    staff.close(any_store, 99, "Nobody.", None, CLOSING)


def test_the_last_leads_account_is_not_closed(any_store: Store) -> None:
    made = account(any_store)
    with pytest.raises(RoleError, match="the last lead"):
        staff.close(any_store, made.id, "They have left.", None, CLOSING)
    assert staff.by_id(any_store, made.id) == made


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


def reset_of(store: Store, made: Staff, random_bytes: bytes = RANDOM) -> str:
    return staff.new_reset_token(store, made.id, NOW, random_bytes)


def test_a_new_password_is_chosen_once_and_ends_the_sessions(any_store: Store) -> None:
    made, other = account(any_store), account(any_store, "other@school.example")
    token = reset_of(any_store, made)
    assert staff.of_reset_token(any_store, token, NOW) == made
    assert staff.use_reset_token(any_store, token, NOW, "new hash", "new mark")
    changed = replace(made, password="new hash", fs_uniquifier="new mark")
    assert staff.by_id(any_store, made.id) == changed
    assert staff.by_id(any_store, other.id) == other
    assert staff.of_reset_token(any_store, token, NOW) is None
    assert not staff.use_reset_token(any_store, token, NOW, "newer", "newer")
    assert staff.by_id(any_store, made.id) == changed


def test_a_link_to_a_new_password_ends_by_itself(any_store: Store) -> None:
    made = account(any_store)
    token, end = reset_of(any_store, made), NOW + TOKEN_LASTS
    assert staff.of_reset_token(any_store, token, end - timedelta(seconds=1)) == made
    assert staff.of_reset_token(any_store, token, end) is None
    assert not staff.use_reset_token(any_store, token, end, "new", "new")
    assert staff.by_id(any_store, made.id) == made


def test_a_new_link_ends_only_that_persons_one_before(any_store: Store) -> None:
    made, other = (
        account(any_store, roles=["technician"]),
        account(any_store, "other@school.example", roles=["technician"]),
    )
    setup = staff.new_setup_token(any_store, NOW, b"setup")
    theirs, old = reset_of(any_store, other, b"other"), reset_of(any_store, made, b"old")
    new = reset_of(any_store, made, b"new")
    assert staff.of_reset_token(any_store, old, NOW) is None
    assert staff.of_reset_token(any_store, new, NOW) == made
    assert staff.of_reset_token(any_store, theirs, NOW) == other
    assert staff.is_setup_token(any_store, setup, NOW)


def test_a_link_opens_its_own_page_only(any_store: Store) -> None:
    made = account(any_store, roles=["technician"])
    setup, reset = staff.new_setup_token(any_store, NOW, b"setup"), reset_of(any_store, made)
    assert not staff.is_setup_token(any_store, reset, NOW)
    assert not staff.use_setup_token(any_store, reset, NOW)
    assert staff.of_reset_token(any_store, setup, NOW) is None
    assert not staff.use_reset_token(any_store, setup, NOW, "new", "new")
    assert staff.is_setup_token(any_store, setup, NOW)
    assert staff.of_reset_token(any_store, reset, NOW) == made


def test_a_link_ends_with_its_account(any_store: Store) -> None:
    closed, gone = account(any_store), account(any_store, "gone@school.example")
    tokens = [reset_of(any_store, closed, b"closed"), reset_of(any_store, gone, b"gone")]
    staff.save(any_store, closed.id, {"active": False})
    account(any_store, "stays@school.example")
    staff.close(any_store, gone.id, "They have left.", None, CLOSING)
    for token in tokens:
        assert staff.of_reset_token(any_store, token, NOW) is None
        assert not staff.use_reset_token(any_store, token, NOW, "new", "new")
    assert {one.password for one in staff.all_staff(any_store)} == {closed.password}


@pytest.mark.parametrize("token", ["", "0" * 64, "%", "\x00"])
def test_a_guess_chooses_no_password(any_store: Store, token: str) -> None:
    reset_of(any_store, account(any_store))
    assert staff.of_reset_token(any_store, token, NOW) is None
    assert not staff.use_reset_token(any_store, token, NOW, "new", "new")
