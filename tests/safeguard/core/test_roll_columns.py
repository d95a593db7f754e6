"""What the columns of an export are likely to be, and what their cells say."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from safeguard.core.roll_columns import (
    Column,
    born_of,
    given,
    login_of,
    needs_of,
    phase_of,
    placed,
    proposed,
    slug,
    year_of,
)

TODAY = date(2026, 11, 22)
NAMES = ("Preferred Forename", "Preferred Surname")
EXPORTS = {
    "SIMS": (
        ["Forename", "Surname", "Reg", "Year", "Adno", "UPN", "DOB", "SEN Status", "EAL"],
        {"name": ("Forename", "Surname"), "form": ("Reg",), "year": ("Year",), "id": ("Adno",),
         "born": ("DOB",), "needs": ("SEN Status", "EAL")},
    ),
    "Arbor": (
        ["Arbor Student ID", "Legal First Name", "Legal Last Name", "Preferred First Name",
         "Preferred Last Name", "Year Group", "Registration Form", "Email Address"],
        {"id": ("Arbor Student ID",), "name": ("Preferred First Name", "Preferred Last Name"),
         "year": ("Year Group",), "form": ("Registration Form",), "login": ("Email Address",)},
    ),
    "Bromcom": (
        ["Last Name", "First Name", "Admission Number", "UPN", "Gender", "Year Group",
         "Tutor Group"],
        {"name": ("First Name", "Last Name"), "id": ("Admission Number",),
         "year": ("Year Group",), "form": ("Tutor Group",)},
    ),
    "iSAMS": (
        ["School ID", "Preferred Name", "Surname", "NC Year", "Form", "School Email Address"],
        {"id": ("School ID",), "name": ("Preferred Name", "Surname"), "year": ("NC Year",),
         "form": ("Form",), "login": ("School Email Address",)},
    ),
    "generic": (
        ["full_name", "group", "Username"],
        {"name": ("full_name",), "group": ("group",), "login": ("Username",)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", EXPORTS)
def test_the_columns_of_known_exports_are_found(system: str) -> None:
    head, expected = EXPORTS[system]
    assert {what.value: names for what, names in proposed(head).items()} == expected


def test_columns_that_say_nothing_known_are_left_out() -> None:
    assert proposed(["Postcode", "", "Dinner money"]) == {}
    assert Column.NAME not in proposed(["Surname", "Reg"])


def test_a_mapping_that_is_given_names_columns_in_any_spelling() -> None:
    head = ["Legal Forename", "Legal Surname", "House+Form"]
    assert given(["name=legal forename+LEGAL_SURNAME", "form=House+Form", "Year="], head) == {
        Column.NAME: ("Legal Forename", "Legal Surname"),
        Column.FORM: ("House+Form",),
        Column.YEAR: (),
    }


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("name=Vorname", "no column “Vorname”: it has Forename, Surname"),
        ("house=Forename", "maps nothing: write one of id, name"),
        ("Forename", "maps nothing"),
    ],
)
def test_a_mapping_that_cannot_be_is_a_sentence(word: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        given([word], ["Forename", "Surname"])


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("7", "7"), ("Year 7", "7"), ("Yr 07", "7"), ("Y13", "13"), ("Curriculum Year 10", "10"),
        ("Reception", "R"), ("Year R", "R"), ("0", "R"), ("Nursery", "N"), ("N2", "N"), ("", ""),
        ("Year 15", None), ("7B", None), ("seven", None),
    ],
)  # fmt: skip
def test_years_are_read_as_schools_write_them(said: str, year: str | None) -> None:
    assert year_of(said) == year


@pytest.mark.parametrize(
    ("year", "phase"),
    [("", ""), ("N", "primary"), ("R", "primary"), ("6", "primary"), ("7", "secondary"),
     ("11", "secondary"), ("12", "sixth-form"), ("14", "sixth-form")],
)  # fmt: skip
def test_a_year_says_the_phase(year: str, phase: str) -> None:
    assert phase_of(year) == phase


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("2014-09-03", date(2014, 9, 3)), ("03/09/2014", date(2014, 9, 3)),
        ("3.9.2014", date(2014, 9, 3)), ("2014-09-03 00:00:00", date(2014, 9, 3)), (" ", None),
    ],
)  # fmt: skip
def test_birthdays_are_read_with_the_day_first(said: str, born: date | None) -> None:
    assert born_of(said, TODAY) == born


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("03/09/14", "no date such as"),
        ("09/23/2014", "days come first"),
        ("2031-01-01", "born on"),
        ("1899-01-01", "born on"),
    ],
)
def test_what_is_no_birthday_says_why(said: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        born_of(said, TODAY)


def test_needs_are_words_and_no_says_nothing() -> None:
    cells = [("SEN Status", "K"), ("EAL", "Yes"), ("Vulnerable", "n"), ("In Care", " ")]
    assert needs_of(cells) == ("eal", "sen-status-k")


def test_a_login_is_compared_in_small_letters_without_its_domain() -> None:
    assert login_of(" SCHOOL\\AExample ") == "aexample"
    assert login_of("A.Example@School.example") == "a.example@school.example"


def test_the_most_exact_group_that_there_is_counts() -> None:
    groups = {"secondary", "year-7", "7b"}
    assert placed("", "7B", "7", groups) == "7b"
    assert placed("", "7C", "7", groups) == "year-7"
    assert placed("", "8A", "8", groups) == "secondary"
    assert placed("Year 7", "7B", "7", groups) == "year-7"
    assert placed("", "", "13", groups) == ""
    assert placed("", "", "", groups) == ""


@every(st.text(max_size=30))
def test_no_cell_breaks_anything(text: str) -> None:
    with suppress(ValueError):
        born_of(text, TODAY)
    year_of(text)
    assert slug(slug(text)) == slug(text)


@every(st.lists(st.text(max_size=12), max_size=8))
def test_what_is_proposed_is_always_of_the_file(head: list[str]) -> None:
    assert {one for names in proposed(head).values() for one in names} <= set(head)
