"""`safeguard exemptions`: proposed from a concern that was none, listed, and ended."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard.settings import load
from safeguard.store import exemptions, schema
from safeguard.store.session import Store
from tests.safeguard.case_samples import lead
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.concern_samples import flagged_event, happen, rows

BY = ("--by", "lee@school.example", "--reason", "the songs of the music course")

type Run = Callable[..., Ran]


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    lead(store)
    at = datetime.now(UTC)
    happen(
        store,
        flagged_event(at, "ada", theme="drugs"),
        flagged_event(at, "ben", theme="suicide"),
        now=at,
    )
    yield store
    store.close()


def add(run: Run, store: Store, person: str, theme: str, *more: str) -> Ran:
    (row,) = (row for row in rows(store) if row.subject == person)
    asked = ("--theme", theme, "--because", "lyrics", *BY)
    return run("exemptions", "add", row.id, *asked, *more)


def test_it_is_shown_what_it_would_have_hidden_before_it_is_in_force(
    safeguard: Run, store: Store
) -> None:
    ran = add(safeguard, store, "ada", "drugs", "--dry-run")
    assert ran.out.startswith("Look away from drugs on search.example with the phrase “typed”")
    assert "Would have hidden 1 events" in ran.out
    assert safeguard("exemptions", "list").out == "No exemption is in force.\n"
    until = datetime.now(UTC).date() + timedelta(days=7)
    ran = add(safeguard, store, "ada", "drugs", "--until", str(until))
    assert "Exemption 1 is in force." in ran.out
    (one,) = exemptions.listed(store, datetime.now(UTC))
    assert one.exemption.expires.date() == until
    assert "(staff:1: the songs of the music course)" in safeguard("exemptions", "list").out
    assert json.loads(safeguard("exemptions", "list", "--json").out)["theme"] == "drugs"
    assert safeguard("exemptions", "end", "1", *BY).out == "Exemption 1 is ended.\n"
    assert safeguard("exemptions", "end", "1", *BY).status == 2
    assert "drugs" in safeguard("exemptions", "list", "--past").out


def test_what_can_be_urgent_or_lasts_too_long_is_refused(safeguard: Run, store: Store) -> None:
    ran = add(safeguard, store, "ben", "suicide")
    assert (ran.status, "can be urgent" in ran.err) == (2, True)
    ran = add(safeguard, store, "ada", "drugs", "--until", "2199-01-01")
    assert (ran.status, "within 90 days" in ran.err) == (2, True)
    assert safeguard("exemptions", "list", "--past").out == "None is over.\n"
