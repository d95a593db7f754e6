"""`safeguard policy rehearse`: what a draft changes, in words and as a record."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from safeguard.cli.policy_rehearsals import rehearse
from safeguard.core.types import Subject, Target
from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.problems import UnusableError
from safeguard.settings import load
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import open_store
from tests.safeguard.concern_samples import flagged_event, keep
from tests.safeguard.samples import ALLOWED

SHIPPED = resources.files("safeguard").joinpath("data/policy.toml").read_text(encoding="utf-8")
DRAFT = (
    SHIPPED.replace('  "games",\n', "", 1)
    .replace('"museums", ', "")
    .replace('monitored = ["primary", "secondary"', 'monitored = ["primary"')
)


def ran(school: Path, file: Path, *options: str) -> Result:
    app = typer.Typer()
    app.command()(rehearse)
    return CliRunner().invoke(app, [str(file), "--data", str(school), *options])


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "draft.toml"
    file.write_text(DRAFT)
    return file


def visited(school: Path, pupils: int) -> None:
    now = datetime.now(UTC)
    made = [
        visit_of(
            Subject("secondary", "10.0.0.7", f"pupil-{pupil}"),
            Target("www.roblox.com", "https://www.roblox.com/"),
            ALLOWED,
            visit_id(now, bytes((0, 0, pupil))),
        )
        for pupil in range(pupils)
    ]
    store = open_store(load(school))
    take_in(store, Batch("s", "proxy-0", 1, [Visits(tuple(made))]))
    for one in range(6):
        keep(store, replace(flagged_event(now, f"p{one}"), group="secondary"))
    store.close()


def test_it_says_what_is_changed_weakened_and_what_would_have_been(
    school: Path, draft: Path
) -> None:
    visited(school, 6)
    found = ran(school, draft)
    assert found.exit_code == 1
    for line in (
        "no longer is about games.",
        "“games” was blocked, and would be allowed (for guest, primary, secondary,",
        "What is typed and shown was read, and would not be (for secondary).",
        "         6        1            6  would be newly allowed",
        "         6        1            6    for secondary",
        "         6  www.roblox.com",
        "  No longer told: suicide (high): 6, of 6 people.",
        "  www.roblox.com (games): newly allowed for primary, secondary,",
        "    It is not for primary, secondary, sixth-form, guest, unidentified.",
    ):
        assert line in found.stdout
    assert "does not know of helplines" in found.stderr
    assert "13 have no access log" in found.stderr


def test_it_says_the_same_as_json_and_is_kept_in_the_audit_chain(school: Path, draft: Path) -> None:
    visited(school, 3)
    found = json.loads(ran(school, draft, "--json").stdout)
    assert found["effects"] == {
        "opened": {"visits": 3, "hosts": 1, "people": None, "groups": {}, "top": []}
    }
    assert found["weaker"][0]["how"] == "unread"
    assert found["unflagged"] == [
        {"theme": "suicide", "severity": "high", "events": 6, "people": 6}
    ]
    assert {one["host"] for one in found["sites"]} >= {"www.roblox.com"}
    store = open_store(load(school))
    (row,) = search(store, WantedRows(what="rehearsed")).rows
    store.close()
    assert row.about == "draft.toml"


def test_the_policy_in_force_is_rehearsed_without_a_finding(school: Path, draft: Path) -> None:
    draft.write_text(SHIPPED)
    found = ran(school, draft)
    assert found.exit_code == 0
    assert "What the draft changes: nothing." in found.stdout
    assert "What it weakens: nothing." in found.stdout
    assert "None is changed." in found.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "is no TOML"),
        ("version = '1'", "The policy lacks, or does not know, 'rule'"),
        (
            SHIPPED + '\n[[rule]]\nname = "x"\naction = "block"\ncategories = []\n'
            'groups = ["pirates"]\nreason = ""\n',
            "must name the categories or lists",
        ),
    ],
)
def test_what_is_no_policy_is_refused_with_what_is_wrong(
    school: Path, draft: Path, text: str, says: str
) -> None:
    draft.write_text(text)
    found = ran(school, draft)
    assert isinstance(found.exception, UnusableError)
    assert says in str(found.exception)


def test_a_file_that_is_not_there_is_said(school: Path, draft: Path) -> None:
    gone = ran(school, draft.with_name("gone.toml"))
    assert "cannot be read" in str(gone.exception)


def test_without_rules_nothing_can_be_rehearsed(school: Path, draft: Path) -> None:
    shutil.rmtree(school / "rules")
    assert "No rules are in force" in str(ran(school, draft).exception)
