"""The PDF of a case."""

import builtins
import re
import sys
import zlib
from typing import Any

import pytest

from safeguard.case_files import pages
from safeguard.case_files.pages import html_of, pdf_of
from safeguard.case_files.records import Record
from safeguard.problems import UnusableError
from tests.safeguard.case_samples import LONDON

KEY = "ab" * 32
HOSTILE = '<script>alert(1)</script><img src="http://evil.example/x"> & "quotes" \u202eesrever'


def page(document: Record, **changes: Any) -> str:
    return html_of({**document, **changes}, KEY, LONDON)


def streams(pdf: bytes) -> bytes:
    """The PDF with what is compressed in it opened, for looking for words of its structure."""
    found = [pdf]
    for one in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(one.group(1)))
        except zlib.error:
            continue
    return b"\n".join(found)


@pytest.fixture(scope="session")
def pdf(small_document: Record) -> bytes:
    return streams(pdf_of(small_document, KEY, LONDON))


def test_the_pdf_is_tagged_titled_and_in_a_language(pdf: bytes) -> None:
    assert pdf.startswith(b"%PDF-1.7")
    assert b"/Lang (en-GB)" in pdf
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", pdf)
    assert b"/StructTreeRoot" in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf or b'pdfuaid:part="1"' in pdf
    assert b"Case file C832-2222" in pdf


def test_headings_tables_and_their_headers_are_told_to_a_screen_reader(pdf: bytes) -> None:
    tags = {one.decode() for one in re.findall(rb"/S /(\w+)", pdf)}
    assert {"H1", "H2", "H3", "Table", "TR", "TH", "TD", "Caption", "P", "L", "LI"} <= tags
    cells = re.findall(rb"/Headers \[([^\]]*)\]", pdf)
    named = set(re.findall(rb"/ID (\([^)]*\))", pdf))
    assert len(cells) > 40
    for cell in cells:  # each cell names its headers, and those are there
        assert set(re.findall(rb"\([^)]*\)", cell))
        assert set(re.findall(rb"\([^)]*\)", cell)) <= named
    assert b"/Outlines" in pdf


def test_the_page_says_what_the_record_says(small_document: Record) -> None:
    said = page(small_document)
    for words in (
        "Printed by", "Lee Lead", "4 Mar 2026 13:00:00", "Strategy meeting", "What Amy searched for",
        "Amy Adams", "Ben Brown", "7-amy", "Self-harm and distress", "Typed twice within an hour.",
        "Spoke with Amy.", "some words", "news.example/today", "withheld", KEY, "number 3",
        "likely, by device", "high",
    ):  # fmt: skip
        assert words in said, words
    assert "odd.example" not in said


def test_what_anyone_typed_is_text_and_nothing_else(small_document: Record) -> None:
    case = {**small_document["case"], "title": HOSTILE}
    events = [{**one, "words": HOSTILE, "host": HOSTILE} for one in small_document["events"]]
    notes = [{**one, "text": HOSTILE} for one in small_document["notes"]]
    people = [{**one, "name": HOSTILE} for one in small_document["people"]]
    said = page(small_document, case=case, events=events, notes=notes, people=people)
    assert "<script" not in said
    assert "<img" not in said
    assert "\u202e" not in said
    assert said.count("[U+202E]") >= 5
    made = pdf_of({**small_document, "case": case, "notes": notes}, KEY, LONDON)
    assert made.startswith(b"%PDF")


def test_nothing_is_fetched_for_a_page() -> None:
    with pytest.raises(ValueError, match="fetches nothing"):
        pages._fetch_nothing("http://evil.example/x")


def test_a_page_needs_no_colour_and_no_picture(small_document: Record) -> None:
    said = page(small_document)
    colours = {
        one.lower() for one in re.findall(r"#[0-9a-fA-F]{3,6}\b", said.split("</style>", 1)[0])
    }
    assert all(len(set(one.lstrip("#"))) == 1 for one in colours)  # shades of grey
    assert "<img" not in said
    assert "url(" not in said


