"""`safeguard users`: who is known, and what of them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from safeguard.core.audit import Actor
from safeguard.core.rolls import Roll, Told
from safeguard.settings import load
from safeguard.store import people, rolls, schema
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from tests.safeguard.cli.conftest import Ran
from tests.safeguard.samples import NOW, reviewer


@pytest.fixture
def store(school: Path) -> Iterator[Store]:
    store = schema.prepare(load(school))
    yield store
    store.close()


def seen(store: Store, what: str, kind: str) -> list[str]:
    """Whom the audit says that somebody did this to."""
    query = select(AuditRow.about).where(AuditRow.what == what, AuditRow.about_kind == kind)
    with store.reading() as session:
        return list(session.scalars(query))


def test_people_are_listed_in_pages_by_group_and_by_whether_they_left(
    safeguard: Callable[..., Ran], store: Store
) -> None:
    for name, group in (("Ada", "primary"), ("Ben", "staff"), ("Cy", "primary")):
        people.add_person(store, name, group)
    first = safeguard("users", "list", "--per-page", "2")
    assert first.out.split() == ["primary", "Ada", "staff", "Ben"]
    assert "There are more: --page 2" in first.err
    assert safeguard("users", "list", "--per-page", "2", "--page", "2").out.split()[1] == "Cy"
    assert safeguard("users", "list", "--group", "staff").out.split()[1] == "Ben"
    assert safeguard("users", "list", "--left").out == "Nobody fits.\n"
    assert json.loads(safeguard("users", "list", "--json", "ada").out)["group"] == "primary"


def test_nobody_known_yet_is_said(safeguard: Callable[..., Ran]) -> None:
    assert "Nobody is known yet" in safeguard("users", "list").out


def test_one_person_is_shown_and_that_is_recorded_and_needs_are_for_leads(
    safeguard: Callable[..., Ran], store: Store
) -> None:
    told = Told("Ada Example", "secondary", "17", "17", "aexample", "7", "7B", needs=("eal",))
    rolls.carry_out(store, Roll("file", (told,)), Actor("t", NOW))
    ada = people.find_by_name(store, "Ada Example")[0].id
    people.add_device(store, "10.0.0.5", "Tablet", ada)
    ran = safeguard("users", "show", "17")
    assert "year        7\n" in ran.out
    assert "devices     10.0.0.5\n" in ran.out
    assert "eal" not in ran.out
    assert "eal" not in safeguard("users", "show", "--json", "17").out
    assert safeguard("users", "show", "--by", "tom@school.example", "17").status == 2
    reviewer(store)
    by_lead = safeguard("users", "show", "--by", "lead@school.example", "--json", "17")
    assert json.loads(by_lead.out)["needs"] == ["eal"]
    assert seen(store, "viewed", "person") == [ada] * 3
    assert safeguard("users", "show", "nobody").status == 2


def test_somebody_leaves_and_returns_with_a_reason(
    safeguard: Callable[..., Ran], store: Store
) -> None:
    ada = people.add_person(store, "Ada Example", "primary").id
    assert safeguard("users", "leave", "Ada Example", "--why", " ").status == 2
    assert "have left" in safeguard("users", "leave", "Ada Example", "--why", "moved").out
    assert "Ada" in safeguard("users", "list", "--left").out
    assert "are back" in safeguard("users", "return", ada, "--why", "a mistake").out
    assert (seen(store, "left", "person"), seen(store, "returned", "person")) == ([ada], [ada])
