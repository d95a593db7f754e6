"""Reviews as staff make and undo them."""

from safeguard.store import events, reviews
from safeguard.store.events import Wanted
from safeguard.store.session import Store
from tests.safeguard.samples import NOW, at, reviewer, stored_event
from tests.safeguard.store.test_events import SECOND, THIRD, ids, put


def test_a_review_is_kept_with_who_when_and_what(any_store: Store) -> None:
    put(any_store)
    lead = reviewer(any_store)
    assert reviews.add(any_store, SECOND.id, lead, "talked", "with the form tutor", NOW)
    assert reviews.add(any_store, SECOND.id, lead, "closed", "", at(60))
    first, second = reviews.of(any_store, SECOND.id)
    assert (first.at, first.staff_id, first.staff_name) == (NOW, lead, "Lee Lead")
    assert (first.outcome, first.note) == ("talked", "with the form tutor")
    assert second.outcome == "closed"
    assert ids(events.search(any_store, Wanted(reviewed=True))) == [SECOND.id]
    assert ids(events.search(any_store, Wanted(reviewed=False, flagged=True))) == [THIRD.id]


def test_an_undone_review_stays_on_record_and_the_event_is_open_again(any_store: Store) -> None:
    put(any_store)
    lead = reviewer(any_store)
    reviews.add(any_store, SECOND.id, lead, "talked", "with the form tutor", NOW)
    assert reviews.reopen(any_store, SECOND.id, lead, at(60))
    assert ids(events.search(any_store, Wanted(reviewed=True))) == []
    assert ids(events.search(any_store, Wanted(reviewed=False, flagged=True))) == [
        THIRD.id, SECOND.id,
    ]  # fmt: skip
    first, undone = reviews.of(any_store, SECOND.id)
    assert (first.outcome, first.note) == ("talked", "with the form tutor")
    assert (undone.outcome, undone.staff_name, undone.at) == (reviews.UNDONE, "Lee Lead", at(60))
    assert reviews.add(any_store, SECOND.id, lead, "closed", "", at(120))
    assert ids(events.search(any_store, Wanted(reviewed=True))) == [SECOND.id]


def test_only_a_review_that_stands_can_be_undone(any_store: Store) -> None:
    put(any_store)
    lead = reviewer(any_store)
    assert not reviews.reopen(any_store, SECOND.id, lead, NOW)
    reviews.add(any_store, SECOND.id, lead, "talked", "", NOW)
    assert reviews.reopen(any_store, SECOND.id, lead, NOW)
    assert not reviews.reopen(any_store, SECOND.id, lead, NOW)
    assert not reviews.reopen(any_store, stored_event(7).id, lead, NOW)
    assert [one.outcome for one in reviews.of(any_store, SECOND.id)] == ["talked", "undone"]


def test_a_review_survives_the_same_event_brought_again(any_store: Store) -> None:
    put(any_store)
    reviews.add(any_store, SECOND.id, reviewer(any_store), "talked", "", NOW)
    put(any_store)
    assert ids(events.search(any_store, Wanted(reviewed=True))) == [SECOND.id]


def test_an_event_that_is_not_there_has_no_reviews(any_store: Store) -> None:
    put(any_store)
    for odd in ("", "1", "no id at all", "' OR 1=1"):
        assert reviews.add(any_store, odd, 1, "lesson", "", NOW) is False
        assert reviews.reopen(any_store, odd, 1, NOW) is False
        assert reviews.of(any_store, odd) == []
