"""Signing in and out, as Flask-Security does it over our store."""

from admin_web.accounts import StaffDatastore
from safeguard.store import staff
from tests.admin_web.school import PRIYA, School, Visitor

EMAIL, PASSWORD, _ = PRIYA


def test_an_inactive_account_cannot_sign_in_and_loses_its_session(school: School) -> None:
    priya = school.as_(PRIYA)
    account = staff.by_email(school.store, EMAIL)
    assert account is not None
    staff.save(school.store, account.id, {"active": False})
    assert priya.get("/events").status_code == 302
    assert school.visitor().sign_in(EMAIL, PASSWORD).status_code == 200


def test_signing_out_ends_the_session(priya: Visitor) -> None:
    assert priya.send("/logout", {}, page="/events").status_code == 302
    assert priya.get("/events").location.startswith("/login")


def test_the_store_remembers_the_sign_ins(school: School) -> None:
    school.as_(PRIYA)
    account = staff.by_email(school.store, EMAIL)
    assert account is not None
    assert account.login_count == 1
    assert account.roles == ("lead",)


def test_a_sign_in_under_way_does_not_bring_back_what_was_changed_meanwhile(school: School) -> None:
    datastore = StaffDatastore(school.store, school.clock)
    found = datastore.find_user(email=EMAIL)
    assert found is not None
    staff.save(school.store, found.id, {"password": "new hash", "fs_uniquifier": "new mark"})
    for number in (1, 2):
        found.login_count = number
        datastore.put(found)
    account = staff.by_id(school.store, found.id)
    assert account is not None
    assert (account.password, account.fs_uniquifier) == ("new hash", "new mark")
    assert account.login_count == 2


def test_a_list_that_was_changed_in_place_is_saved(school: School) -> None:
    datastore = StaffDatastore(school.store, school.clock)
    found = datastore.find_user(email=EMAIL)
    assert found is not None
    found.mf_recovery_codes = ["one", "two"]
    datastore.put(found)
    found.mf_recovery_codes.remove("one")
    datastore.put(found)
    account = staff.by_id(school.store, found.id)
    assert account is not None
    assert account.mf_recovery_codes == ["two"]


def test_passwords_are_kept_as_argon2(school: School) -> None:
    assert all(one.password.startswith("$argon2id$") for one in staff.all_staff(school.store))


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(school: School) -> None:
    cookies = school.visitor().sign_in(EMAIL, PASSWORD).headers.getlist("Set-Cookie")
    cookie = next(one for one in cookies if one.startswith("staff="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain http: this machine only
