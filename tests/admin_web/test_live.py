"""A page that stays open hears of new concerns; that it asks keeps nobody signed in."""

from tests.admin_web.school import School, Visitor


def test_the_numbers_name_nobody_and_are_for_leads(priya: Visitor, tom: Visitor) -> None:
    assert priya.get("/today/concerns").get_json() == {"open": 0, "urgent": 0}
    assert tom.get("/today/concerns").status_code == 403


def test_who_is_not_signed_in_is_not_answered(school: School) -> None:
    assert school.visitor().get("/today/concerns").status_code == 302


def test_the_page_carries_the_numbers_it_was_made_with(priya: Visitor) -> None:
    assert 'data-live="/today/concerns" data-open="0" data-urgent="0"' in priya.text("/events")


def test_a_page_that_asks_keeps_no_session_alive(priya: Visitor) -> None:
    assert "Set-Cookie" not in priya.get("/today/concerns").headers
    assert "Set-Cookie" in priya.get("/account").headers
