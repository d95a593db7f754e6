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
from safeguard.settings import load
from safeguard.spool import FOLDER
from safeguard.store.session import open_store
from tests.safeguard.cli.conftest import Ran

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
FEED = "# synthetic\nxyzzy-whole.test\nhttps://plugh-carrier.example/frobozz/7?grue=1\nno host\n"
ASKED = ("https://www.xyzzy-whole.test/", "https://plugh-carrier.example/frobozz/7?grue=1")
TELLING = (b"xyzzy", b"plugh", b"frobozz", b"grue")


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
    assert status(imported) == (0, "COMPLIANT", [""])
    ran = imported("sealed", "status")
    assert "2 entries  test-list" in ran.out
    assert "0.0 hours old, in force" in ran.out
    assert "Whether that meets your duties is for your provider and you to say." in ran.out
    require(school, "test-list", "absent")
    assert status(imported) == (1, "NON-COMPLIANT", ["it is missing", ""])
    assert "NON-COMPLIANT: it is missing" in imported("sealed", "status").out


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
    later = datetime.fromtimestamp(time.time() + 73 * 3600, UTC)
    monkeypatch.setattr("safeguard.cli.sealed.now", lambda: later)
    assert status(imported) == (1, "NON-COMPLIANT", ["it is older than 72 hours"])
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
