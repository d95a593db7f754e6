"""Signing in and out, as Flask-Security does it over our store."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest

from admin_web.access import LONGEST_SESSION_SECONDS
from safeguard.store import staff
from tests.admin_web.school import OSCAR, PRIYA, School, Visitor

EMAIL, PASSWORD, _ = PRIYA


def test_the_right_password_opens_the_site(school: School) -> None:
    visitor = school.visitor()
    answer = visitor.sign_in(EMAIL, PASSWORD)
    assert answer.location == "/"
    assert "Priya Patel" in visitor.text("/events")


def test_an_address_is_the_same_in_any_case_and_spacing(school: School) -> None:
    assert school.visitor().sign_in(f" {EMAIL.upper()} ", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong"), ("nobody@school.test", PASSWORD), ("x", "y" * 9)]
)
def test_a_refusal_never_says_which_half_was_wrong(
    school: School, email: str, password: str
) -> None:
    answer = school.visitor().sign_in(email, password)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "The e-mail address or the password is not right." in text
    assert password not in text


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


def test_guessing_is_slowed_down(school: School) -> None:
    visitor = school.visitor()
    token = visitor.token("/login")
    form = {"email": EMAIL, "password": "wrong", "csrf_token": token}
    answers = [visitor.client.post("/login", data=form).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert "Too many tries" in visitor.client.post("/login", data=form).get_data(as_text=True)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.test/", "//evil.test/", "\\\\evil.test", "/\\evil.test", "///evil"]
)
def test_signing_in_never_leads_to_another_site(school: School, elsewhere: str) -> None:
    answer = school.visitor().sign_in(EMAIL, PASSWORD, next=elsewhere)
    place = urljoin("http://localhost/login", (answer.location or "/").replace("\\", "/"))
    assert urlsplit(place).netloc == "localhost"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(school: School) -> None:
    visitor = school.visitor()
    asked = visitor.get("/events?severity=urgent").location
    answer = visitor.send(asked, {"email": EMAIL, "password": PASSWORD})
    assert answer.location == "/events?severity=urgent"


def test_a_session_ends_after_twelve_hours_however_busy(school: School, priya: Visitor) -> None:
    with priya.client.session_transaction() as session:
        session["fs_paa"] -= LONGEST_SESSION_SECONDS + 1
    assert priya.get("/events").location.startswith("/login")


def test_a_session_ends_when_nobody_uses_it(school: School) -> None:
    lifetime = school.app.config["PERMANENT_SESSION_LIFETIME"]
    assert timedelta(minutes=5) < lifetime <= timedelta(minutes=30)
    priya = school.as_(PRIYA)
    priya.text("/events")
    with priya.client.session_transaction() as session:
        assert session.permanent  # so that each answer begins the time anew


def test_a_stolen_cookie_is_worth_nothing_in_another_browser(priya: Visitor) -> None:
    answer = priya.client.get("/events", headers={"User-Agent": "another"})
    assert answer.location.startswith("/login")


def test_the_store_remembers_the_sign_ins(school: School) -> None:
    school.as_(PRIYA)
    account = staff.by_email(school.store, EMAIL)
    assert account is not None
    assert account.login_count == 1
    assert account.roles == ("lead",)


def test_passwords_are_kept_as_argon2(school: School) -> None:
    assert all(one.password.startswith("$argon2id$") for one in staff.all_staff(school.store))


def test_an_account_without_a_role_sees_nothing(school: School) -> None:
    oscar = school.as_(OSCAR)
    answer = oscar.get("/")
    assert answer.status_code == 403
    assert "/events" not in answer.get_data(as_text=True)


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(school: School) -> None:
    cookies = school.visitor().sign_in(EMAIL, PASSWORD).headers.getlist("Set-Cookie")
    cookie = next(one for one in cookies if one.startswith("staff="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain http: this machine only
