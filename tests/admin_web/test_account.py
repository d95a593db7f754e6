"""Your own account."""

import pytest

from tests.admin_web.school import PRIYA, School, Visitor

EMAIL, PASSWORD, _ = PRIYA
NEW = "another long quiet phrase"
FORM = {"present": PASSWORD, "password": NEW, "repeated": NEW}


def test_a_changed_password_ends_every_other_session(school: School, priya: Visitor) -> None:
    elsewhere = school.as_(PRIYA)
    assert priya.send("/account", FORM).location == "/account"
    assert "Your password is changed." in priya.text("/account")
    assert elsewhere.get("/events").location.startswith("/login")
    assert school.visitor().sign_in(EMAIL, PASSWORD).status_code == 200
    assert school.visitor().sign_in(EMAIL, NEW).status_code == 302


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"present": "wrong"}, "That is not your password."),
        ({"repeated": "different"}, "not the same"),
        ({"password": "short", "repeated": "short"}, "12 to 128"),
    ],
)
def test_a_mistake_changes_nothing(
    school: School, priya: Visitor, changed: dict[str, str], says: str
) -> None:
    assert says in priya.send("/account", {**FORM, **changed}).get_data(as_text=True)
    assert school.visitor().sign_in(EMAIL, PASSWORD).status_code == 302


def test_it_says_who_you_are(priya: Visitor) -> None:
    text = priya.text("/account")
    assert EMAIL in text
    assert "Safeguarding lead" in text
