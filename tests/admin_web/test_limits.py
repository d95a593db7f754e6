"""What can be guessed, or is dear, may be tried so often and no oftener."""

import pytest

from tests.admin_web.school import PRIYA, School, Visitor

EMAIL = PRIYA[0]


def test_guessing_is_slowed_down(school: School) -> None:
    visitor = school.visitor()
    token = visitor.token("/login")
    form = {"email": EMAIL, "password": "wrong", "csrf_token": token}
    answers = [visitor.client.post("/login", data=form).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert "Too many tries" in visitor.client.post("/login", data=form).get_data(as_text=True)


def test_asking_without_end_is_slowed_down(tom: Visitor) -> None:
    answers = [tom.get("/why").status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


@pytest.mark.parametrize("page", ["setup", "reset"])
def test_trying_links_is_slowed_down(school: School, page: str) -> None:
    answers = {school.visitor().get(f"/{page}/{number}").status_code for number in range(25)}
    assert answers == {404, 429}
