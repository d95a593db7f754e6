"""One pupil's page."""

from safeguard.store.audit_search import WantedRows, search
from safeguard.store.concern_numbers import UNOPENED
from tests.admin_web.school import OSCAR, School, Visitor, a_case, an_event, employ
from tests.admin_web.test_cases import amelia, deed
from tests.safeguard.store.keeping_samples import concern


def test_a_pupils_concerns_cases_and_events_are_on_one_page(school: School, priya: Visitor) -> None:
    person = amelia(school)
    empty = priya.text(f"/pupils/{person}")
    assert "Nothing about this pupil needed" in empty
    concern(school.store, 1, 1, subject=person, group="secondary", family="bullying")
    school.keep(an_event(1, person=person, group="secondary"))
    a_case(priya, person, "Worried")
    page = priya.text(f"/pupils/{person}")
    for words in ("Bullying", "It was typed.", "Worried", "search.test", "<svg"):
        assert words in page
    rows = search(school.store, WantedRows(what="viewed", about_kind="person")).rows
    assert {row.about for row in rows} == {person}
    assert UNOPENED.days == 1


def test_a_restricted_case_is_not_told_to_who_may_not_read_it(
    school: School, priya: Visitor
) -> None:
    person = amelia(school)
    case_id = a_case(priya, person, "About a colleague")
    deed(school, priya, case_id, "restrict")
    employ(school, OSCAR[0], "deputy")
    page = school.as_(OSCAR).text(f"/pupils/{person}")
    assert "About a colleague" not in page
    assert "restricted to others" not in page
    employ(school, OSCAR[0], "lead")
    page = school.as_(OSCAR).text(f"/pupils/{person}")
    assert "About a colleague" not in page
    assert "There is a case that is restricted to others." in page


def test_a_year_lead_is_shown_no_cases(school: School, priya: Visitor) -> None:
    person = amelia(school)
    a_case(priya, person, "Worried")
    employ(school, OSCAR[0], "year-lead", "secondary")
    page = school.as_(OSCAR).text(f"/pupils/{person}")
    assert "Worried" not in page
    assert "Open a case" not in page
