"""Signing in and out, as Flask-Security does it over our store."""

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


def test_passwords_are_kept_as_argon2(school: School) -> None:
    assert all(one.password.startswith("$argon2id$") for one in staff.all_staff(school.store))


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(school: School) -> None:
    cookies = school.visitor().sign_in(EMAIL, PASSWORD).headers.getlist("Set-Cookie")
    cookie = next(one for one in cookies if one.startswith("staff="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain http: this machine only
