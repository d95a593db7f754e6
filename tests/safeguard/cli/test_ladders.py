"""`safeguard notify ladder`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from safeguard.core.concern_rules import FAMILIES
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.cli.test_on_record import told
from tests.safeguard.notify_world import LEAD

type Run = Callable[..., Ran]
YEAR_7 = (
    "Year 7", "--group", "primary", "--family", "bullying", "--family", "hate",
    "--severity", "medium", "--how", "digest", "--out-of-hours", "send",
    "--step", "2", "--step", "1,2@45",
)  # fmt: skip


@pytest.fixture
def two(safeguard: Run) -> Run:
    """A lead on the ladder for everyone, and a deputy."""
    safeguard("notify", "add", "Ms Lead", "--email", LEAD)
    safeguard("notify", "add", "Mr Deputy", "--email", "deputy@s.example", "--step", "1")
    return safeguard


def records(run: Run) -> list[dict[str, Any]]:
    ran = run("notify", "ladder", "list", "--json")
    return [json.loads(line) for line in ran.out.splitlines()]


def test_ladders_are_listed_with_who_is_told_when(two: Run) -> None:
    two("notify", "ladder", "set", *YEAR_7)
    assert two("notify", "ladder", "list").out.splitlines() == [
        "1   Everyone: every group; every theme; from high; instant; out of hours: hold",
        "      at once: Ms Lead",
        "      after 30 minutes: Mr Deputy",
        "2   Year 7: primary; bullying, hate; from medium; digest; out of hours: send",
        "      at once: Mr Deputy",
        "      after 45 minutes: Ms Lead, Mr Deputy",
    ]


def test_without_any_it_is_said_how_one_is_made(safeguard: Run) -> None:
    assert "There is no ladder yet." in safeguard("notify", "ladder", "list").out
    assert records(safeguard) == []


def test_a_ladder_is_set_whole_and_replaced_by_its_name(two: Run, school: Path) -> None:
    ran = two("notify", "ladder", "set", *YEAR_7)
    assert ran.out == "Ladder 2, “Year 7”, is in use from now on.\n"
    again = two("notify", "ladder", "set", "Year 7", "--step", "1", "--step", "2", "--step", "2")
    assert again.status == 0
    assert records(two)[1] == {
        "id": 2, "name": "Year 7", "groups": [], "families": [], "severity": "high",
        "how": "instant", "out_of_hours": "hold",
        "steps": [
            {"after_minutes": 0, "contacts": [1]},
            {"after_minutes": 30, "contacts": [2]},
            {"after_minutes": 60, "contacts": [2]},
        ],
    }  # fmt: skip
    added, changed = (row for row in told(school) if row[2:4] == ("ladder", "2"))
    assert (added[1], changed[1]) == ("added", "changed")
    assert added[0].startswith("command:")
    assert added[4]["families"] == ["bullying", "hate"]
    assert added[4]["steps"] == [
        {"contacts": [2], "minutes": 0}, {"contacts": [1, 2], "minutes": 45},
    ]  # fmt: skip


def test_a_ladder_is_removed(two: Run, school: Path) -> None:
    assert two("notify", "ladder", "remove", "1").out == "Ladder 1 is removed.\n"
    assert records(two) == []
    assert told(school)[-1][1:4] == ("removed", "ladder", "1")
    ran = two("notify", "ladder", "remove", "1")
    assert (ran.status, "There is no ladder 1" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((" ", "--step", "1"), "Give the ladder a name"),
        (("x", "--step", "1", "--group", "year-7"), "There is no group 'year-7'"),
        (("x", "--step", "1", "--family", "drugs"), "There is no family 'drugs'"),
        (("x", "--step", "1", "--severity", "none"), "There is no severity 'none'"),
        (("x", "--step", "9"), "There is no contact 9"),
        (("x", "--step", "lead"), "'lead' is no step"),
        (("x", "--step", "1@2000"), "a day at most"),
        (("x", "--step", "1@40", "--step", "2@30"), "comes before the one above it"),
        (("x", *(each for _ in range(11) for each in ("--step", "1@60"))), "at most 10 steps"),
    ],
)
def test_what_is_no_ladder_is_refused_and_changes_nothing(
    two: Run, arguments: tuple[str, ...], says: str
) -> None:
    before = records(two)
    ran = two("notify", "ladder", "set", *arguments)
    assert (ran.status, says in ran.err) == (2, True), ran.err
    assert records(two) == before


def test_every_family_can_be_named(two: Run) -> None:
    named = [each for one in FAMILIES for each in ("--family", one.name)]
    assert two("notify", "ladder", "set", "All", "--step", "1", *named).status == 0
