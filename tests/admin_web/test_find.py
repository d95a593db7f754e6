"""Find: pupils, words and sites; kept searches; a list taken out for a purpose."""

import csv
import io

from sqlalchemy import select

from safeguard.core.events import Private
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.tables.case_work import SavedSearchRow
from safeguard.store.tokens import index_waiting
from tests.admin_web.school import OSCAR, PRIYA, School, Visitor, an_event, employ, enrol
from tests.admin_web.test_cases import amelia


def test_nothing_is_looked_for_and_recorded_until_somebody_asks(
    school: School, priya: Visitor
) -> None:
    school.keep(an_event())
    page = priya.text("/find")
    assert "words that were typed" not in page
    assert not search(school.store, WantedRows(what="searched", about_kind="events")).rows


def test_a_pupil_is_found_by_a_part_of_their_name_and_that_is_recorded(
    school: School, priya: Visitor
) -> None:
    person = amelia(school)
    page = priya.text("/find?name=meli")
    assert f"/pupils/{person}" in page
    (row,) = search(school.store, WantedRows(what="searched", about_kind="people")).rows
    assert row.details["people"] == [person]
    assert row.details["for"] == {"name": "meli"}
    assert "Nobody" in priya.text("/find?name=zzz")


def test_a_year_lead_finds_the_pupils_of_their_groups_alone(school: School) -> None:
    employ(school, OSCAR[0], "year-lead", "secondary")
    oscar = school.as_(OSCAR)
    mine = amelia(school)
    other, _ = enrol(school, "Amelia Booth", "primary", "10.20.0.6", "Laptop 2")
    school.keep(an_event(1, person=other, group="primary"))
    page = oscar.text("/find?name=Amelia")
    assert mine in page
    assert "Amelia Booth" not in page
    assert "Amelia Booth" not in oscar.text("/find?text=Amelia")
    assert oscar.get(f"/pupils/{mine}").status_code == 200
    assert oscar.get(f"/pupils/{other}").status_code == 404
    assert oscar.get("/pupils/nobody").status_code == 404


def test_events_are_found_by_words_sites_and_times(school: School, priya: Visitor) -> None:
    for number in range(1, 29):
        school.keep(an_event(number, private=Private("https://search.test/", f"kettle {number}")))
    while index_waiting(school.store):
        pass
    assert "kettle 7”" in priya.text("/find?words=kettle+7")
    page = priya.text("/find?text=search.test")
    assert page.count("kettle") == 25 * 1
    assert "Older →" in page
    assert "event fits" in priya.text("/find?since=2026-11-24")
    assert "must not be before" in priya.text("/find?since=2026-11-24&until=2026-11-23")


def test_a_search_is_kept_found_again_and_let_go(school: School, priya: Visitor) -> None:
    sent = {"called": "Amelia at night", "query": "name=Amelia&evil=1&text=x"}
    answer = priya.send("/find/saved", sent, page="/find?name=x")
    assert answer.location == "/find?name=Amelia&text=x"
    page = priya.text("/find")
    assert "Amelia at night" in page
    assert "evil" not in page
    with school.store.reading() as session:
        number = session.scalars(select(SavedSearchRow.id)).one()
    assert priya.send(f"/find/saved/{number}/remove", {}, page="/find").status_code == 302
    assert "Amelia at night" not in priya.text("/find")
    answer = priya.send("/find/saved", {"called": "", "query": "name=x"}, page="/find?name=x")
    assert "Give the search a name" in priya.text(answer.location)


def test_events_leave_as_a_spreadsheet_for_a_purpose_and_run_no_formula(
    school: School, priya: Visitor
) -> None:
    person = amelia(school)
    school.keep(an_event(1, person=person, private=Private("https://s.test/", "=cmd|'/C calc'!A0")))
    path = f"/find/export?person={person}"
    assert (
        "That is not your password." in priya.send(path, {"why": "For CPOMS", "password": "x"}).text
    )
    answer = priya.send(path, {"why": "For CPOMS", "password": PRIYA[1]})
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=events.csv"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0]["Who"] == "Amelia Hart"
    assert rows[0]["Words"] == "'=cmd|'/C calc'!A0"
    (row,) = search(school.store, WantedRows(what="exported", about_kind="events")).rows
    assert (row.details["why"], row.details["events"]) == ("For CPOMS", 1)
    assert row.details["people"] == [person]


def test_all_events_at_once_are_not_taken_out(priya: Visitor) -> None:
    assert "Search for something first" in priya.text("/find/export")
