"""The zip of one person: complete, readable, and marked where somebody has to look."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from safeguard import personal_files
from safeguard.problems import UnusableError
from safeguard.store import subject_access
from safeguard.store.session import AwayError, Store
from safeguard.store.subject_access import Line
from tests.safeguard.samples import NOW, reviewer
from tests.safeguard.store.keeping_samples import PERSON, case, concern, event, pupil
from tests.safeguard.store.test_retention import bring_visits


@pytest.fixture
def packed(any_store: Store, tmp_path: Path) -> zipfile.ZipFile:
    staff = reviewer(any_store)
    pupil(any_store)
    pupil(any_store, "pupil-8", "Ben Baker")
    one = event(any_store, 1, 0, words="<b>why does baker hate me</b>")
    key = concern(any_store, 1, 1, one)
    case(any_store, 3, 1, key, people=(PERSON, "pupil-8"), staff=staff)
    bring_visits(any_store, (0, PERSON), (0, "pupil-8"))
    places = personal_files.export(any_store, PERSON, tmp_path / "ada.zip", NOW)
    assert places == 7
    assert (tmp_path / "ada.zip").stat().st_mode & 0o777 == 0o600
    return zipfile.ZipFile(tmp_path / "ada.zip")


def read(packed: zipfile.ZipFile, name: str) -> str:
    return packed.read(name).decode()


def test_it_holds_all_in_forms_for_people_and_programs(packed: zipfile.ZipFile) -> None:
    assert packed.testzip() is None
    data = json.loads(read(packed, "data.json"))
    assert set(data) == set(personal_files.TITLES)
    assert data["events"][0]["host"] == "casino.example"
    visits = list(csv.DictReader(io.StringIO(read(packed, "visits.csv"))))
    assert [(one["host"], one["path"]) for one in visits] == [("casino.example", "/x")]
    page = read(packed, "index.html")
    assert "<h2>Events (1)</h2>" in page
    assert 'lang="en-GB"' in page
    assert "<b>" not in page
    packed.close()


def test_other_people_are_marked_and_every_text_of_staff_is_listed(packed: zipfile.ZipFile) -> None:
    data = json.loads(read(packed, "data.json"))
    assert data["notes"][0]["sealed"] == "⟦other person: Ben Baker⟧ was with her."
    assert "⟦other person: baker⟧ hate me" in data["events"][0]["sealed"]["words"]
    rows = list(csv.DictReader(io.StringIO(read(packed, "redaction.csv"))))
    told = {(row["table"], row["why"]) for row in rows}
    assert {
        ("events", "another person is named"),
        ("notes", "another person is named"),
        ("notes", "text in somebody's own words"),
        ("cases", "text in somebody's own words"),
        ("case_people", "another person"),
    } <= told
    assert "not redacted" in read(packed, "README.txt")
    packed.close()


def test_a_spreadsheet_runs_nothing_of_it() -> None:
    stream = io.StringIO()
    personal_files._rows(stream, ("a", "b"), [("=1+1", 5), ("plain", "@x")])
    assert stream.getvalue().split() == ["a,b", "'=1+1,5", "plain,'@x"]


def test_no_file_is_overwritten(any_store: Store, tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_text("mine")
    with pytest.raises(UnusableError, match="cannot be written"):
        personal_files.export(any_store, PERSON, tmp_path / "ada.zip", NOW)
    assert (tmp_path / "ada.zip").read_text() == "mine"


def test_what_is_cut_short_leaves_nothing_of_the_person(
    any_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Iterator[Line]:
        raise AwayError("the database went away")

    monkeypatch.setattr(subject_access, "visits", away)
    with pytest.raises(AwayError):
        personal_files.export(any_store, PERSON, tmp_path / "ada.zip", NOW)
    assert list(tmp_path.glob("ada*")) == []


def test_where_nobody_else_is_known_nothing_is_marked() -> None:
    assert personal_files._pattern(("Al",)) is None
    assert personal_files._in({"a": ["Al", 3]}, None) == {"a": ["Al", 3]}
