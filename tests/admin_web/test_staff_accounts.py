"""The page "Accounts": roles given, confirmed by another, ended."""

import re

import pytest

from safeguard.store import grants, staff
from tests.admin_web.school import NOW, OSCAR, PRIYA, TOM, School, Visitor, employ

NEW = {"name": "Dee Deputy", "email": "dee@school.test", "why": "She stands in for Priya."}


def number_of(school: School, email: str) -> int:
    found = staff.by_email(school.store, email)
    assert found is not None
    return found.id


def roles(school: School, email: str) -> set[str]:
    held = grants.of(school.store, number_of(school, email))
    return {one.role.value for one in held if one.in_force(NOW)}


@pytest.fixture
def second(school: School) -> Visitor:
    """Oscar, as the second lead."""
    employ(school, OSCAR[0], "lead")
    return school.as_(OSCAR)


def test_a_new_account_gets_a_link_and_its_role_waits_for_another_lead(
    school: School, priya: Visitor, second: Visitor
) -> None:
    made = priya.send("/accounts/add", {**NEW, "role": "deputy"}).get_data(as_text=True)
    link = re.search(r"/reset/\w+", made)
    assert link
    assert "Their role waits until the head or another lead confirms it." in made
    assert roles(school, NEW["email"]) == set()
    (waits,) = [one for one in grants.listed(school.store, NOW) if one.waits]
    page = f"/accounts/roles/{waits.id}/confirm"
    assert page not in priya.text("/accounts")
    assert "Another account must confirm it" in after(priya, page)
    assert page in second.text("/accounts")
    assert "The role is confirmed and counts now." in after(second, page)
    assert roles(school, NEW["email"]) == {"deputy"}
    dee = school.visitor()
    words = "several words nobody guesses"
    assert dee.send(link[0], {"password": words, "repeated": words}).status_code == 302
    assert dee.sign_in(NEW["email"], words).status_code == 302
    assert dee.get("/").location == "/events"


def after(visitor: Visitor, page: str) -> str:
    answer = visitor.send(page, {}, page="/accounts")
    assert answer.location == "/accounts"
    return visitor.text("/accounts")


def test_nobody_signs_in_before_they_have_chosen_a_password(school: School, priya: Visitor) -> None:
    priya.send("/accounts/add", {**NEW, "role": "governor"})
    for password in ("", "!", "a hash"):
        assert school.visitor().sign_in(NEW["email"], password).status_code == 200


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"email": TOM[0]}, "There is an account with this e-mail address already."),
        ({"name": " "}, "Give a name."),
        ({"why": "x"}, "Say why."),
        ({"role": ""}, "Choose a role."),
        ({"role": "year-lead"}, "say for which groups"),
        ({"role": "auditor"}, "say until when"),
        ({"role": "auditor", "until": "2026-11-01"}, "The end lies in the past."),
        ({"role": "break-glass"}, "Not a valid choice"),
    ],
)
def test_a_mistake_is_named_and_adds_nobody(
    school: School, priya: Visitor, changed: dict[str, str], says: str
) -> None:
    before = len(staff.all_staff(school.store))
    sent = priya.send("/accounts/add", {**NEW, "role": "deputy", **changed})
    assert says in sent.get_data(as_text=True)
    assert len(staff.all_staff(school.store)) == before


def test_a_role_that_does_not_go_with_another_is_refused_in_words(
    school: School, priya: Visitor
) -> None:
    page = f"/accounts/{number_of(school, TOM[0])}/role"
    sent = priya.send(page, {"role": "deputy", "why": "He asked."})
    assert "sees no safeguarding content" in sent.get_data(as_text=True)
    given = priya.send(
        page, {"role": "teacher", "groups": ["primary"], "why": "He teaches computing."}
    )
    assert given.location == "/accounts"
    text = priya.text("/accounts")
    assert "It counts now." in text
    assert "Teacher for primary" in text
    assert roles(school, TOM[0]) == {"technician", "teacher"}


def test_a_role_ends_with_a_reason_and_the_last_lead_stays(school: School, priya: Visitor) -> None:
    number = employ(school, OSCAR[0], "deputy")
    page = f"/accounts/roles/{number}/end"
    assert "Say why." in priya.send(page, {"why": ""}).get_data(as_text=True)
    assert priya.send(page, {"why": "He left."}).status_code == 302
    assert roles(school, OSCAR[0]) == set()
    assert priya.get(page).status_code == 404
    (mine,) = grants.listed(school.store, NOW, number_of(school, PRIYA[0]))
    sent = priya.send(f"/accounts/roles/{mine.id}/end", {"why": "I am tired."})
    assert "the last lead" in sent.get_data(as_text=True)
    assert roles(school, PRIYA[0]) == {"lead"}


def test_a_closed_account_is_out_at_once(school: School, priya: Visitor, tom: Visitor) -> None:
    page = f"/accounts/{number_of(school, TOM[0])}/close"
    assert priya.send(page, {"why": "He left."}).status_code == 302
    assert tom.get("/health").location.startswith("/login")
    assert school.visitor().sign_in(TOM[0], TOM[1]).status_code == 200
    assert priya.get(page).status_code == 404
    assert ">Closed</td>" in priya.text("/accounts")


def test_a_set_up_account_manages_accounts_but_gives_itself_nothing(
    school: School, priya: Visitor
) -> None:
    employ(school, OSCAR[0], "set-up")
    oscar = school.as_(OSCAR)
    assert oscar.get("/").location == "/accounts"
    own = f"/accounts/{number_of(school, OSCAR[0])}/role"
    sent = oscar.send(own, {"role": "deputy", "why": "Let me see."})
    assert "manages accounts and does nothing else" in sent.get_data(as_text=True)
    oscar.send("/accounts/add", {**NEW, "role": "lead"})
    assert roles(school, NEW["email"]) == set()
    (waits,) = [one for one in grants.listed(school.store, NOW) if one.waits]
    confirm = f"/accounts/roles/{waits.id}/confirm"
    assert oscar.send(confirm, {}, page="/accounts/add").status_code == 403
    assert confirm in priya.text("/accounts")


def test_the_head_refuses_a_role_that_waits(school: School, priya: Visitor) -> None:
    employ(school, OSCAR[0], "head")
    head = school.as_(OSCAR)
    priya.send("/accounts/add", {**NEW, "role": "lead"})
    (waits,) = [one for one in grants.listed(school.store, NOW) if one.waits]
    assert "Add an account" not in head.text("/accounts")
    answer = head.send(f"/accounts/roles/{waits.id}/end", {"why": "Not agreed."})
    assert answer.location == "/"
    assert not [one for one in grants.listed(school.store, NOW) if one.waits]


def test_what_was_done_stands_in_the_audit_in_words(priya: Visitor) -> None:
    priya.send("/accounts/add", {**NEW, "role": "deputy"})
    text = priya.text("/audit")
    assert "Proposed a role that sees safeguarding content" in text
    assert NEW["why"] in text
