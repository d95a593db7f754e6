"""What the tables of events promise the rest."""

from sqlalchemy import select, text

from safeguard.core.events import SealedEvent
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.tables.events import TO_FOLD, BelowThresholdRow, EventRow, WordTokenRow
from tests.safeguard.samples import NOW, stored_event


def test_words_are_in_no_column_of_their_own() -> None:
    assert "encrypted" in (EventRow.__table__.c.sealed.comment or "")
    assert not {"url", "words", "excerpt"} & set(EventRow.__table__.c.keys())


def test_what_stayed_below_the_threshold_names_nobody_and_no_words() -> None:
    columns = set(BelowThresholdRow.__table__.c.keys())
    assert columns == {"hour", "theme", "group", "score", "writer", "school_id", "count"}


def test_the_tokens_of_an_event_go_with_it(any_store: Store) -> None:
    event = stored_event(1)
    take_in(any_store, Batch("s", "proxy-0", 1, [SealedEvent(event, b"sealed")]))
    with any_store.writing() as session:
        session.add(WordTokenRow(token=b"0123456789", event_id=event.id))
    with any_store.writing() as session:
        row = session.get(EventRow, event.id)
        assert row is not None
        session.delete(row)
    with any_store.reading() as session:
        assert session.get(WordTokenRow, (b"0123456789", event.id)) is None


def test_what_concerns_have_not_seen_is_found_by_an_index_of_its_own(any_store: Store) -> None:
    is_sqlite = any_store.engine.dialect.name == "sqlite"
    waits = select(EventRow.id).where(TO_FOLD, EventRow.folded.is_(False)).order_by(EventRow.id)
    query = waits.limit(500).compile(any_store.engine, compile_kwargs={"literal_binds": True})
    word = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    with any_store.reading() as session:
        if not is_sqlite:  # which reads an empty table whole, unless told not to
            session.execute(text("SET LOCAL enable_seqscan = off"))
            session.execute(text("SET LOCAL enable_sort = off"))
        plan = "".join(str(row) for row in session.execute(text(f"{word} {query}")))
    assert "ix_events_to_fold" in plan


def test_a_new_event_waits_to_be_folded(any_store: Store) -> None:
    event = stored_event(1, NOW)
    take_in(any_store, Batch("s", "proxy-0", 1, [SealedEvent(event, b"sealed")]))
    with any_store.reading() as session:
        row = session.get(EventRow, event.id)
        assert row is not None
        assert not row.folded
