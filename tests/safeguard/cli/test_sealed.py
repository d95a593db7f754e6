"""`safeguard sealed`: lists go in and never come out; what is wrong is said and is status 1."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from safeguard.core.types import Channel, Subject
from safeguard.engine import open_engine
from safeguard.jobs import Drain
from safeguard.recorder import open_recorder
from safeguard.sealing import load_sealing
from safeguard.settings import load
from safeguard.spool import FOLDER
from safeguard.store.session import open_store
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.cli.test_on_record import told

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
FEED = "# synthetic\nxyzzy-whole.test\nhttps://plugh-carrier.example/frobozz/7?grue=1\nno host\n"
ASKED = ("https://www.xyzzy-whole.test/", "https://plugh-carrier.example/frobozz/7?grue=1")
TELLING = (b"xyzzy", b"plugh", b"frobozz", b"grue=1")


@pytest.fixture
def imported(safeguard: Callable[..., Ran]) -> Callable[..., Ran]:
    ran = safeguard("sealed", "import", "--name", "test-list", "-", stdin=FEED)
    assert ran.status == 0
    assert "2 entries are sealed as “test-list”" in ran.out
    assert "1 lines are neither a URL nor a host: 4." in ran.err
    return safeguard


def require(school: Path, *names: str) -> None:
    (school / "safeguard.toml").write_text(f"[sealed]\nrequired = {json.dumps(names)}\n")


def status(safeguard: Callable[..., Ran]) -> tuple[int, str, list[str]]:
    ran = safeguard("sealed", "status", "--json")
    found = json.loads(ran.out)
    return ran.status, found["state"], [one["complaint"] for one in found["lists"]]


def test_a_list_from_a_file_is_in_force_at_once(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "feed.txt").write_text("one.test\n")
    assert safeguard("check", "one.test").status == 0
    ran = safeguard("sealed", "import", "--name", "mine", str(tmp_path / "feed.txt"))
    assert (ran.status, ran.err) == (0, "")
    verdict = json.loads(safeguard("check", "--json", "--group", "staff", "one.test").out)
    assert (verdict["action"], verdict["flagged"]) == ("block", True)
    assert (verdict["url"], verdict["host"]) == ("withheld", "withheld")


def test_status_says_how_each_list_is(imported: Callable[..., Ran], school: Path) -> None:
    assert status(imported) == (0, "NOTHING REQUIRED", [""])
    require(school, "test-list")
    assert status(imported) == (0, "IN FORCE", [""])
    ran = imported("sealed", "status")
    assert "2 entries  test-list" in ran.out
    assert "0.0 hours old, in force" in ran.out
    assert "More is not claimed" in ran.out
    require(school, "test-list", "absent")
    assert status(imported) == (1, "NON-COMPLIANT", ["it is missing", ""])
    ran = imported("sealed", "status")
    assert "NON-COMPLIANT: it is missing" in ran.out
    assert "Import it anew: safeguard sealed import" in ran.out


def test_what_is_brought_in_by_a_member_and_tested_is_compliant(
    imported: Callable[..., Ran], school: Path
) -> None:
    (school / "safeguard.toml").write_text(
        '[sealed]\nrequired = ["test-list"]\norganisation = "A Provider Ltd"\n'
        'membership = "M-123"\ntest_entries = ["xyzzy-whole.test"]\n'
    )
    assert status(imported) == (0, "IN FORCE", [""])
    assert imported("sealed", "test").out.startswith("Passed: all 1 test entries are blocked")
    assert json.loads(imported("sealed", "test", "--json").out)["passed"] is True
    assert status(imported) == (0, "COMPLIANT", [""])
    ran = imported("sealed", "status")
    assert "Brought in: A Provider Ltd, membership M-123; last test " in ran.out
    assert "Whether that meets your duties is for your provider and you to say." in ran.out
    imported("sealed", "import", "--smaller", "--name", "test-list", "-", stdin="other.test\n")
    failed = imported("sealed", "test")
    assert (failed.status, "FAILED" in failed.out) == (1, True)
    assert status(imported)[:2] == (1, "NON-COMPLIANT")


def test_each_generation_and_each_test_is_in_the_audit_chain_without_an_entry(
    imported: Callable[..., Ran], school: Path
) -> None:
    (school / "safeguard.toml").write_text('[sealed]\ntest_entries = ["xyzzy-whole.test"]\n')
    imported("sealed", "test")
    imported("sealed", "import", "--smaller", "--name", "test-list", "-", stdin="other.test\n")
    imported("sealed", "test")
    first, passed, second, failed = (
        (what, about, payload)
        for _, what, kind, about, payload in told(school)
        if kind == "sealed list"
    )
    serials = [str(one[2].pop("serial")) for one in (first, second)]
    (state,) = load_sealing(school, ()).states
    assert serials[0] < serials[1] == str(state.serial)
    assert first[:2] == second[:2] == ("imported", "test-list")
    assert [one[2]["entries"] for one in (first, second)] == [2, 1]
    assert passed == (
        "tested", "", {"passed": True, "entries": 1, "open": [], "lists": ["test-list"]},
    )  # fmt: skip
    assert failed == ("tested", "", {"passed": False, "entries": 1, "open": [1], "lists": []})


def test_a_list_of_terrorist_content_is_told_apart(
    safeguard: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "feed.csv").write_text("uri,seen\nhxxps://one[.]test/page,2026-01-01\n")
    assert safeguard("sealed", "import", "--name", "ctiru", str(tmp_path / "feed.csv")).status == 0
    verdict = json.loads(safeguard("check", "--json", "https://one.test/page").out)
    assert (verdict["categories"], verdict["url"]) == (["illegal-terrorism"], "withheld")
    said = safeguard("check", "--explain", "https://one.test/page").out
    assert "unlawful terrorist content, which no rule can allow" in said
    assert "unlawful content, which" not in said


def test_a_loader_that_nobody_installed_is_said(safeguard: Callable[..., Ran]) -> None:
    ran = safeguard("sealed", "import", "--name", "one", "--feed", "what")
    assert (ran.status, "Known: iwf, ctiru" in ran.err) == (2, True)


def test_an_import_that_fails_is_an_alarm_until_one_succeeds(
    imported: Callable[..., Ran],
) -> None:
    failed = imported("sealed", "import", "--name", "test-list", "-", stdin="<html>\n")
    assert (failed.status, "nothing has changed" in failed.err) == (2, True)
    number, state, (complaint,) = status(imported)
    assert (number, state) == (1, "NON-COMPLIANT")
    assert "its last update failed" in complaint
    assert imported("check", ASKED[0]).status == 1
    assert imported("sealed", "import", "--name", "test-list", "-", stdin=FEED).status == 0
    assert status(imported) == (0, "NOTHING REQUIRED", [""])


def test_who_asks_too_much_is_answered_nothing(
    imported: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARD_SEALED__QUESTIONS_AN_HOUR", "2")
    assert imported("check", ASKED[0], ASKED[0]).status == 1
    refused = imported("check", "meadow.example")
    assert (refused.status, refused.out) == (2, "")
    assert "no question is answered until an hour has passed" in refused.err


def test_a_list_that_was_tampered_with_is_non_compliant(
    imported: Callable[..., Ran], school: Path
) -> None:
    (school / "sealed/test-list.sealed").write_bytes(b"nothing")
    says = "it was altered, or was sealed with another key"
    assert status(imported) == (1, "NON-COMPLIANT", [says])
    assert json.loads(imported("check", "--json", "www.bbc.co.uk").out)["reason"] == (
        "a sealed list is missing or cannot be trusted"
    )


def test_an_old_list_is_non_compliant_and_stays_in_force(
    imported: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.fromtimestamp(time.time() + 49 * 3600, UTC)
    monkeypatch.setattr("safeguard.cli.sealed.now", lambda: later)
    assert status(imported) == (1, "NON-COMPLIANT", ["it is older than 48 hours"])
    assert imported("check", ASKED[0]).status == 1


def test_a_list_is_removed_with_a_reason_unless_it_is_required(
    imported: Callable[..., Ran], school: Path
) -> None:
    assert imported("sealed", "remove", "test-list").status == 2
    require(school, "test-list")
    refused = imported("sealed", "remove", "test-list", "--reason", "a test")
    assert (refused.status, refused.out) == (2, "")
    assert "required by the settings" in refused.err
    require(school)
    assert imported("sealed", "remove", "test-list", "--reason", "a test").status == 0
    assert imported("check", ASKED[0]).status == 0


def test_nothing_of_an_entry_is_kept_or_said_anywhere(
    imported: Callable[..., Ran], school: Path
) -> None:
    said = b""
    for options in (("--json",), ("--explain",), ("--group", "guest", "--explain")):
        ran = imported("check", *options, *ASKED)
        assert ran.status == 1
        said += (ran.out + ran.err).encode()
    for form in ("plain", "--json"):
        ran = imported("sealed", "status", *((form,) if form == "--json" else ()))
        said += (ran.out + ran.err).encode()
    assert imported("rules", "build").status == 0

    settings = load(school)
    engine = open_engine(settings)
    recorder = open_recorder(settings, "test")
    subjects = (Subject("primary", "10.0.0.7", "pupil-7"), Subject("guest", "10.0.0.8"))
    for text in (*ASKED, "plugh-carrier.example", "https://plugh-carrier.example/other"):
        for subject in subjects:
            target = engine.target_of(text, Channel.WEB)
            assert target is not None
            verdict = engine.judge(subject, target)
            said += repr(verdict).encode()
            recorder.record(subject, target, verdict, NOW)
    recorder.close(NOW)
    store = open_store(settings)
    drain = Drain(store, school / FOLDER)
    assert drain.once() > 0
    drain.close()
    store.close()

    for folder, _, names in os.walk(school):
        for name in names:
            said += name.encode() + (Path(folder) / name).read_bytes()
    for word in TELLING:
        around = said.lower().partition(word)
        assert not around[1], (around[0][-60:], around[2][:60])
