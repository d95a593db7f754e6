"""Many rows arrive as they are, and those that are there already stay."""

from sqlalchemy import func, select

from safeguard.core.events import SealedEvent
from safeguard.store import events
from safeguard.store.bulk import add_new
from safeguard.store.events import Wanted
from safeguard.store.intake import EVENTS, Batch, take_in
from safeguard.store.session import Store
from tests.safeguard.samples import NOW, stored_event


def test_no_rows_are_no_statement(any_store: Store) -> None:
    with any_store.writing() as session:
        add_new(session.connection(), EVENTS, [])


def test_every_kind_of_column_comes_out_as_it_went_in(any_store: Store) -> None:
    odd = stored_event(
        1,
        hosts=("a.example", "b.example"),
        categories=(),
        themes=(),
        rule='says "quoted", {braced}, \\ and NULL',
        group="",
        person="",
    )
    other = stored_event(2, hosts=(), themes=())
    kept = [SealedEvent(odd, b"\x00\xff,}"), SealedEvent(other, b"")]
    take_in(any_store, Batch("s", "p", 1, kept))
    found = {one.event.id: one.event for one in events.search(any_store, Wanted()).events}
    for event in (odd, other):
        stored = found[event.id]
        assert (stored.rule, stored.group, stored.hosts) == (event.rule, event.group, event.hosts)
        assert (stored.at, stored.categories, stored.confidence) == (
            NOW,
            event.categories,
            "likely",
        )


def test_what_is_there_already_stays_as_it_is(any_store: Store) -> None:
    first, again = stored_event(1), stored_event(1, host="changed.example")
    for event in (first, again):
        take_in(any_store, Batch("s", "p", 1, [SealedEvent(event, b"x")]))
    with any_store.reading() as session:
        assert session.scalar(select(func.count()).select_from(EVENTS)) == 1
        assert session.scalar(select(EVENTS.c.host)) == "casino.example"
