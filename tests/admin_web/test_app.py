"""The site as a whole."""

from tests.admin_web.school import School, Visitor, address_of, an_event, endpoints, methods_of


def test_a_form_without_its_token_is_refused(school: School, tom: Visitor, priya: Visitor) -> None:
    event = school.keep(an_event())
    for visitor in (tom, priya):
        for endpoint in sorted(endpoints(school) - {"setup.first_accounts", "reset.new_password"}):
            if "POST" in methods_of(school, endpoint):
                answer = visitor.client.post(address_of(school, endpoint, event.id), data={})
                assert answer.status_code == 400, endpoint
                assert "open for too long" in answer.get_data(as_text=True)
    assert school.visitor().client.post("/login", data={}).status_code == 400
