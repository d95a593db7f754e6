"""The chain as people ask for it, page after page."""

import pytest
from sqlalchemy import delete, update

from safeguard.core.audit import Actor
from safeguard.store import audit, audit_search
from safeguard.store.audit_search import Page, WantedRows, last_look, search
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow
from tests.safeguard.samples import NOW, at

ANN, BEN = "a" * 16, "b" * 16


RECORDED: list[tuple[str, str, str, str, dict[str, object]]] = [
    ("staff:1", "viewed", "events", "", {"people": [ANN, BEN]}),
    ("staff:1", "viewed", "event", "e1", {"person": ANN}),
    ("staff:2", "changed", "person", BEN, {"before": {"group": "primary"}}),
    ("command:root", "imported", "people", "", {"added": [BEN]}),
    ("command:tom_b", "searched", "people", "", {}),
]


def fill(store: Store) -> None:
    """Rows 2 to 6."""
    for number, (who, what, kind, about, told) in enumerate(RECORDED):
        audit.note(store, Actor(who, at(number)), what, kind, about, told)


def rows(page: Page) -> list[int]:
    return [one.row for one in page.rows]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (WantedRows(), [6, 5, 4, 3, 2, 1]),
        (WantedRows(who="staff:1"), [3, 2]),
        (WantedRows(who="staff:"), []),
        (WantedRows(who="command:*"), [6, 5]),
        (WantedRows(who="command:tomxb*"), []),
        (WantedRows(what="viewed"), [3, 2]),
        (WantedRows(what="viewed", about_kind="event"), [3]),
        (WantedRows(since=at(1), until=at(3)), [4, 3]),
        (WantedRows(until=at(3), who="staff:1"), [3, 2]),
        (WantedRows(since=at(2), what="viewed"), []),
        (WantedRows(since=at(1), what="viewed", about_kind="event", who="staff:1"), [3]),
        (WantedRows(naming=frozenset({ANN})), [3, 2]),
        (WantedRows(naming=frozenset({BEN})), [5, 4, 2]),
        (WantedRows(naming=frozenset({ANN, BEN}), who="staff:1"), [3, 2]),
        (WantedRows(naming=frozenset({"c" * 16})), []),
    ],
)
def test_rows_are_found_newest_first(
    any_store: Store, wanted: WantedRows, expected: list[int]
) -> None:
    fill(any_store)
    found = search(any_store, wanted)
    assert (rows(found), found.older) == (expected, None)


@pytest.mark.parametrize("naming", [frozenset[str](), frozenset({BEN})])
def test_pages_follow_one_another_without_gap_or_repeat(
    any_store: Store, monkeypatch: pytest.MonkeyPatch, naming: frozenset[str]
) -> None:
    monkeypatch.setattr(audit_search, "BATCH", 2)
    fill(any_store)
    wanted = WantedRows(naming=naming)
    whole = rows(search(any_store, wanted))
    for size in (1, 2, 3):
        seen: list[int] = []
        page = search(any_store, wanted, None, size)
        while page.older is not None:
            seen += rows(page)
            page = search(any_store, wanted, page.older, size)
        assert seen + rows(page) == whole


def test_a_search_through_details_stops_after_so_many_and_says_where_to_go_on(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_search, "MOST_LOOKED_AT", 3)
    fill(any_store)
    wanted = WantedRows(naming=frozenset({ANN}))
    first = search(any_store, wanted)
    assert (rows(first), first.older) == ([], 4)
    assert rows(search(any_store, wanted, first.older)) == [3, 2]


@pytest.mark.parametrize(
    ("wanted", "first", "whole"),
    [
        (WantedRows(who="staff:1", what="viewed"), [3, 2], [3, 2]),  # led to by who
        (WantedRows(what="viewed", about_kind="events", who="staff:1"), [2], [2]),  # by the deed
        (WantedRows(what="viewed"), [], [3, 2]),
        (WantedRows(who="command:*", until=at(9)), [6, 5], [6, 5]),
        (WantedRows(who="staff:1", until=at(9)), [], [3, 2]),  # by the time
    ],
)
def test_what_no_index_tells_is_looked_for_in_so_many_rows_a_page(
    any_store: Store,
    monkeypatch: pytest.MonkeyPatch,
    wanted: WantedRows,
    first: list[int],
    whole: list[int],
) -> None:
    monkeypatch.setattr(audit_search, "MOST_LOOKED_AT", 2)
    fill(any_store)
    page = search(any_store, wanted)
    assert rows(page) == first
    found = rows(page)
    while page.older is not None:
        page = search(any_store, wanted, page.older)
        found += rows(page)
    assert found == whole


def test_pages_of_a_spell_follow_one_another_though_the_clock_was_set_back(
    any_store: Store,
) -> None:
    fill(any_store)
    audit.note(any_store, Actor("staff:1", at(2)), "viewed", "event", "e2")
    wanted = WantedRows(until=at(4))
    whole = rows(search(any_store, wanted))
    assert whole == [5, 7, 4, 3, 2, 1]
    page = search(any_store, wanted, None, 2)
    seen = rows(page)
    while page.older is not None:
        page = search(any_store, wanted, page.older, 2)
        seen += rows(page)
    assert seen == whole


def test_details_that_were_erased_or_altered_say_so_and_the_key_is_never_told(
    any_store: Store,
) -> None:
    fill(any_store)
    with any_store.writing() as session:
        session.execute(delete(AuditPayloadRow).where(AuditPayloadRow.id == 3))
        altered = update(AuditPayloadRow).where(AuditPayloadRow.id == 4)
        session.execute(altered.values(payload=b"something else entirely, and long"))
    found = {one.row: one for one in search(any_store, WantedRows()).rows}
    assert (found[3].erased, found[3].readable, found[3].details) == (True, True, {})
    assert (found[4].erased, found[4].readable, found[4].details) == (False, False, {})
    assert found[2].details == {"people": [ANN, BEN]}
    assert found[1].details == {}


def test_the_last_look_at_the_chain_is_the_newest(any_store: Store) -> None:
    assert last_look(any_store) is None
    fill(any_store)
    audit.note(any_store, Actor("safeguard", NOW), audit.VERIFIED, "audit", "", {"rows": 6})
    audit.note(any_store, Actor("safeguard", at(9)), audit.BROKEN, "audit", "3", {"what": "x"})
    audit.note(any_store, Actor("staff:1", at(10)), "viewed", "audit", "")
    look = last_look(any_store)
    assert look is not None
    assert (look.what, look.about, look.details) == (audit.BROKEN, "3", {"what": "x"})
