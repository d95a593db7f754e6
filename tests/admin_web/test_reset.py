"""The one-time link to choose a new password."""

import re
import secrets
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from safeguard.store import staff
from tests.admin_web.school import NOW, PRIYA, TOM, School, Visitor

EMAIL, PASSWORD, _ = PRIYA
NEW = "another long quiet phrase"
FORM = {"password": NEW, "repeated": NEW}


@pytest.fixture
def link(school: School) -> str:
    owner = staff.by_email(school.store, EMAIL)
    assert owner is not None
    return f"/reset/{staff.new_reset_token(school.store, owner.id, NOW, secrets.token_bytes(32))}"


def shown(answer: TestResponse) -> str:
    """What an answer shows, without the random text that each answer has of its own."""
    return re.sub(r'nonce="[^"]+"', "", answer.get_data(as_text=True))


def test_the_link_sets_a_new_password_and_ends_every_session(
    school: School, priya: Visitor, tom: Visitor, link: str
) -> None:
    visitor = school.visitor()
    assert "Priya Patel" in visitor.text(link)
    assert visitor.send(link, FORM).location == "/login"
    assert "Your new password is saved" in visitor.text("/login")
    assert priya.get("/events").location.startswith("/login")
    assert tom.get("/health").status_code == 200
    assert visitor.sign_in(EMAIL, PASSWORD).status_code == 200
    assert visitor.sign_in(EMAIL, NEW).status_code == 302
    assert school.visitor().sign_in(TOM[0], TOM[1]).status_code == 302


def test_who_opens_the_link_is_not_signed_in_by_it(school: School, link: str) -> None:
    visitor = school.visitor()
    visitor.send(link, FORM)
    assert visitor.get("/events").location.startswith("/login")


def test_a_link_that_was_used_is_too_old_or_never_was_is_the_same_to_see(
    school: School, link: str
) -> None:
    visitor = school.visitor()
    unknown = visitor.get("/reset/" + "0" * 64)
    form = {**FORM, "csrf_token": visitor.token(link)}
    school.clock.now = NOW + timedelta(days=1)
    old = visitor.get(link)
    assert visitor.client.post(link, data=form).status_code == 404
    school.clock.now = NOW
    assert visitor.client.post(link, data=form).status_code == 302
    used = school.visitor().get(link)
    assert visitor.client.post(link, data=form).status_code == 404
    assert {one.status_code for one in (unknown, old, used)} == {404}
    assert len({shown(one) for one in (unknown, old, used)}) == 1


def test_a_set_up_link_opens_no_reset_and_a_reset_link_no_set_up(school: School, link: str) -> None:
    setup = staff.new_setup_token(school.store, NOW, secrets.token_bytes(32))
    visitor = school.visitor()
    assert visitor.get(f"/reset/{setup}").status_code == 404
    assert visitor.get(link.replace("/reset/", "/setup/")).status_code == 404


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"repeated": "different"}, "not the same"),
        ({"password": "", "repeated": ""}, "Choose a password."),
        ({"password": "short", "repeated": "short"}, "12 to 128"),
        ({"password": "Password1234", "repeated": "Password1234"}, "guessed early"),
    ],
)
def test_a_mistake_is_named_and_does_not_use_the_link_up(
    school: School, link: str, changed: dict[str, str], says: str
) -> None:
    visitor = school.visitor()
    text = visitor.send(link, {**FORM, **changed}).get_data(as_text=True)
    assert says in text
    assert NEW not in text
    assert school.visitor().sign_in(EMAIL, PASSWORD).status_code == 302
    assert visitor.send(link, FORM).status_code == 302


def test_of_two_who_send_the_form_one_wins(
    school: School, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link is used by someone else while this password is being hashed."""
    visitor = school.visitor()
    form = {**FORM, "csrf_token": visitor.token(link)}

    def overtaken(password: str) -> str:
        staff.use_reset_token(school.store, link.removeprefix("/reset/"), NOW, "first", "first")
        return password

    monkeypatch.setattr("admin_web.reset.hashed", overtaken)
    assert visitor.client.post(link, data=form).status_code == 404
    owner = staff.by_email(school.store, EMAIL)
    assert owner is not None
    assert owner.password == "first"


def test_the_sign_in_page_says_where_a_link_comes_from(school: School) -> None:
    assert "safeguard staff reset" in school.visitor().text("/login")
