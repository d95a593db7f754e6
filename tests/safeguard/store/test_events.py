"""Events as staff find them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.core.events import Event, Private, SealedEvent
from safeguard.core.types import Channel, Reason
from safeguard.store import events, people, reviews
from safeguard.store.events import Page, Wanted
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.tables.events import FLAGGED, TO_FOLD, EventRow
from tests.safeguard.samples import NOW, at, reviewer, stored_event

FIRST = stored_event(1, NOW)
SECOND = stored_event(
    2,
    at(60),
    group="secondary",
    person="ben",
    address="10.0.0.8",
    host="Forum.example",
    hosts=("forum.example", "chat_room.example"),
    categories=("messaging", "social-media"),
    themes=(("bullying", Severity.URGENT), ("low-mood", Severity.LOW)),
    severity=Severity.URGENT,
    flagged=True,
)
THIRD = stored_event(3, at(3600), flagged=True, severity=Severity.MEDIUM, count=5)
ALL = (FIRST, SECOND, THIRD)


def put(store: Store, kept: Sequence[Event] = ALL) -> None:
    sealed = [
        SealedEvent(one, store.vault.seal(msgspec.msgpack.encode(one.private))) for one in kept
    ]
    take_in(store, Batch("s", "proxy-0", 1, sealed))


def ids(page: Page) -> list[str]:
    return [one.event.id for one in page.events]


def test_an_event_comes_back_as_it_was(any_store: Store) -> None:
    whole = replace(
        SECOND, private=Private("https://forum.example/x", "typed", "shown", ("a", "b"))
    )
    put(any_store, [whole])
    found = events.event(any_store, whole.id)
    assert found is not None
    assert found.event == whole
    assert found.readable


def test_the_newest_come_first_page_by_page(any_store: Store) -> None:
    kept = [stored_event(number, at(number)) for number in range(10)]
    put(any_store, kept)
    newest = [one.id for one in kept][::-1]
    seen: list[str] = []
    page = events.search(any_store, Wanted(), limit=4)
    while True:
        seen += ids(page)
        if not page.older:
            break
        page = events.search(any_store, Wanted(), page.older, 4)
    assert seen == newest
    assert events.search(any_store, Wanted(), limit=10).older == ""


NARROWED = [{"group": "secondary"}, {"flagged": True, "theme": "bullying"}, {"text": "forum"}]


@pytest.mark.parametrize("wanted", [*NARROWED, {"flagged": False, "severity": Severity.HIGH}])
def test_a_page_looks_through_so_many_and_the_next_goes_on(
    any_store: Store, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    monkeypatch.setattr(events, "LOOKED_THROUGH", 2)
    flagged = wanted.get("flagged", True)
    put(any_store, [replace(SECOND, flagged=flagged)])
    put_more = [stored_event(number, at(60 + number), flagged=flagged) for number in range(10, 13)]
    put(any_store, put_more)
    first = events.search(any_store, Wanted(**wanted))
    assert (first.events, first.older, first.cut) == ((), put_more[-2].id, True)
    then = events.search(any_store, Wanted(**wanted), first.older)
    assert ids(then) == [SECOND.id]
    assert events.search(any_store, Wanted(**wanted), then.older or SECOND.id) == Page(())


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"person": "ben"},
        {"flagged": True, "group": "secondary"},
        {"flagged": True, "reviewed": False, "severity": Severity.URGENT},
    ],
)
def test_what_an_index_tells_is_found_however_long_ago_it_was(
    any_store: Store, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
) -> None:
    monkeypatch.setattr(events, "LOOKED_THROUGH", 1)
    put(any_store)
    page = events.search(any_store, Wanted(**wanted))
    assert SECOND.id in ids(page)
    assert (page.older, page.cut) == ("", False)


def test_sqlite_uses_its_indexes_of_some_rows(any_store: Store) -> None:
    if any_store.engine.dialect.name == "postgresql":
        return  # it knows by itself that a condition means the same
    to_fold = (TO_FOLD, EventRow.folded.is_(False))
    for where, name in (((FLAGGED,), "ix_events_flagged"), (to_fold, "ix_events_to_fold")):
        query = select(EventRow.id).where(*where).order_by(EventRow.id).limit(1)
        with any_store.engine.connect() as connection:
            said = query.compile(connection, compile_kwargs={"literal_binds": True})
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}").all()
        assert name in str(plan)


def test_an_event_that_arrives_meanwhile_moves_no_page(any_store: Store) -> None:
    put(any_store)
    page = events.search(any_store, Wanted(), limit=1)
    put(any_store, [stored_event(9, at(7200))])
    assert ids(events.search(any_store, Wanted(), page.older, 5)) == [SECOND.id, FIRST.id]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, (THIRD, SECOND, FIRST)),
        ({"group": "secondary"}, (SECOND,)),
        ({"category": "messaging"}, (SECOND,)),
        ({"category": "social-media"}, (SECOND,)),
        ({"category": "social"}, ()),
        ({"category": "%"}, ()),
        ({"theme": "low-mood"}, (SECOND,)),
        ({"theme": "low"}, ()),
        ({"person": "ben"}, (SECOND,)),
        ({"severity": Severity.MEDIUM}, (THIRD, SECOND)),
        ({"severity": Severity.URGENT}, (SECOND,)),
        ({"flagged": True}, (THIRD, SECOND)),
        ({"flagged": False}, (FIRST,)),
        ({"reviewed": True}, ()),
        ({"reviewed": False, "flagged": True}, (THIRD, SECOND)),
        ({"since": at(60)}, (THIRD, SECOND)),
        ({"until": at(60)}, (FIRST,)),
        ({"since": at(1), "until": at(61)}, (SECOND,)),
        ({"text": "FORUM"}, (SECOND,)),
        ({"text": "chat_room"}, (SECOND,)),
        ({"text": "chatxroom"}, ()),
        ({"text": "10.0.0.8"}, (SECOND,)),
        ({"text": SECOND.reference.lower()}, (SECOND,)),
        ({"text": "  casino "}, (THIRD, FIRST)),
        ({"text": "100%"}, ()),
        ({"text": "table"}, ()),  # a path is sealed, and not searched
    ],
)
def test_what_is_wanted_is_found(
    any_store: Store, wanted: dict[str, Any], found: tuple[Event, ...]
) -> None:
    put(any_store)
    assert ids(events.search(any_store, Wanted(**wanted))) == [one.id for one in found]


def test_a_pupil_is_found_by_name(any_store: Store) -> None:
    ann = people.add_person(any_store, "Ann Example", "primary")
    put(any_store, [FIRST, replace(SECOND, person=ann.id)])
    assert ids(events.search(any_store, Wanted(text="ann ex"))) == [SECOND.id]


def test_an_event_is_found_by_its_reference_as_typed(any_store: Store) -> None:
    put(any_store)
    for typed in (FIRST.reference, FIRST.reference.lower().replace("-", " ")):
        found = events.by_reference(any_store, typed)
        assert found is not None
        assert found.event.id == FIRST.id
    assert events.by_reference(any_store, "") is None
    assert events.by_reference(any_store, "2222-2222") is None


def test_an_event_that_is_not_there_is_none(any_store: Store) -> None:
    put(any_store)
    assert events.event(any_store, stored_event(7).id) is None
    for odd in ("", "1", "no id at all", "' OR 1=1"):
        assert events.event(any_store, odd) is None
        assert isinstance(events.search(any_store, Wanted(), odd), Page)


@pytest.mark.parametrize("sealed", [b"", b"another key's", b"\x00" * 100])
def test_words_that_this_key_does_not_open_are_said_to_be_unreadable(
    any_store: Store, sealed: bytes
) -> None:
    take_in(any_store, Batch("s", "proxy-0", 1, [SealedEvent(FIRST, sealed)]))
    found = events.event(any_store, FIRST.id)
    assert found is not None
    assert not found.readable
    assert found.event.private == Private()
    assert found.event.host == FIRST.host


def test_sealed_words_of_an_odd_shape_are_unreadable(any_store: Store) -> None:
    take_in(any_store, Batch("s", "p", 1, [SealedEvent(FIRST, any_store.vault.seal(b"\xc1"))]))
    found = events.event(any_store, FIRST.id)
    assert found is not None
    assert not found.readable


def test_the_numbers_of_a_spell(any_store: Store) -> None:
    put(any_store)
    reviews.add(any_store, SECOND.id, reviewer(any_store), "talked", "", NOW)
    counts = events.counts(any_store, NOW, at(7200))
    assert (counts.events, counts.blocks, counts.flagged, counts.unreviewed) == (3, 7, 2, 1)
    assert counts.by_category == (("gambling", 2), ("messaging", 1))
    assert counts.by_group == (("primary", 2), ("secondary", 1))
    assert dict(counts.by_severity) == {
        Severity.NONE: 1, Severity.MEDIUM: 1, Severity.URGENT: 1,
    }  # fmt: skip
    assert events.counts(any_store, NOW, at(60)).events == 1


def test_what_staff_asked_the_tester_is_not_counted(any_store: Store) -> None:
    put(any_store)
    before = events.counts(any_store, NOW, at(7200))
    asked = stored_event(9, at(30), channel=Channel.TESTER, reason=Reason.SEALED)
    take_in(any_store, Batch("s", "p", 9, [SealedEvent(asked, b"sealed")]))
    assert events.counts(any_store, NOW, at(7200)) == before


def test_the_numbers_of_nothing(any_store: Store) -> None:
    counts = events.counts(any_store, NOW - timedelta(days=1), NOW)
    assert (counts.events, counts.blocks, counts.flagged, counts.unreviewed) == (0, 0, 0, 0)
    assert counts.by_category == ()


def test_a_reader_of_some_groups_finds_theirs_alone_whatever_they_ask(any_store: Store) -> None:
    put(any_store)
    second = {SECOND.id}
    for wanted in (
        Wanted(), Wanted(flagged=True), Wanted(person="ben"), Wanted(text="forum"),
        Wanted(group="secondary"), Wanted(severity=Severity.URGENT), Wanted(reviewed=False),
    ):  # fmt: skip
        page = events.search(any_store, replace(wanted, within=frozenset({"secondary", "9B"})))
        assert {one.event.id for one in page.events} == second, wanted
        assert events.search(any_store, replace(wanted, within=frozenset())).events == ()
    assert len(events.search(any_store, Wanted(within=None)).events) == len(ALL)
    mixed = Wanted(group="secondary", within=frozenset({"primary"}))
    assert events.search(any_store, mixed).events == ()
