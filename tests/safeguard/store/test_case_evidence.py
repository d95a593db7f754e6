"""The days of cases, on either engine."""

from safeguard.core.concerns import Outcome
from safeguard.store import cases
from safeguard.store.case_content import content
from safeguard.store.case_evidence import RECENT, copy_recent
from safeguard.store.session import Store
from tests.safeguard.case_samples import CASE, FIRST, SECOND, act, put_events, search, small_case
from tests.safeguard.samples import at


def told(store: Store) -> int:
    found = content(store, CASE)
    assert found is not None
    return found.visits_there


def test_the_days_of_an_open_case_come_into_it_once(any_store: Store) -> None:
    small_case(any_store)
    put_events(any_store, [search(90)], 9)  # of Amy, hours later, and in no concern
    before = told(any_store)
    assert copy_recent(any_store, at(7200)) == 1
    first = told(any_store)
    assert first == before + 1
    assert copy_recent(any_store, at(7300)) == 1
    assert told(any_store) == first


def test_a_case_to_which_nothing_comes_any_more_is_left_alone(any_store: Store) -> None:
    by = small_case(any_store)
    assert copy_recent(any_store, at(3600) + RECENT) == 0
    cases.take_out(any_store, act(any_store, by), FIRST)
    assert copy_recent(any_store, at(7200)) == 1
    cases.take_out(any_store, act(any_store, by), SECOND)
    assert copy_recent(any_store, at(7200)) == 0


def test_a_closed_case_is_left_alone(any_store: Store) -> None:
    by = small_case(any_store)
    cases.close(any_store, act(any_store, by), Outcome.ACTED, "Done.", None)
    assert copy_recent(any_store, at(7200)) == 0
