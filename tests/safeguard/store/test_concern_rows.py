"""A concern comes out of its row as it went in, and is asked for within bounds."""

from dataclasses import replace

from safeguard.core.concerns import Outcome, Standing
from safeguard.core.folding import Needed, fold, review
from safeguard.store.concern_rows import CONCERNS, columns_of, kept_by_id, kept_within, write_over
from safeguard.store.session import Store
from tests.safeguard.concern_samples import (
    MONDAY,
    TERMS,
    concerns,
    flagged_event,
    happen,
    minutes,
    rows,
)


def put(store: Store, **columns: object) -> None:
    with store.writing() as session:
        write_over(session, [{"id": rows(store)[0].id, **columns}])


def test_a_concern_comes_out_as_it_went_in(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(0)), flagged_event(minutes(5), words="others"))
    (one,) = concerns(any_store)
    (change,) = review([one], one, Outcome.LESSON, minutes(30), TERMS.rules)
    for other in (one, change.concern, replace(change.concern, fresh=one.facts)):
        put(any_store, **columns_of(other, any_store.vault, MONDAY))
        assert concerns(any_store) == [other]
    assert fold(concerns(any_store), [], TERMS.rules) == []


def test_each_writing_is_a_version_on(any_store: Store) -> None:
    happen(any_store, flagged_event())
    put(any_store, standing=Standing.CAME_BACK.value)
    assert (rows(any_store)[0].version, rows(any_store)[0].standing) == (2, "came back")
    with any_store.writing() as session:
        write_over(session, [])
    assert rows(any_store)[0].version == 2


def test_only_what_is_asked_for_is_found(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(0)), flagged_event(minutes(0), "ben"))
    (one, _) = concerns(any_store)
    with any_store.reading() as session:
        for since, until, found in ((-1, 1, 1), (0, 0, 1), (1, 2, 0)):
            asked = [Needed(one.who, minutes(since), minutes(until))]
            assert len(kept_within(session, asked)) == found
        assert kept_within(session, []) == []
        assert kept_by_id(session, []) == []
        assert session.execute(CONCERNS.select()).all()
