"""Files of people as exports write them: read whatever their coding, refused by the line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.types import Problem
from safeguard import roll_file
from safeguard.core.roll_columns import Column, proposed
from safeguard.core.rolls import Field, Told
from safeguard.roll_file import NoTableError, Reading, Table, people_of, table_of

TODAY = date(2026, 11, 22)
GROUPS = {"primary", "secondary", "sixth-form", "staff"}
TEXT = "Adno,Forename,Surname,Year\r\n1,Zoë,O’Hara,7\r\n\r\n2,Ben,Example,12\r\n"
ROWS = ((2, ("1", "Zoë", "O’Hara", "7")), (4, ("2", "Ben", "Example", "12")))


def read(text: str, **more: str) -> tuple[tuple[Told, ...], tuple[Problem, ...]]:
    table = table_of(text.encode())
    return people_of(table, Reading(proposed(table.head), GROUPS, TODAY, **more), "roll.csv")


@pytest.mark.parametrize(
    "coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_coding_and_separator_says_the_same(coding: str, separator: str) -> None:
    table = table_of(TEXT.replace(",", separator).encode(coding))
    assert table.head == ("Adno", "Forename", "Surname", "Year")
    assert table.rows == ROWS


def test_the_separator_that_excel_states_is_believed() -> None:
    table = table_of(b'sep=;\r\nName;Year\r\n"Ada, B; C";7\r\n')
    assert table == Table(("Name", "Year"), ((3, ("Ada, B; C", "7")),))


def test_quoted_cells_may_hold_separators_and_line_breaks() -> None:
    table = table_of(b'"Name, whole";Year\n"Ada\nExample";7\nBen;8\n')
    assert table.head == ("Name, whole", "Year")
    assert table.rows == ((2, ("Ada\nExample", "7")), (4, ("Ben", "8")))


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", 1, "must name the columns"),
        (b"\n\n", 1, "must name the columns"),
        (b"Name,Name\nAda,Ada\n", 1, "two columns are called “Name”"),
        (b'Name,Year\nAda,7\n"Ben,8\n', 3, "stray quote"),
        (b"PK\x03\x04\x00\x00\x81\x8d", 1, "this is no text"),
        (b"Name,Year\nAda\x81,7\n", 2, "this is no text"),
        (b"\xff\xfeN\x00a", 1, "this is no text"),
        (b"Name\nA" + b"\0" * 3, 2, "this is no text"),
        (",".join(f"c{one}" for one in range(400)).encode(), 1, "more than 300 columns"),
    ],
)
def test_what_is_no_table_is_named_by_its_line(content: bytes, line: int, says: str) -> None:
    with pytest.raises(NoTableError, match=says) as told:
        table_of(content)
    assert told.value.line == line


def test_absurd_sizes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll_file, "MOST_BYTES", 30)
    with pytest.raises(NoTableError, match="larger than"):
        table_of(b"Name\n" + b"Ada\n" * 20)
    monkeypatch.setattr(roll_file, "MOST_BYTES", 300)
    monkeypatch.setattr(roll_file, "MOST_LINES", 3)
    with pytest.raises(NoTableError, match="more than 3 lines") as told:
        table_of(b"Name\n" + b"Ada\n" * 9)
    assert told.value.line == 5


def test_a_person_has_all_that_the_columns_say() -> None:
    people, problems = read(
        "Adno,Preferred Forename,Surname,Reg,Year,Username,DOB,SEN Status,EAL\n"
        "17,Ada,Example,7B,Year 7,SCHOOL\\AExample,03/09/2014,K,Y\n"
    )
    assert problems == ()
    assert people == (
        Told(
            "Ada Example", "secondary", "17", "17", "aexample", "7", "7B", date(2014, 9, 3),
            ("eal", "sen-status-k"), 2,
        ),
    )  # fmt: skip


def test_a_file_speaks_of_the_columns_it_has() -> None:
    reading = Reading({Column.NAME: ("Name",), Column.YEAR: ("Year",)}, GROUPS, TODAY)
    assert reading.says == {Field.NAME, Field.GROUP, Field.YEAR}


def test_each_line_that_cannot_be_is_named_with_the_mend() -> None:
    _, problems = read(
        "Adno,Name,Year,Group,DOB,Username\n"
        "1,,7,,,\n"
        ",Ada,7,,,\n"
        "3,Ada,seven,,,\n"
        "4,Ada,7,pirates,,\n"
        "5,Ada,,,,\n"
        "6,Ada,7,,31/02/2014,\n"
        "7,Ada,7,,,a b\n"
        "8,Ada,7,,,,more\n"
        f"9,{'A' * 600},7,,,\n"
    )
    assert [(one.file, one.line) for one in problems] == [("roll.csv", one) for one in range(2, 11)]
    says = [one.says for one in problems]
    for said, expected in zip(
        says,
        (
            "the name is missing",
            "the number that tells people apart is missing",
            "“seven” is no year",
            "no group “pirates”: there are primary, secondary, sixth-form, staff",
            "nothing says which group this is",
            "“31/02/2014” is no day of the calendar",
            "“a b” is no login",
            "there are 7 cells: the first line has 6",
            "longer than 500",
        ),
        strict=True,
    ):
        assert expected in said


def test_one_group_may_be_given_for_all() -> None:
    people, problems = read("Name\nAda\n", group="staff")
    assert (people[0].group, problems) == ("staff", ())


def test_short_lines_have_empty_cells() -> None:
    people, _ = read("Name,Year,Reg\nAda,7\n")
    assert (people[0].year, people[0].form) == ("7", "")


@given(st.binary(max_size=120))
def test_no_bytes_do_more_than_name_a_line(content: bytes) -> None:
    for whole in (content, b"Name,Year\n" + content):
        try:
            table = table_of(whole)
        except NoTableError as error:
            assert error.line >= 1  # noqa: PT017  that it is raised is not the point
        else:
            people_of(table, Reading({Column.NAME: table.head[:1]}, GROUPS, TODAY), "x")
