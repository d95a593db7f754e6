"""The one-time link of the first start."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from safeguard.store import staff
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.grants import FIRST
from tests.admin_web.school import NOW, School, Visitor, open_school

LEAD, TECHNICIAN = "a calm orange lamp post", "forty quiet blue engines"
FORM = {
    "lead_name": "Ruth Lead",
    "lead_email": "Ruth@school.local",
    "lead_password": LEAD,
    "lead_repeated": LEAD,
    "technician_name": "Theo Tech",
    "technician_email": "theo@school.local",
    "technician_password": TECHNICIAN,
    "technician_repeated": TECHNICIAN,
}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[School]:
    (tmp_path / "data").mkdir()
    school = open_school(tmp_path / "data")
    yield school
    school.engine.close()
    school.store.close()


@pytest.fixture
def link(empty: School) -> str:
    return f"/setup/{staff.new_setup_token(empty.store, NOW, secrets.token_bytes(32))}"


@pytest.fixture
def visitor(empty: School) -> Visitor:
    return empty.visitor()


def test_the_link_makes_both_accounts_and_each_begins_at_its_own_page(
    empty: School, visitor: Visitor, link: str
) -> None:
    assert visitor.send(link, FORM).location == "/login"
    assert [one.roles for one in staff.all_staff(empty.store)] == [("lead",), ("technician",)]
    assert visitor.sign_in("ruth@school.local", LEAD).status_code == 302
    assert visitor.get("/").location == "/events"
    other = empty.visitor()
    assert other.sign_in("theo@school.local", TECHNICIAN).status_code == 302
    assert other.get("/").location == "/health"


def test_the_link_works_once(empty: School, visitor: Visitor, link: str) -> None:
    token = visitor.token(link)
    visitor.send(link, FORM)
    assert visitor.get(link).status_code == 404
    again = {**FORM, "lead_email": "x@y", "technician_email": "z@y", "csrf_token": token}
    assert visitor.client.post(link, data=again).status_code == 404
    assert len(staff.all_staff(empty.store)) == 2


def test_the_link_ends_after_its_day_and_a_guess_opens_nothing(
    empty: School, visitor: Visitor, link: str
) -> None:
    assert visitor.get("/setup/guess").status_code == 404
    empty.clock.now = NOW + timedelta(days=2)
    assert visitor.get(link).status_code == 404


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"lead_name": " "}, "Give a name."),
        ({"lead_email": "no address"}, "looks like name@school.uk"),
        ({"technician_email": "ruth@SCHOOL.local"}, "The two roles need two accounts"),
        ({"lead_password": "short", "lead_repeated": "short"}, "12 to 128 characters"),
        ({"lead_password": "Password1234", "lead_repeated": "Password1234"}, "guessed early"),
        ({"lead_password": "aaaabbbb1111", "lead_repeated": "aaaabbbb1111"}, "guessed early"),
        ({"lead_repeated": "another"}, "not the same"),
        ({"technician_password": LEAD, "technician_repeated": LEAD}, "a password of its own"),
    ],
)
def test_a_mistake_is_named_and_does_not_use_the_link_up(
    empty: School, visitor: Visitor, link: str, changed: dict[str, str], says: str
) -> None:
    text = visitor.send(link, {**FORM, **changed}).get_data(as_text=True)
    assert says in text
    assert LEAD not in text
    assert not staff.has_staff(empty.store)
    assert visitor.send(link, FORM).status_code == 302


def test_an_address_that_has_an_account_is_refused(
    empty: School, visitor: Visitor, link: str
) -> None:
    columns = {
        "email": "theo@school.local", "name": "Theo", "password": "a hash", "active": True,
        "fs_uniquifier": "theo", "roles": ("technician",), "created_at": NOW,
    }  # fmt: skip
    staff.create(empty.store, columns)
    text = visitor.send(link, FORM).get_data(as_text=True)
    assert "There is an account with this e-mail address already." in text


def test_a_link_opens_nothing_once_the_school_has_had_a_lead(
    empty: School, visitor: Visitor, link: str
) -> None:
    """It makes a lead whom nobody confirms: one made elsewhere meanwhile ends it."""
    visitor.send(link, FORM)
    (lead, _) = staff.all_staff(empty.store)
    staff.save(empty.store, lead.id, {"active": False})
    second = f"/setup/{staff.new_setup_token(empty.store, NOW, secrets.token_bytes(32))}"
    assert visitor.get(second).status_code == 404


def test_that_nobody_confirmed_the_first_lead_stands_in_the_record(
    empty: School, visitor: Visitor, link: str
) -> None:
    visitor.send(link, FORM)
    rows = search(empty.store, WantedRows(what="added", about_kind="account")).rows
    told = {row.details["after"]["name"]: row.details.get("unconfirmed") for row in rows}
    assert told == {"Ruth Lead": FIRST, "Theo Tech": None}
    assert {row.who for row in rows} == {"set-up link"}