def test_an_empty_case_has_a_page_too(small_document: Record) -> None:
    none: dict[str, list[Record]] = {
        name: []
        for name in (
            "people", "concerns", "events", "visits", "notes", "outcomes", "assignments", "left_out",
        )
    }  # fmt: skip
    said = page(small_document, **none)
    for sentence in (
        "No pupil is named", "no outcome is on record", "There are no notes", "No concern was ever",
        "no events on record", "No visits are on record", "Nobody is on record",
    ):  # fmt: skip
        assert sentence in said, sentence


def test_what_cannot_be_read_is_said_so(small_document: Record) -> None:
    lost = {
        name: [{**one, "readable": False} for one in small_document[name]]
        for name in ("events", "visits", "notes")
    }
    said = page(small_document, **lost, case={**small_document["case"], "readable": False})
    assert said.count("cannot be read: its key is not there") == 6
    assert "Cannot be read: its key is not there." in said
    assert "Cannot be read: sealed with a key" in said


def test_a_visit_of_an_odd_shape_stops_no_page(small_document: Record) -> None:
    visits = [{**one, "visit": {"host": 7, "times": "<b>"}} for one in small_document["visits"]]
    said = page(small_document, visits=visits)
    assert "not known" in said
    assert "&lt;b&gt;" in said


def test_what_is_undone_or_closed_is_said(small_document: Record) -> None:
    outcome = {
        "id": 1, "concern": "", "at": "2026-03-04T13:00:00Z", "by": "Lee Lead", "what": "acted",
        "text": "Talked.", "until": "2026-03-05T13:00:00Z", "until_by": "Dee", "readable": True,
    }  # fmt: skip
    concern = {
        **small_document["concerns"][0],
        "taken_out_at": "2026-03-04T13:00:00Z",
        "taken_out_by": "Dee",
        "moved_from": "device:x",
        "care": True,
        "subject_kind": "device",
        "subject_name": "",
        "subject": "tablet",
    }
    case = {**small_document["case"], "closed_at": "2026-03-04T13:00:00Z", "state": "closed"}
    said = page(small_document, outcomes=[outcome], concerns=[concern], case=case)
    for words in (
        "Undone 5 Mar 2026 13:00:00 by Dee", "taken out</strong> 4 Mar 2026", "found as device:x",
        "help was sought", "device tablet", "closed since 4 Mar 2026",
    ):  # fmt: skip
        assert words in said, words


def test_what_is_long_is_cut_and_says_where_the_rest_is(
    small_document: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_EVENTS", 2)
    monkeypatch.setattr(pages, "MOST_VISITS", 1)
    monkeypatch.setattr(pages, "MOST_CONCERNS", 1)
    notes = [{**small_document["notes"][0], "text": "x" * 10_000_000}]
    severities = (1, 4, 2, 4)
    events = [
        {**one, "severity": severity, "reference": f"EVENT-{number}"}
        for number, (one, severity) in enumerate(
            zip(small_document["events"], severities, strict=True)
        )
    ]
    outcome = {**notes[0], "until": None, "until_by": ""}
    monkeypatch.setattr(pages, "MOST_NOTES", 1)
    said = page(small_document, notes=notes, events=events, outcomes=[outcome] * 5000)
    assert len(said) < 40_000
    assert "4999 more conclusions are not printed: see the written spreadsheet." in said
    assert "9996000 more characters: see the JSON file" in said
    assert "2 more events are not printed: see the events spreadsheet." in said
    assert "1 more visits are not printed" in said
    assert "1 more concerns are not printed" in said
    assert re.findall(r"EVENT-\d", said) == ["EVENT-1", "EVENT-3"]


def test_where_the_libraries_are_missing_the_packages_are_named(
    small_document: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = builtins.__import__

    def without_pango(name: str, *rest: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0': not found. Additionally, ...")
        return usual(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(UnusableError, match=r"apt install libpango-1\.0-0 .* --no-pdf"):
        pdf_of(small_document, KEY, LONDON)
