"""What leaves the school is asked for twice."""

from tests.admin_web.school import PRIYA, School, Visitor


def test_too_many_wrong_passwords_are_slowed_down(school: School, priya: Visitor) -> None:
    token = priya.token("/account")
    form = {"why": "A purpose", "password": "wrong", "csrf_token": token}
    path = "/find/export?severity=high"
    answers = [priya.client.post(path, data=form).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert "A purpose" not in school.visitor().get(path).get_data(as_text=True)
    assert PRIYA[1]
