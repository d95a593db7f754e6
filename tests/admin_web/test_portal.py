"""The page where people with their own devices sign in."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from safeguard.identity.credentials import hashed
from safeguard.store import passwords, people
from safeguard.store.passwords import Kept
from safeguard.store.people_records import PersonRecord
from safeguard.store.session import Store
from safeguard.store.tables.people import PersonRow
from tests.admin_web.school import NOW, PRIYA, School, Visitor, open_school

PASSWORD = "violet harbour nine tea"
ADA = {"login": "ada", "password": PASSWORD}
AGREED = {**ADA, "agreed": "y"}
HERE = "127.0.0.1"


@pytest.fixture
def byod(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    """A school whose own network is one of people's own devices; Ada has a login there."""
    monkeypatch.setenv("SAFEGUARD_IDENTITY__PORTAL_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("SAFEGUARD_IDENTITY__PORTAL_GUESTS", "true")
    data = tmp_path / "data"
    shutil.copytree(built, data)
    school = open_school(data)
    give_login(school.store)
    school.engine._clock = school.clock
    yield school
    school.engine.close()
    school.store.close()


def give_login(store: Store) -> str:
    people.import_people(store, [PersonRecord(1, "Ada Example", "secondary")])
    person = people.people(store, "Ada")[0].id
    with store.writing() as session:
        row = session.get(PersonRow, person)
        assert row is not None
        row.login = "ada"
    passwords.put(store, Kept(person, b"salt", hashed(PASSWORD, b"salt")), NOW)
    return person


def who(school: School, address: str = HERE) -> tuple[str, str, str]:
    school.engine.refresh()
    subject = school.engine.subject_at(address)
    return subject.group, subject.method, subject.person


def shown(visitor: Visitor) -> str:
    return visitor.text("/portal")


def test_who_signs_in_is_who_asks_from_then_on(byod: School) -> None:
    visitor = byod.visitor()
    assert who(byod) == ("unidentified", "none", "")
    assert visitor.send("/portal", AGREED).location == "/portal"
    person = people.people(byod.store, "Ada")[0].id
    assert who(byod) == ("secondary", "portal", person)
    assert "As Ada Example" in shown(visitor)


def test_signing_out_makes_the_device_nobodys(byod: School) -> None:
    visitor = byod.visitor()
    visitor.send("/portal", AGREED)
    answer = visitor.send("/portal/out", {}, page="/portal")
    assert answer.location == "/portal"
    assert "You are signed out." in shown(visitor)
    assert who(byod) == ("unidentified", "none", "")


def test_the_notice_is_read_once_before_the_first_time(byod: School) -> None:
    visitor = byod.visitor()
    page = visitor.text("/portal")
    assert "filtered and monitored" in page
    assert "Tick that you have read this" in visitor.send("/portal", ADA).get_data(as_text=True)
    assert who(byod)[1] == "none"
    visitor.send("/portal", AGREED)
    visitor.send("/portal/out", {}, page="/portal")
    visitor.send("/portal", ADA)
    assert who(byod)[1] == "portal"


@pytest.mark.parametrize(
    "form",
    [
        {"login": "ada", "password": "another phrase", "agreed": "y"},
        {"login": "nobody", "password": PASSWORD, "agreed": "y"},
    ],
)
def test_a_wrong_login_and_a_wrong_password_are_told_alike(
    byod: School, form: dict[str, str]
) -> None:
    answer = byod.visitor().send("/portal", form)
    text = answer.get_data(as_text=True)
    assert "The login or the password is not right." in text
    assert PASSWORD not in text
    assert who(byod)[1] == "none"


def test_a_form_without_a_token_of_ours_does_nothing(byod: School) -> None:
    assert byod.visitor().client.post("/portal", data=AGREED).status_code == 400
    assert who(byod)[1] == "none"


def test_guessing_is_stopped_after_ten_tries(byod: School) -> None:
    visitor = byod.visitor()
    form = {"login": "ada", "password": "", "csrf_token": visitor.token("/portal")}
    answers = [visitor.client.post("/portal", data=form).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_a_guest_goes_on_as_a_guest_and_as_nobody(byod: School) -> None:
    visitor = byod.visitor()
    refused = visitor.send("/portal/guest", {}, page="/portal").get_data(as_text=True)
    assert "Tick that you have read this" in refused
    assert visitor.send("/portal/guest", {"agreed": "y"}, page="/portal").location == "/portal"
    assert who(byod) == ("guest", "portal", "")
    assert "As a guest" in shown(visitor)


def test_where_guests_are_not_let_in_there_is_no_such_form(
    byod: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(byod.app.extensions["safeguard-portal"], "has_guests", False)
    visitor = byod.visitor()
    assert "guest" not in shown(visitor)
    assert visitor.send("/portal/guest", {"agreed": "y"}, page="/portal").status_code == 404


def test_without_a_request_for_an_hour_nobody_is_named(byod: School) -> None:
    visitor = byod.visitor()
    visitor.send("/portal", AGREED)
    byod.clock.now = NOW + timedelta(minutes=61)
    assert who(byod) == ("unidentified", "ambiguous", "")
    assert "Sign in to the network" in shown(visitor)
    byod.clock.now = NOW + timedelta(minutes=121)
    assert who(byod) == ("unidentified", "none", "")


def test_a_device_in_use_stays_signed_in_but_not_for_more_than_half_a_day(byod: School) -> None:
    byod.visitor().send("/portal", AGREED)
    for minutes in range(0, 12 * 60, 20):
        byod.clock.now = NOW + timedelta(minutes=minutes)
        assert who(byod)[1] == "portal", minutes
        byod.engine.refresh()
    byod.clock.now = NOW + timedelta(hours=12)
    assert who(byod) == ("unidentified", "none", "")


def test_from_other_networks_there_is_no_such_page(school: School) -> None:
    visitor = school.visitor()
    assert visitor.get("/portal").status_code == 404
    assert (
        visitor.client.get("/portal", environ_base={"REMOTE_ADDR": "10.1.1.1"}).status_code == 404
    )


def test_it_shows_nothing_of_staff_even_to_staff(byod: School) -> None:
    priya = byod.as_(PRIYA)
    page = shown(priya)
    for word in ("Priya", "/events", "/login", "/audit", "Staff"):
        assert word not in page


def test_it_needs_no_script_and_nothing_from_elsewhere(byod: School) -> None:
    page = shown(byod.visitor())
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
