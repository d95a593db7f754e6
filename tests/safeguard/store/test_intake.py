"""Batches arrive whole, once, in any number of tries."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import Growth, SealedEvent, Tally
from safeguard.core.unblocking import Asked
from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.records import Record
from safeguard.settings import Settings
from safeguard.store import access, events, schema, unblock_requests
from safeguard.store.intake import Batch, Refused, RefusedError, position_of, take_in
from safeguard.store.session import AwayError, Store
from safeguard.store.tables.events import BelowThresholdRow, EventRow
from safeguard.store.tables.spools import RefusedRow
from tests.safeguard.samples import ALLOWED, NOW, PLACE, PUPIL, at, stored_event

ONE = SealedEvent(stored_event(1), b"sealed")
TWO = SealedEvent(stored_event(2), b"sealed")


def stored(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(EventRow)) or 0


def test_a_batch_moves_the_position_with_its_events(any_store: Store) -> None:
    assert position_of(any_store, "s") == 0
    take_in(any_store, Batch("s", "proxy-0", 2, [ONE, TWO]))
    assert (position_of(any_store, "s"), stored(any_store)) == (2, 2)
    assert position_of(any_store, "another") == 0


def test_a_batch_brought_again_changes_nothing(any_store: Store) -> None:
    for _ in range(2):
        take_in(any_store, Batch("s", "proxy-0", 2, [ONE, TWO]))
    assert stored(any_store) == 2


def test_a_batch_with_one_bad_event_leaves_no_trace(any_store: Store) -> None:
    bad = SealedEvent(stored_event(3, school_id=99), b"sealed")
    with pytest.raises(RefusedError) as raised:
        take_in(any_store, Batch("s", "proxy-0", 2, [ONE, bad]))
    assert str(raised.value) == "IntegrityError"  # and nothing of what it said
    assert (position_of(any_store, "s"), stored(any_store)) == (0, 0)


@pytest.mark.parametrize(
    "change", [{"at": NOW.replace(tzinfo=None)}, {"rule": "half a character: \ud800"}]
)
def test_a_value_that_no_column_can_hold_is_refused_aloud(
    any_store: Store, change: dict[str, Any]
) -> None:
    odd = SealedEvent(replace(stored_event(3), **change), b"sealed")
    with pytest.raises(RefusedError):
        take_in(any_store, Batch("s", "proxy-0", 2, [ONE, odd]))
    assert (position_of(any_store, "s"), stored(any_store)) == (0, 0)


def test_a_visit_of_no_day_is_refused_aloud(any_store: Store) -> None:
    odd = visit_of(PUPIL, PLACE, ALLOWED, 2**63)
    with pytest.raises(RefusedError):
        take_in(any_store, Batch("s", "proxy-0", 2, [ONE, Visits((odd,))]))
    assert (position_of(any_store, "s"), stored(any_store)) == (0, 0)


def test_of_growths_the_greatest_stands_in_any_order(any_store: Store) -> None:
    name = ONE.event.id
    late, early = Growth(name, 9, ("a", "b"), at(9)), Growth(name, 4, ("a",), at(4))
    take_in(any_store, Batch("s", "proxy-0", 2, [ONE, late]))
    take_in(any_store, Batch("s", "proxy-0", 3, [early]))
    found = events.event(any_store, name)
    assert found is not None
    assert (found.event.count, found.event.hosts, found.event.last) == (9, ("a", "b"), at(9))


def test_a_growth_of_an_event_that_was_removed_is_no_trouble(any_store: Store) -> None:
    take_in(any_store, Batch("s", "proxy-0", 1, [Growth(ONE.event.id, 9, (), NOW)]))
    assert stored(any_store) == 0


def test_tallies_of_several_writers_add_up_and_each_ones_greatest_stands(any_store: Store) -> None:
    hour = NOW.replace(minute=0)
    for count in (3, 8, 5):
        take_in(any_store, Batch("s", "proxy-0", count, [Tally("one", hour, "adverts", count)]))
    take_in(any_store, Batch("t", "proxy-1", 1, [Tally("two", hour, "adverts", 10)]))
    assert events.tallies(any_store, NOW) == {"adverts": 18}
    assert events.tallies(any_store, at(3600)) == {}


def test_what_stayed_below_the_threshold_is_a_total_without_a_subject(any_store: Store) -> None:
    hour = NOW.replace(minute=0)
    for writer, count in (("one", 3), ("one", 8), ("one", 5), ("two", 10)):
        below = BelowThreshold(writer, hour, "low-mood", "primary", 15, count)
        take_in(any_store, Batch("s", "p", count, [below]))
    with any_store.reading() as session:
        rows = session.scalars(select(BelowThresholdRow).order_by(BelowThresholdRow.writer))
        assert [(row.theme, row.group, row.score, row.count) for row in rows] == [
            ("low-mood", "primary", 15, 8),
            ("low-mood", "primary", 15, 10),
        ]


def test_what_was_refused_is_kept_as_it_came(any_store: Store) -> None:
    refused = Refused(1, b"\x00odd", "ValueError")
    for _ in range(2):
        take_in(any_store, Batch("s", "proxy-0", 1, [], [refused]))
    with any_store.reading() as session:
        assert session.scalars(select(RefusedRow.record)).all() == [b"\x00odd"]


def test_a_database_that_is_away_is_not_a_refusal(any_store: Store) -> None:
    with any_store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE tallies")
    if any_store.engine.dialect.name == "sqlite":  # which says it as trouble of the file
        with pytest.raises(AwayError):
            take_in(any_store, Batch("s", "p", 1, [Tally("one", NOW, "adverts", 1)]))
    else:
        with pytest.raises(RefusedError):
            take_in(any_store, Batch("s", "p", 1, [Tally("one", NOW, "adverts", 1)]))


RECORDS: list[Record] = [
    record
    for number in range(6)
    for record in (
        SealedEvent(stored_event(number, at(number)), b"sealed"),
        Growth(stored_event(number, at(number)).id, number + 2, ("a", "b"), at(number + 60)),
        Tally("writer", NOW.replace(minute=0), "adverts", number + 1),
        BelowThreshold("writer", NOW.replace(minute=0), "low-mood", "primary", 15, number + 1),
        Visits((visit_of(PUPIL, PLACE, ALLOWED, visit_id(at(number), bytes(3))),)),
    )
]


def everything(store: Store) -> list[object]:
    found: list[object] = [
        (one.event.id, one.event.count, one.event.last)
        for one in events.search(store, events.Wanted()).events
    ]
    visits = access.search(store, access.WantedVisits(person=PUPIL.person), NOW.date()).visits
    with store.reading() as session:
        below = session.scalars(select(BelowThresholdRow.count)).all()
    return [found, events.tallies(store, NOW), visits, below]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=6))
def test_a_spool_brought_in_any_cuts_any_number_of_times_comes_to_the_same(
    cuts: list[tuple[int, int]],
) -> None:
    with TemporaryDirectory() as folder:
        store = schema.prepare(Settings().model_copy(update={"data": Path(folder)}))
        whole = [(0, len(RECORDS))]
        take_in(store, Batch("s", "p", 1, RECORDS))
        once = everything(store)
        store.close()
    with TemporaryDirectory() as folder:
        store = schema.prepare(Settings().model_copy(update={"data": Path(folder)}))
        # A drainer that dies goes back to where it was: never past what has not been brought.
        reached = 0
        for start, end in [*cuts, *whole]:
            first = min(start, reached)
            reached = max(reached, end, first)
            take_in(store, Batch("s", "p", reached, RECORDS[first:reached]))
        assert everything(store) == once
        store.close()


def test_what_was_asked_for_on_block_pages_waits_in_the_queue_once(any_store: Store) -> None:
    private = msgspec.msgpack.encode(("https://games.example/chess", "for chess club"))
    sealed = any_store.vault.seal(private)
    asked = Asked(NOW, "games.example", ("games",), "secondary", "pupil-7", "", "", sealed)
    damaged = replace(asked, host="other.example", sealed=b"damaged")
    nobody = replace(asked, host="third.example", person="")
    for _ in range(2):
        take_in(any_store, Batch("s", "proxy-0", 3, [asked, damaged, nobody]))
    (waiting,) = unblock_requests.waiting(any_store)
    shown = unblock_requests.request(any_store, waiting.id)
    assert shown is not None
    assert (shown.host, shown.count) == ("games.example", 2)  # the same subject, twice
    (asker,) = shown.askers
    assert (asker.url, asker.reason) == ("https://games.example/chess", "for chess club")


def test_beyond_the_bounds_of_the_queue_nothing_is_taken_and_the_rest_goes_on(
    any_store: Store,
) -> None:
    private = msgspec.msgpack.encode(("", "please"))
    sealed = any_store.vault.seal(private)
    many = [
        Asked(NOW, f"{number}.example", (), "secondary", "pupil-7", "", "", sealed)
        for number in range(unblock_requests.MOST_AN_HOUR + 3)
    ]
    take_in(any_store, Batch("s", "proxy-0", 9, [*many, ONE]))
    assert len(unblock_requests.waiting(any_store)) == unblock_requests.MOST_AN_HOUR
    assert stored(any_store) == 1
