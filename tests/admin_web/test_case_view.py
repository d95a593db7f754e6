"""A case in words."""

from dataclasses import replace

import pytest

from admin_web.case_view import about, number, whose
from safeguard.store.case_content import content
from tests.admin_web.school import School, Visitor, a_case
from tests.admin_web.test_cases import amelia, deed
from tests.safeguard.store.keeping_samples import concern


@pytest.mark.parametrize(
    ("typed", "found"), [("7", 7), ("", 0), ("x", 0), (None, 0), ("١", 0), ("9" * 12, 0), ("-1", 0)]
)
def test_a_number_of_a_form_is_one_or_nothing(typed: str | None, found: int) -> None:
    assert number(typed) == found


def test_what_a_concern_is_about_and_whose(school: School, priya: Visitor) -> None:
    person = amelia(school)
    key = concern(school.store, 1, 1, subject=person, group="secondary", family="bullying")
    case_id = a_case(priya, person)
    deed(school, priya, case_id, "put-in", concern=key)
    whole = content(school.store, case_id)
    assert whole is not None
    (one,) = whole.concerns
    assert whose(one) == "Amelia Hart"
    assert whose(replace(one, subject_name="")) == "A person no longer on record"
    assert whose(replace(one, subject_kind="group", subjects=7)).startswith("7 pupils of ")
    assert whose(replace(one, subject_kind="device")) == "Unknown user of Amelia Hart"
    assert (about("bullying"), about("new-one")) == ("Bullying", "New one")


def test_a_long_chronology_goes_on_another_page(school: School, priya: Visitor) -> None:
    case_id = a_case(priya, amelia(school))
    for n in range(30):
        deed(school, priya, case_id, "note", words=f"note number {n}.")
    first, second = priya.text(f"/cases/{case_id}"), priya.text(f"/cases/{case_id}?page=2")
    assert "note number 29." in first
    assert "note number 0." not in first
    assert "note number 0." in second
    assert len(first) < 100_000
