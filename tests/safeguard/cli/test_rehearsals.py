"""What `rules preview` says of last week's visits."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard.core.types import Subject, Target
from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.settings import load
from safeguard.store.audit_search import WantedRows, search
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import open_store
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.samples import ALLOWED


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.txt"
    path.write_text("".join(f"site{number}.example\n" for number in range(3)))
    return path


def visited(school: Path, *hosts: str, pupils: int = 6, days_ago: int = 0) -> None:
    now = datetime.now(UTC) - timedelta(days=days_ago)
    made = [
        visit_of(
            Subject("primary", f"10.0.0.{pupil}", f"pupil-{pupil}"),
            Target(host, f"https://{host}/"),
            ALLOWED,
            visit_id(now, bytes((0, place, pupil))),
        )
        for place, host in enumerate(hosts)
        for pupil in range(pupils)
    ]
    store = open_store(load(school))
    take_in(store, Batch("s", f"proxy-{days_ago}", 1, [Visits(tuple(made))]))
    store.close()


def looks(school: Path) -> list[str]:
    store = open_store(load(school))
    try:
        return [one.about for one in search(store, WantedRows(what="rehearsed")).rows]
    finally:
        store.close()


def test_the_visits_that_a_list_would_block_are_told_and_nobody_is_named(
    safeguard: Callable[..., Ran], school: Path, mine: Path
) -> None:
    visited(school, "site1.example", "rivers.example")
    visited(school, "site2.example", pupils=2, days_ago=2)
    ran = safeguard("rules", "preview", str(mine), "--category", "games")
    since = datetime.now(UTC).date() - timedelta(days=6)
    assert (ran.status, ran.out) == (1, TOLD.format(since=since))
    assert "does not know of helplines, banking, health, guests" in ran.err
    assert "Of the last 7 days 5 have no access log." in ran.err
    assert "pupil-" not in ran.out + ran.err
    assert looks(school) == ["mine.txt"]


TOLD = """
Of the 14 visits to 3 hosts that the access log of 2 days holds (since {since}, in UTC):

    visits    hosts       people
         8        2            6  would be newly blocked

These would be newly blocked, the most visited first:
         6  site1.example
         2  site2.example
"""


def test_a_list_that_would_change_nothing_is_fine(
    safeguard: Callable[..., Ran], school: Path, mine: Path
) -> None:
    visited(school, "rivers.example", pupils=2)
    ran = safeguard("rules", "preview", str(mine), "--category", "games")
    assert ran.status == 0
    assert "         0        0            0  would be newly blocked" in ran.out


def test_few_people_are_not_told(safeguard: Callable[..., Ran], school: Path, mine: Path) -> None:
    visited(school, "site1.example", pupils=2)
    ran = safeguard("rules", "preview", str(mine), "--category", "games")
    assert "         2        1  fewer than 5  would be newly blocked" in ran.out


def test_a_program_reads_it_as_one_object(
    safeguard: Callable[..., Ran], school: Path, mine: Path, tmp_path: Path
) -> None:
    (tmp_path / "popular.txt").write_text("site1.example\nsite9.example\n")
    visited(school, "site1.example")
    popular = ["--popular", str(tmp_path / "popular.txt")]
    ran = safeguard("rules", "preview", str(mine), "--category", "games", "--json", *popular)
    found = json.loads(ran.out)
    assert ran.status == 1
    assert found["popular"] == [
        {"file": str(tmp_path / "popular.txt"), "sites": 2, "names": ["site1.example"]}
    ]
    assert found["categories"] == [
        {"category": "games", "sites": ["site1.example"], "blocked_for": "all but staff"}
    ]
    assert found["traffic"]["effects"] == {
        "blocked": {
            "visits": 6,
            "hosts": 1,
            "people": 6,
            "top": [{"host": "site1.example", "visits": 6}],
        }
    }
    assert (found["traffic"]["visits"], found["traffic"]["days"]) == (6, 1)


def test_the_visits_can_be_left_out(
    safeguard: Callable[..., Ran], school: Path, mine: Path, tmp_path: Path
) -> None:
    (tmp_path / "popular.txt").write_text("site1.example\n")
    visited(school, "site2.example")
    popular = ["--popular", str(tmp_path / "popular.txt")]
    ran = safeguard("rules", "preview", str(mine), "--no-traffic", "--json", *popular)
    assert json.loads(ran.out)["traffic"] is None
    assert looks(school) == []
    nothing = safeguard("rules", "preview", str(mine), "--no-traffic")
    assert (nothing.status, nothing.err) == (
        2,
        "Give popular sites with --popular, or leave --no-traffic out.\n",
    )


def test_without_a_log_a_database_or_a_database_that_answers_the_rest_is_told(
    safeguard: Callable[..., Ran], school: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = safeguard("rules", "preview", str(mine))
    assert (empty.status, "There is no access log of the last seven days." in empty.err) == (
        0,
        True,
    )
    (school / "safeguard.sqlite").unlink()
    none = safeguard("rules", "preview", str(mine), "--json")
    assert "There is no access log" in json.loads(none.out)["traffic"]["notes"][0]
    assert not (school / "safeguard.sqlite").exists()
    away = "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1"
    monkeypatch.setenv("SAFEGUARD_DATABASE__URL", away)
    gone = safeguard("rules", "preview", str(mine))
    assert (gone.status, "by the shipped policy: " in gone.err) == (0, True)
    assert "real visits is not told: " in gone.err
    assert "cannot be reached" in gone.err


def test_what_one_must_know_to_read_the_numbers_is_said(
    safeguard: Callable[..., Ran], school: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.txt").write_text("||site1.example^\n/banner/*/advert.\n")
    safeguard("rules", "import", "--category=games", "--name=odd", str(tmp_path / "odd.txt"))
    safeguard("rules", "build")
    visited(school, "site1.example", "site2.example", "site3.example")
    monkeypatch.setattr("safeguard.visit_counts.MOST_HOSTS", 2)
    ran = safeguard("rules", "preview", "odd")
    assert "in force already" in ran.err
    assert "         6        1            6  are blocked by it alone" in ran.out
    assert "1 of its entries are patterns" in ran.err
    assert "hosts were visited. So many were looked at" in ran.err
