"""The site as a whole: who may open what, and what every answer carries."""

import pytest

from tests.admin_web.school import OSCAR, PRIYA, TOM, School, an_event

OPEN = {"static", "bootstrap.static", "security.static", "security.login", "setup.first_accounts"}
LEAD = {"events.today", "events.by_reference", "events.one", "events.undo"}
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
BOTH = {"home.front", "account.mine", "why.ask", "security.logout"}
NOBODY = {"security.verify"}
WHO = {"lead": PRIYA, "technician": TOM, "outsider": OSCAR}


def allowed(role: str, endpoint: str) -> bool:
    own = {"lead": LEAD | BOTH, "technician": TECHNICIAN | BOTH}.get(role, set())
    return endpoint in own or endpoint == "security.logout"


def path_of(school: School, endpoint: str) -> str:
    event = school.keep(an_event())
    values = {"event_id": event.id, "rule_id": 1, "device_id": "x", "token": "x"}
    rule = next(one for one in school.app.url_map.iter_rules() if one.endpoint == endpoint)
    with school.app.test_request_context():
        return school.app.url_for(endpoint, **{name: values[name] for name in rule.arguments})


def test_every_page_is_in_the_grid(school: School) -> None:
    pages = {rule.endpoint for rule in school.app.url_map.iter_rules()}
    assert pages == OPEN | LEAD | TECHNICIAN | BOTH | NOBODY


@pytest.mark.parametrize("role", WHO)
def test_each_role_opens_its_own_pages_and_no_other(school: School, role: str) -> None:
    visitor = school.as_(WHO[role])
    for endpoint in sorted((LEAD | TECHNICIAN | BOTH | NOBODY) - {"security.logout"}):
        path = path_of(school, endpoint)
        for method in sorted(methods_of(school, endpoint) & {"GET", "POST"}):
            data = {"csrf_token": visitor.token("/nowhere")} if method == "POST" else {}
            answer = visitor.client.open(path, method=method, data=data)
            assert (answer.status_code == 403) != allowed(role, endpoint), (endpoint, method)
            assert answer.status_code < 500, (endpoint, method)


def methods_of(school: School, endpoint: str) -> set[str]:
    return next(
        set(rule.methods or ())
        for rule in school.app.url_map.iter_rules()
        if rule.endpoint == endpoint
    )
