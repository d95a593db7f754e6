"""A case leaves as a file, and that it did is recorded."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from safeguard.case_files.exporting import CaseFile, export
from safeguard.core.events import first_id_at
from safeguard.problems import UnusableError
from safeguard.store import audit
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.safeguard.case_files.conftest import wish
from tests.safeguard.case_samples import CASE, LONDON, small_case
from tests.safeguard.samples import NOW


def manifest_of(made: CaseFile) -> bytes:
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        return archive.read("manifest.json")


def exported(store: Store) -> list[tuple[AuditRow, dict[str, object]]]:
    with store.reading() as session:
        rows = session.execute(
            select(AuditRow, AuditPayloadRow.payload)
            .join(AuditPayloadRow, AuditPayloadRow.id == AuditRow.id)
            .where(AuditRow.what == "exported")
        ).all()
        return [(row, json.loads(audit.opened(store.vault, payload))) for row, payload in rows]


def test_an_export_is_recorded_with_who_why_and_what_left(any_store: Store, tmp_path: Path) -> None:
    by = small_case(any_store)
    before = audit.head(any_store)
    made = export(any_store, tmp_path, wish(by), LONDON, None)
    assert made is not None
    assert made.sha256 == hashlib.sha256(made.content).hexdigest()
    ((row, payload),) = exported(any_store)
    assert (row.who, row.about_kind, row.about, row.at) == (
        f"staff:{by}", "case", CASE, wish().at,
    )  # fmt: skip
    manifest = manifest_of(made)
    assert payload == {
        "why": "Strategy meeting",
        "how": "command line",
        "manifest": hashlib.sha256(manifest).hexdigest(),
        "key": made.fingerprint,
        "events": 4,
        "visits": 2,
        "pdf": False,
    }
    told = json.loads(manifest)
    assert before is not None
    assert (told["made"]["row"], told["made"]["hash"]) == (before.row, before.hash.hex())
    assert told["holds"] == {"concerns": 2, "events": 4, "visits": 2, "notes": 1}


def test_the_file_s_name_and_the_manifest_name_no_pupil(small_file: CaseFile) -> None:
    assert small_file.name == "case-C832-2222.zip"
    manifest = manifest_of(small_file).decode()
    assert "Amy" not in manifest
    assert "Ben" not in manifest
    with zipfile.ZipFile(io.BytesIO(small_file.content)) as archive:
        assert {one.partition("-")[0] for one in archive.namelist() if "C832" in one} == {"C832"}


def test_without_a_record_of_it_nothing_leaves(
    any_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = small_case(any_store)

    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("safeguard.store.audit.record", fails)
    with pytest.raises(RuntimeError):
        export(any_store, tmp_path, wish(by), LONDON, None)


def test_where_the_pdf_cannot_be_made_nothing_is_recorded(
    busy_store: Store, tmp_path: Path
) -> None:
    before = len(exported(busy_store))

    def cannot(*_: object) -> bytes:
        raise UnusableError("no Pango")

    with pytest.raises(UnusableError, match="no Pango"):
        export(busy_store, tmp_path, wish(), LONDON, cannot)
    assert len(exported(busy_store)) == before


def test_an_export_needs_a_reason_and_a_case(busy_store: Store, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="Say what the file is for"):
        export(busy_store, tmp_path, replace(wish(), why=" "), LONDON, None)
    gone = replace(wish(), case_id=first_id_at(NOW))
    assert export(busy_store, tmp_path, gone, LONDON, None) is None


def test_the_school_is_named_as_its_settings_say(busy_store: Store, tmp_path: Path) -> None:
    made = export(busy_store, tmp_path, replace(wish(), school="Hill Primary"), LONDON, None)
    assert made is not None
    assert json.loads(manifest_of(made))["school"] == "Hill Primary"


def test_the_pdf_is_among_the_files(busy_store: Store, tmp_path: Path) -> None:
    made = export(busy_store, tmp_path, wish(), LONDON, lambda *_: b"%PDF drawn")
    assert made is not None
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert archive.read("C832-2222.pdf") == b"%PDF drawn"
        assert archive.namelist()[0] == "C832-2222.pdf"
