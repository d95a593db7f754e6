"""A case as records."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from filter_rules.sealed import WITHHELD
from filter_rules.types import Severity
from safeguard.case_files.records import (
    LISTS,
    Record,
    canonical,
    digest_of,
    document_of,
    plain,
    written,
)
from safeguard.store.case_content import content
from safeguard.store.session import Store
from tests.conftest import absent
from tests.safeguard.case_files.conftest import MADE
from tests.safeguard.case_samples import AMY, BEN, CASE, LONDON

GOLDEN = Path("tests/golden/case.json")


def test_the_document_is_the_golden_one(small_document: Record) -> None:
    """To renew it: delete tests/golden/case.json, run this, and read what changed."""
    made = written(small_document)
    if not GOLDEN.exists():
        GOLDEN.write_bytes(made)
        pytest.fail("it was not there, and is written now: read it")
    assert json.loads(made) == json.loads(GOLDEN.read_bytes())
    assert made == GOLDEN.read_bytes()


def test_every_record_has_a_digest_of_its_own(small_document: Record) -> None:
    records = [small_document["case"], *(one for name in LISTS for one in small_document[name])]
    assert len(records) > 8
    for one in records:
        assert one["digest"] == digest_of(one)
        changed = {**one, "id": f"{one['id']}x"}
        assert digest_of(changed) != one["digest"]


def test_a_digest_can_be_worked_out_with_standard_tools(
    small_document: Record, tmp_path: Path
) -> None:
    if shutil.which("jq") is None:
        absent("jq is not installed")
    path = tmp_path / "case.json"
    path.write_bytes(written(small_document))
    told = subprocess.run(
        ["jq", "-cjS", ".events[2] | del(.digest)", str(path)], check=True, capture_output=True
    ).stdout
    assert hashlib.sha256(told).hexdigest() == small_document["events"][2]["digest"]


def test_canonical_json_is_sorted_and_has_no_spaces() -> None:
    record = {"b": [1, True, None], "a": "ä\n", "digest": "left out"}
    assert canonical(record) == '{"a":"ä\\n","b":[1,true,null]}'.encode()


def test_times_are_in_utc_and_half_a_character_is_replaced() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=LONDON)
    assert plain({"at": noon, 1: (date(2026, 7, 1), Severity.HIGH, "\ud83d", 2, None)}) == {
        "at": "2026-07-01T11:00:00Z",
        "1": ["2026-07-01", 3, "?", 2, None],
    }
    assert plain(noon.astimezone(UTC)) == "2026-07-01T11:00:00Z"


def test_pupils_who_are_not_of_the_case_are_not_named(small_store: Store) -> None:
    found = content(small_store, CASE)
    assert found is not None
    only_ben = tuple(one for one in found.people if one.id != AMY)
    without = replace(found, people=only_ben, names={"ben": "Ben Brown"})
    told = document_of(without, MADE)
    assert [one["person_name"] for one in told["events"]] == [
        "another pupil", "another pupil", "Ben Brown", "another pupil",
    ]  # fmt: skip
    assert any("3 of its events are of other pupils" in one for one in told["left_out"])
    gone = document_of(replace(found, names={}), MADE)
    assert {one["person_name"] for one in gone["events"]} == {"no longer known"}
    unknown = replace(found, events=(replace(found.events[0], person=""),))
    assert document_of(unknown, MADE)["events"][0]["person_name"] == ""


def test_a_concern_names_no_pupil_whom_the_case_is_not_about_any_more(small_store: Store) -> None:
    found = content(small_store, CASE)
    assert found is not None
    only_amy = tuple(one for one in found.people if one.id == AMY)
    without = replace(found, people=only_amy, names={AMY: "Amy Adams"})
    made = written(document_of(without, MADE)).decode()
    names = {one["subject"]: one["subject_name"] for one in json.loads(made)["concerns"]}
    assert names == {AMY: "Amy Adams", BEN: "another pupil"}
    assert "Ben Brown" not in made


def test_what_is_not_in_the_file_is_said(small_store: Store) -> None:
    found = content(small_store, CASE)
    assert found is not None
    lost = replace(
        found,
        events=tuple(replace(one, readable=False) for one in found.events),
        visits=tuple(replace(one, readable=False) for one in found.visits),
        notes=tuple(replace(one, readable=False) for one in found.notes),
        events_there=9,
        visits_there=9,
    )
    said = document_of(lost, MADE)["left_out"]
    for sentence in (
        "1 of its events concern unlawful content",
        "4 of its events were sealed with a key that is not there",
        "2 visits were sealed",
        "1 notes and reasons were sealed",
        "5 events are left out",
        "7 visits are left out",
    ):
        assert any(one.startswith(sentence) for one in said), sentence
    many = replace(found, notes=found.notes * 5000)
    assert any("the first 5000 of each" in one for one in document_of(many, MADE)["left_out"])
    assert document_of(found, MADE)["left_out"] == [
        "1 of its events concern unlawful content: where, and what was typed, is withheld."
    ]


def test_withheld_words_are_in_no_record(small_document: Record) -> None:
    assert "odd.example" not in written(small_document).decode()
    assert small_document["events"][3]["words"] == WITHHELD


@pytest.mark.parametrize("text", ["", "<b>", "\u202ereversed", "\x00"])
def test_any_text_comes_back_from_the_file_as_it_was(text: str) -> None:
    assert json.loads(written({"text": text})) == {"text": text}
