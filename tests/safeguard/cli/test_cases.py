"""`safeguard cases`."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.case_files import exporting
from safeguard.case_files.exporting import CaseFile
from safeguard.cli.options import account
from safeguard.core.concerns import Outcome
from safeguard.core.events import new_event_id, reference_of
from safeguard.settings import load
from safeguard.store import cases, schema
from safeguard.store.cases import Opening
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from tests.safeguard.case_samples import AMY, CASE, act, lead, small_case
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.samples import at

REFERENCE = "C832-2222"
NAME = f"case-{REFERENCE}.zip"

type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    yield store
    store.close()


@pytest.fixture
def by(store: Store) -> int:
    return small_case(store)


def exported(store: Store) -> list[AuditRow]:
    with store.reading() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.what == "exported")))


def export(run: Run, folder: Path, *more: str) -> Ran:
    asked = ["--by", "lee@school.example", "--why", "Strategy meeting", "--to", str(folder)]
    return run("cases", "export", REFERENCE, *asked, *(more or ["--no-pdf"]))


@pytest.mark.usefixtures("by")
def test_the_list_names_nobody(safeguard: Run) -> None:
    ran = safeguard("cases", "list")
    assert ran.out.split("\n")[0] == (
        f"{REFERENCE}  open   high    opened 2026-03-04, due 2026-03-05, 2 concerns, 2 people"
    )
    assert "Amy" not in ran.out
    record = json.loads(safeguard("cases", "list", "--json").out)
    assert (record["reference"], record["state"], record["closed_at"]) == (REFERENCE, "open", None)
    assert "title" not in record


def test_the_list_can_be_of_open_or_closed_ones(safeguard: Run, store: Store, by: int) -> None:
    assert safeguard("cases", "list", "--state", "closed").out == "There are no such cases.\n"
    cases.close(store, act(store, by, at(5000)), Outcome.ACTED, "Done.", None)
    assert REFERENCE in safeguard("cases", "list", "--state", "closed").out
    odd = safeguard("cases", "list", "--state", "lost")
    assert (odd.status, "say open or closed" in odd.err) == (2, True)


def test_the_list_says_where_there_are_more(
    safeguard: Run, store: Store, by: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = new_event_id(at(7200), (901).to_bytes(10))
    opening = Opening("Another", Severity.LOW, (), [AMY])
    cases.open_case(store, opening, by, at(7200), newer)
    assert len(safeguard("cases", "list").out.splitlines()) == 2
    monkeypatch.setattr("safeguard.cli.cases.MOST_SHOWN", 1)
    ran = safeguard("cases", "list")
    assert ran.out.startswith(reference_of(newer))
    assert "there are more" in ran.err


def test_a_case_is_written_for_its_owner_alone_and_checks_itself(
    safeguard: Run, store: Store, by: int, tmp_path: Path
) -> None:
    ran = export(safeguard, tmp_path, "--pdf")
    path = tmp_path / NAME
    assert (ran.status, ran.out) == (0, f"{path}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    (row,) = exported(store)
    assert (row.who, row.about) == (f"staff:{by}", CASE)
    with zipfile.ZipFile(path) as archive:
        assert archive.read(f"{REFERENCE}.pdf").startswith(b"%PDF")
        made = json.loads(archive.read("manifest.json"))["made"]
    assert (made["by"], made["why"], made["how"]) == (
        "Lee Lead", "Strategy meeting", f"command line, as {account()}",
    )  # fmt: skip
    key = safeguard("cases", "key").out.strip()
    assert key in ran.err
    checked = safeguard("cases", "verify", str(path))
    assert checked.status == 0
    assert "made by Lee Lead" in checked.out
    assert "Ask the school" in checked.out
    assert "Ask the school" not in safeguard("cases", "verify", str(path), "--key", key).out
    other = safeguard("cases", "verify", str(path), "--key", "00" * 32)
    assert (other.status, "not by that school" in other.out) == (1, True)


@pytest.mark.usefixtures("by")
def test_the_check_needs_the_file_alone(
    safeguard: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(safeguard, tmp_path)
    nowhere = tmp_path / "nowhere"
    monkeypatch.setenv("SAFEGUARD_DATA", str(nowhere))
    ran = safeguard("cases", "verify", str(tmp_path / NAME), "--json")
    assert ran.status == 0
    found = json.loads(ran.out)
    assert (found["whole"], found["reference"], found["wrong"]) == (True, REFERENCE, [])
    assert not nowhere.exists()


def test_a_file_is_never_written_over_another(
    safeguard: Run, store: Store, by: int, tmp_path: Path
) -> None:
    assert by
    export(safeguard, tmp_path)
    again = export(safeguard, tmp_path)
    assert (again.status, "there already" in again.err) == (2, True)
    assert len(exported(store)) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ZZZZ-9999", "--by", "lee@school.example", "--why", "x"], "no case ZZZZ-9999"),
        ([REFERENCE, "--by", "nobody@school.example", "--why", "x"], "no safeguarding lead"),
        ([REFERENCE, "--by", "gus@school.example", "--why", "x"], "no safeguarding lead"),
        ([REFERENCE, "--by", "lee@school.example", "--why", " "], "Say what the file is for"),
        ([REFERENCE, "--by", "lee@school.example", "--why", "x", "--to", "/nowhere"], "no folder"),
    ],
)
@pytest.mark.usefixtures("by")
def test_what_cannot_be_exported_is_said_and_leaves_nothing(
    safeguard: Run,
    store: Store,
    tmp_path: Path,
    arguments: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead(store, "Gus Gone", active=False)
    monkeypatch.chdir(tmp_path)
    ran = safeguard("cases", "export", *arguments)
    assert (ran.status, says in ran.err) == (2, True), ran.err
    assert list(tmp_path.glob("*.zip")) == []
    assert exported(store) == []


@pytest.mark.usefixtures("by")
def test_a_folder_that_cannot_be_written_is_said(
    safeguard: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()

    def pulled_out(*arguments: Any) -> CaseFile | None:
        folder.rmdir()
        return exporting.export(*arguments)

    monkeypatch.setattr("safeguard.cli.cases.export", pulled_out)
    ran = export(safeguard, folder)
    assert (ran.status, "cannot be written" in ran.err) == (2, True)


def test_a_changed_file_is_a_finding_and_what_is_no_case_file_is_unusable(
    safeguard: Run, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.zip"
    odd.write_bytes(b"no zip")
    ran = safeguard("cases", "verify", str(odd))
    assert (ran.status, "no zip file" in ran.err) == (2, True)
    with zipfile.ZipFile(odd, "w") as archive:
        archive.writestr("x", "y")
    ran = safeguard("cases", "verify", str(odd))
    assert ran.status == 1
    assert "manifest.json is missing." in ran.out
