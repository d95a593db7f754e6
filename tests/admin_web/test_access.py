"""Who may open which page: every page, every role."""

from datetime import timedelta

import pytest

from admin_web.access import LONGEST_SESSION_SECONDS
from tests.admin_web.school import (
    OSCAR,
    PRIYA,
    TOM,
    School,
    Visitor,
    address_of,
    an_event,
    employ,
    endpoints,
    methods_of,
)

FILES = {"static", "bootstrap.static", "security.static"}
LINKS = {"setup.first_accounts", "reset.new_password"}
OPEN = FILES | LINKS | {"security.login"}
CONCERNS = {"events.today", "live.concerns", "events.by_reference", "events.one"}
RULES = {
    "health.overview",
    "health.send_tests",
    "own_rules.listing",
    "own_rules.add",
    "own_rules.remove",
    "people.listing",
    "people.add",
    "people.remove",
    "people.bring_in",
    "lists.listing",
}
MANAGING = {"staff_accounts.add", "staff_accounts.give", "staff_accounts.close"}
ENDING = {"staff_accounts.listing", "staff_accounts.end"}
OWN = {"home.front", "account.mine"}
NOBODY = {"security.verify"}
PORTAL = {"portal.sign_in", "portal.guest", "portal.sign_out"}  # of no network, here
MAY = {
    "lead": OWN | CONCERNS | MANAGING | ENDING
    | {"events.undo", "audit.listing", "numbers.monthly", "why.ask"}
    | {"staff_accounts.confirm", "glass.finish"},
    "deputy": OWN | CONCERNS | {"events.undo", "audit.listing", "numbers.monthly", "why.ask"},
    "year-lead": OWN | CONCERNS | {"events.undo"},
    "head": OWN | ENDING | {"numbers.monthly", "staff_accounts.confirm", "glass.finish"},
    "governor": OWN | {"numbers.monthly"},
    "teacher": OWN,
    "technician": OWN | RULES | {"why.ask", "glass.ask", "glass.finish"},
    "auditor": OWN | {"audit.listing", "numbers.monthly"},
    "concern-auditor": OWN | CONCERNS | {"audit.listing", "numbers.monthly"},
    "set-up": OWN | MANAGING | ENDING,
    "nobody": set[str](),
}  # fmt: skip
INSIDE = sorted(set().union(*MAY.values()) | NOBODY)


def visitor_as(school: School, role: str) -> Visitor:
    """Someone with this role and no other: for secondary, where it must be for a group."""
    match role:
        case "lead":
            return school.as_(PRIYA)
        case "technician":
            return school.as_(TOM)
        case _:
            if role != "nobody":
                employ(school, OSCAR[0], role)
            return school.as_(OSCAR)


@pytest.mark.parametrize("role", MAY)
def test_each_role_opens_its_own_pages_and_no_other(school: School, role: str) -> None:
    visitor = visitor_as(school, role)
    event = school.keep(an_event(group="secondary"))
    for endpoint in INSIDE:
        path = address_of(school, endpoint, event.id)
        for method in sorted(methods_of(school, endpoint) & {"GET", "POST"}):
            data = {"csrf_token": visitor.token("/nowhere")} if method == "POST" else {}
            answer = visitor.client.open(path, method=method, data=data)
            reviews = endpoint == "events.undo" or (endpoint, method) == ("events.one", "POST")
            if not (reviews and role == "concern-auditor"):
                assert (answer.status_code != 403) == (endpoint in MAY[role]), (endpoint, method)
            assert answer.status_code < 500, (endpoint, method)


def test_who_is_not_signed_in_sees_the_sign_in_page_and_nothing_else(school: School) -> None:
    visitor = school.visitor()
    event = school.keep(an_event())
    for endpoint in INSIDE:
        if "GET" in methods_of(school, endpoint):
            answer = visitor.get(address_of(school, endpoint, event.id))
            assert answer.status_code == 302, endpoint
            assert answer.location.startswith("/login"), endpoint


def test_the_technician_reads_no_words_of_pupils_anywhere(school: School, tom: Visitor) -> None:
    kept = an_event()
    event = school.keep(kept)
    for endpoint in sorted(endpoints(school)):
        if "GET" in methods_of(school, endpoint) and endpoint not in OPEN:
            text = tom.get(address_of(school, endpoint, event.id)).get_data(as_text=True)
            assert kept.private.words not in text, endpoint
            assert kept.host not in text, endpoint


def test_every_page_is_in_the_grid(school: School) -> None:
    assert endpoints(school) == OPEN | PORTAL | set(INSIDE) | {"security.logout"}


def test_a_session_ends_after_twelve_hours_however_busy(priya: Visitor) -> None:
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


def test_an_account_without_a_role_sees_nothing(school: School) -> None:
    oscar = school.as_(OSCAR)
    answer = oscar.get("/")
    assert answer.status_code == 403
    assert "/events" not in answer.get_data(as_text=True)
