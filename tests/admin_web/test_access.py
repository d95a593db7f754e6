"""Who may open which page: every page, every role."""

from datetime import timedelta
from typing import Any

import pytest

from admin_web.access import LONGEST_SESSION_SECONDS
from safeguard.core.audit import Actor
from safeguard.store import grants
from safeguard.store.audit import head
from tests.admin_web.school import (
    NOW,
    OSCAR,
    PRIYA,
    TOM,
    School,
    Visitor,
    a_case,
    address_of,
    an_event,
    employ,
    endpoints,
    enrol,
    methods_of,
)
from tests.safeguard.store.keeping_samples import concern

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
CASES = {
    "cases.listing", "cases.begin", "cases.one", "cases.choose", "cases.take_out",
    "case_deeds.do", "case_deeds.paper",
}  # fmt: skip
FINDING = {"find.search", "find.save", "find.let_go", "find.export", "pupils.one"}
LOOKING = {"trends.overview"} | FINDING
MANAGING = {"staff_accounts.add", "staff_accounts.give", "staff_accounts.close"}
ENDING = {"staff_accounts.listing", "staff_accounts.end"}
OWN = {"home.front", "account.mine"}
NOBODY = {"security.verify"}
PORTAL = {"portal.sign_in", "portal.guest", "portal.sign_out"}  # of no network, here
MAY = {
    "lead": OWN | CONCERNS | MANAGING | ENDING
    | {"events.undo", "audit.listing", "numbers.monthly", "why.ask"}
    | {"staff_accounts.confirm", "glass.finish", "looks.overview"} | CASES | LOOKING,
    "deputy": OWN | CONCERNS | CASES | LOOKING | {"looks.overview", "events.undo", "audit.listing", "numbers.monthly", "why.ask"},
    "year-lead": OWN | CONCERNS | LOOKING | {"events.undo"},
    "head": OWN | ENDING | {"numbers.monthly", "staff_accounts.confirm", "glass.finish"},
    "governor": OWN | {"numbers.monthly"},
    "teacher": OWN,
    "technician": OWN | RULES | {"why.ask", "glass.ask", "glass.finish"},
    "auditor": OWN | {"audit.listing", "looks.overview", "numbers.monthly"},
    "concern-auditor": OWN | CONCERNS | LOOKING | {"looks.overview", "audit.listing", "numbers.monthly"},
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


def test_a_year_lead_sees_their_groups_in_every_list_and_count(
    school: School, priya: Visitor
) -> None:
    employ(school, OSCAR[0], "year-lead", "secondary")
    oscar = school.as_(OSCAR)
    amelia, _ = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop 1")
    ben, _ = enrol(school, "Ben Carter", "primary", "10.20.0.6", "Laptop 2")
    mine = school.keep(an_event(1, person=amelia, group="secondary"))
    other = school.keep(an_event(2, person=ben, group="primary"))
    all_lists = ("/events", "/events?kept=all", "/events?reviewed=no", f"/events?person={ben}")
    for page in (*all_lists, "/events?text=Ben", "/events?group=primary"):
        assert "Ben Carter" not in oscar.text(page), page
        assert "Ben Carter" in priya.text(page), page
    text = oscar.text("/events")
    assert "Amelia Hart" in text
    assert '<span class="number">1</span> new' in text
    assert '<span class="number">2</span> new' in priya.text("/events")
    assert "Amelia Hart" in oscar.text(f"/events/{mine.id}")
    assert oscar.get(f"/events/{other.id}").status_code == 404
    missing = oscar.get("/events/code?code=ZZZZ-ZZZZ").location
    assert oscar.get(f"/events/code?code={other.reference}").location == missing
    assert oscar.get(f"/events/code?code={mine.reference}").location == f"/events/{mine.id}"
    sent = {"outcome": "no-concern", "note": "", "csrf_token": oscar.token("/account")}
    assert oscar.client.post(f"/events/{other.id}", data=sent).status_code == 404
    assert oscar.client.post(f"/events/{other.id}/undo", data=sent).status_code == 404
    assert oscar.client.post(f"/events/{mine.id}", data=sent).status_code == 302


def test_a_year_leads_new_concerns_are_those_of_their_groups(
    school: School, priya: Visitor
) -> None:
    employ(school, OSCAR[0], "year-lead", "secondary")
    concern(school.store, 1, 1, subject="10.9.9.1", group="secondary", subject_kind="address")
    concern(school.store, 2, 1, subject="10.9.9.2", group="primary", subject_kind="address")
    text = school.as_(OSCAR).text("/events")
    assert "10.9.9.1" in text
    assert "10.9.9.2" not in text
    assert "10.9.9.2" in priya.text("/events")


def test_an_auditor_reads_the_record_without_a_pupils_name(school: School, priya: Visitor) -> None:
    employ(school, OSCAR[0], "auditor")
    person, _ = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Amelia’s laptop")
    event = school.keep(an_event(person=person, group="secondary"))
    priya.text(f"/events/{event.id}")
    priya.text("/events?text=Amelia")
    text = school.as_(OSCAR).text("/audit")
    assert "Opened an event" in text
    assert "Amelia" not in text
    assert event.id not in text
    assert "Whose data" not in text
    assert "Amelia" in priya.text("/audit")
    school.clock.now = NOW + timedelta(days=31)
    assert school.as_(OSCAR).get("/audit").status_code == 403


def test_an_auditor_of_safeguarding_reads_and_changes_nothing(school: School) -> None:
    employ(school, OSCAR[0], "concern-auditor")
    event = school.keep(an_event(group="secondary"))
    oscar = school.as_(OSCAR)
    assert "Mark as reviewed" not in oscar.text(f"/events/{event.id}")
    sent = {"outcome": "no-concern", "note": "", "csrf_token": oscar.token("/account")}
    assert oscar.client.post(f"/events/{event.id}", data=sent).status_code == 403
    assert oscar.client.post(f"/events/{event.id}/undo", data=sent).status_code == 403


def test_a_role_that_ends_closes_its_pages_at_the_next_click(school: School) -> None:
    number = employ(school, OSCAR[0], "deputy")
    oscar = school.as_(OSCAR)
    oscar.text("/events")
    grants.end(school.store, number, "They left.", None, Actor("command:test", NOW))
    assert oscar.get("/events").status_code == 403


NOTHING_THERE = {"events.undo", "case_deeds.paper"}
IDS_OF_PUPILS = {"event_id", "person_id", "concern_id", "case_id", "device_id"}
LISTS = {
    "events.today", "people.listing", "audit.listing", "numbers.monthly", "cases.listing",
    "looks.overview", "trends.overview", "find.export",
}  # fmt: skip


def test_every_page_that_shows_a_named_pupil_writes_who_looked_before_it_shows(
    school: School, priya: Visitor, tom: Visitor
) -> None:
    person, device = enrol(school, "Amelia Hart", "secondary", "10.20.0.5", "Laptop")
    event = school.keep(an_event(person=person, device=device, group="secondary"))
    case = a_case(priya, person)
    ids: dict[str, Any] = {
        "event_id": event.id, "person_id": person, "device_id": device, "case_id": case,
        "deed": "note", "paper_id": 1,
    }  # fmt: skip
    rules = [one for one in school.app.url_map.iter_rules() if one.endpoint not in OPEN]
    walked = set()
    for rule in rules:
        if not (rule.arguments & IDS_OF_PUPILS or rule.endpoint in LISTS):
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        with school.app.test_request_context():
            path = school.app.url_for(rule.endpoint, **{one: ids[one] for one in rule.arguments})
        for visitor in (priya, tom):
            data = {"csrf_token": visitor.token("/account")} if method == "POST" else {}
            before = head(school.store)
            answer = visitor.client.open(path, method=method, data=data)
            if answer.status_code != 403 and rule.endpoint not in NOTHING_THERE:
                assert head(school.store) != before, rule.endpoint
                walked.add(rule.endpoint)
    opened = {"cases.one", "cases.choose", "cases.take_out", "case_deeds.do", "pupils.one"}
    assert walked == LISTS | opened | {"events.one", "people.remove"}
