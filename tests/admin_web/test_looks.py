"""Who looked at whom."""

from datetime import timedelta

import pytest

from tests.admin_web.school import NOW, OSCAR, School, Visitor, an_event, employ
from tests.admin_web.test_cases import amelia


def test_looks_are_counted_by_staff_and_by_pupil(school: School, priya: Visitor) -> None:
    assert "Nobody looked at anything" in priya.text("/audit/looks")
    person = amelia(school)
    school.keep(an_event(1, person=person, group="secondary"))
    priya.text(f"/pupils/{person}")
    priya.text("/find?name=Amelia")
    page = priya.text("/audit/looks?days=7")
    assert "Priya Patel" in page
    assert "Amelia Hart" in page
    assert "Priya Patel (" in page
    assert "/audit?pupil=Amelia+Hart" in page
    school.clock.now = NOW + timedelta(days=8)
    assert "Amelia" not in school.as_(("priya@school.test", "green kettle waltz nine", ())).text(
        "/audit/looks?days=7"
    )


def test_it_says_where_not_all_is_counted(
    school: School, priya: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin_web.looks.AT_ONCE", 2)
    monkeypatch.setattr("admin_web.looks.MOST_ROWS", 4)
    person = amelia(school)
    for _ in range(6):
        priya.text(f"/pupils/{person}")
    page = priya.text("/audit/looks")
    assert "Only the latest 4 rows" in page
    assert "Amelia Hart" in page


def test_who_checks_the_record_reads_no_pupils_name(school: School, priya: Visitor) -> None:
    person = amelia(school)
    priya.text(f"/pupils/{person}")
    employ(school, OSCAR[0], "auditor")
    page = school.as_(OSCAR).text("/audit/looks?days=nonsense")
    assert "Priya Patel" in page
    assert "Amelia" not in page
