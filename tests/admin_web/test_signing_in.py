"""The sign-in page, as people meet it."""

from urllib.parse import urljoin, urlsplit

import pytest

from tests.admin_web.school import (
    PRIYA,
    School,
)

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
