"""A case as spreadsheets."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.case_files.records import Record
from safeguard.case_files.spreadsheets import LONGEST_CELL, local, safe, sheets_of, shown
from tests.safeguard.case_samples import FIRST, LONDON, SECOND

GOLDEN = Path("tests/golden")


def rows(sheet: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", ["events", "visits", "written", "incidents"])
def test_a_sheet_is_the_golden_one(small_document: Record, name: str) -> None:
    """To renew it: delete the file, run this, and read what changed."""
    golden = GOLDEN / f"case-{name}.csv"
    made = sheets_of(small_document, LONDON)[name]
    if not golden.exists():
        golden.write_bytes(made)
        pytest.fail("it was not there, and is written now: read it")
    assert made == golden.read_bytes()


def test_each_row_bears_the_id_and_the_digest_of_its_record(small_document: Record) -> None:
    sheets = sheets_of(small_document, LONDON)
    records = {one["id"]: one["digest"] for one in small_document["events"]}
    assert {one["id"]: one["digest"] for one in rows(sheets["events"])} == records
    concerns = {one["id"]: one["digest"] for one in small_document["concerns"]}
    assert {one["Incident ID"]: one["Hash"] for one in rows(sheets["incidents"])} == concerns


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("plain words", "plain words"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1+1", "' =1+1"),
        ("\n=1+1", "'\n=1+1"),
        ("\t=1+1", "'\t=1+1"),
        ("＝1+1", "'＝1+1"),
        ("a=1", "a=1"),
        ("\r=1", "[U+000D]=1"),
        ("\u202e=1", "[U+202E]=1"),
        ("\x00x", "[U+0000]x"),
        ("a\u200bb", "a[U+200B]b"),
        ("שלום", "שלום"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("\ud83d", "[U+D83D]"),
    ],
)
def test_no_cell_is_run_and_nothing_in_it_is_hidden(cell: str, said: str) -> None:
    assert safe(cell) == said


@given(st.text())
def test_no_cell_begins_as_a_formula_or_holds_a_control_character(cell: str) -> None:
    said = safe(cell)
    assert not said.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not any(ord(one) < 32 for one in said if one not in "\n\t")
    assert len(said) <= LONGEST_CELL + 40


def test_a_cell_longer_than_a_spreadsheet_takes_is_cut_and_says_so() -> None:
    said = safe("x" * 1_000_000)
    assert said.endswith("x … (whole in the JSON file)")
    assert len(said) < 32_767


def test_times_are_the_school_s() -> None:
    assert local("2026-07-01T11:00:00Z", LONDON) == "2026-07-01 12:00:00 +0100"
    assert shown("a\u2066b") == "a[U+2066]b"


def test_an_incident_names_a_pupil_only_where_a_pupil_was_found(small_document: Record) -> None:
    first, second = small_document["concerns"]
    device = {**first, "subject_kind": "device", "subject": "amy"}
    taken_out = {**second, "taken_out_at": "2026-03-04T13:00:00Z"}
    changed = {**small_document, "concerns": [device, taken_out]}
    (row,) = rows(sheets_of(changed, LONDON)["incidents"])
    assert (row["Incident ID"], row["Pupil"], row["Pupil reference"]) == (FIRST, "", "")


def test_what_was_done_for_one_pupil_does_not_go_to_another_s_record(
    small_document: Record,
) -> None:
    def done(**changes: Any) -> dict[str, str]:
        made = sheets_of({**small_document, **changes}, LONDON)["incidents"]
        return {one["Incident ID"]: one["Action taken"] for one in rows(made)}

    assert done() == {FIRST: "", SECOND: ""}
    (note,) = small_document["notes"]
    assert done(notes=[{**note, "concern": FIRST}]) == {FIRST: note["text"], SECOND: ""}
    amy = [one for one in small_document["people"] if one["id"] == "amy"]
    assert done(people=amy) == {FIRST: note["text"], SECOND: note["text"]}
    assert done(people=amy, notes=[{**note, "what": "note"}]) == {FIRST: "", SECOND: ""}
