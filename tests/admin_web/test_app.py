"""The site as a whole: who may open what, and what every answer carries."""

import pytest

from admin_web.roles import Role
from tests.admin_web.school import (
    OSCAR,
    PRIYA,
    TOM,
    School,
    Visitor,
    address_of,
    an_event,
    endpoints,
    methods_of,
)

OPEN = {"static", "bootstrap.static", "security.static", "security.login", "setup.first_accounts"}
LEAD = {"events.today", "events.by_reference", "events.one"}
TECHNICIAN = {
    "health.overview",
    "own_rules.listing",
    "own_rules.add",
    "own_rules.remove",
    "people.listing",
    "people.add",
    "people.remove",
    "people.bring_in",
    "lists.listing",
}
BOTH = {"home.front", "account.mine", "why.ask"}
NOBODY = {"security.verify"}
INSIDE = sorted(LEAD | TECHNICIAN | BOTH | NOBODY)
WHO = {"lead": PRIYA, "technician": TOM, "outsider": OSCAR}
OWN = {"lead": LEAD | BOTH, "technician": TECHNICIAN | BOTH, "outsider": set()}
WORDS = "the very words that were typed"


def test_every_page_is_in_the_grid(school: School) -> None:
    assert endpoints(school) == OPEN | set(INSIDE) | {"security.logout"}


@pytest.mark.parametrize("role", WHO)
def test_each_role_opens_its_own_pages_and_no_other(school: School, role: str) -> None:
    visitor = school.as_(WHO[role])
    event = school.keep(an_event())
    for endpoint in INSIDE:
        path = address_of(school, endpoint, event.id)
        for method in sorted(methods_of(school, endpoint) & {"GET", "POST"}):
            data = {"csrf_token": visitor.token("/nowhere")} if method == "POST" else {}
            answer = visitor.client.open(path, method=method, data=data)
            assert (answer.status_code != 403) == (endpoint in OWN[role]), (endpoint, method)
            assert answer.status_code < 500, (endpoint, method)


def test_who_is_not_signed_in_sees_the_sign_in_page_and_nothing_else(school: School) -> None:
    visitor = school.visitor()
    event = school.keep(an_event())
    for endpoint in INSIDE:
        if "GET" in methods_of(school, endpoint):
            answer = visitor.get(address_of(school, endpoint, event.id))
            assert answer.status_code == 302, endpoint
            assert answer.location.startswith("/login"), endpoint


def test_a_form_without_its_token_is_refused(school: School, tom: Visitor, priya: Visitor) -> None:
    event = school.keep(an_event())
    for visitor, endpoints_ in ((tom, TECHNICIAN | BOTH), (priya, LEAD | BOTH)):
        for endpoint in sorted(endpoints_ | {"security.logout"}):
            if "POST" in methods_of(school, endpoint):
                answer = visitor.client.post(address_of(school, endpoint, event.id), data={})
                assert answer.status_code == 400, endpoint
                assert "open for too long" in answer.get_data(as_text=True)
    assert school.visitor().client.post("/login", data={}).status_code == 400


def test_the_technician_reads_no_words_of_pupils_anywhere(school: School, tom: Visitor) -> None:
    kept = an_event()
    event = school.keep(kept)
    for endpoint in sorted(endpoints(school)):
        if "GET" in methods_of(school, endpoint) and endpoint not in OPEN:
            text = tom.get(address_of(school, endpoint, event.id)).get_data(as_text=True)
            assert kept.private.words not in text, endpoint
            assert kept.host not in text, endpoint


def test_a_refused_page_is_a_kind_sentence(tom: Visitor) -> None:
    answer = tom.get("/events")
    assert answer.status_code == 403
    assert "belongs to another role" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "page"), [(PRIYA, "/events"), (TOM, "/health")], ids=["lead", "technician"]
)
def test_each_role_begins_at_its_own_page(
    school: School, who: tuple[str, str, tuple[str, ...]], page: str
) -> None:
    assert school.as_(who).get("/").location == page


def test_every_role_has_a_way_in(school: School) -> None:
    assert {role.value for role in Role} == set(OWN) - {"outsider"}
    assert school.app.config["SESSION_COOKIE_HTTPONLY"]


def test_a_page_that_does_not_exist_says_so(priya: Visitor) -> None:
    answer = priya.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in answer.get_data(as_text=True)
    assert priya.get(f"/events/{'0' * 8}-0000-7000-8000-{'0' * 12}").status_code == 404
