"""Open pages ask often: what is told is counted at once, and nothing is counted for nothing."""

import time

import pytest
from sqlalchemy import event

from safeguard.core.concerns import Outcome
from safeguard.store.conclusions import Conclusion, close
from safeguard.store.live_numbers import COUNT_AGAIN, LiveNumbers
from safeguard.store.session import Store
from safeguard.store.triage import Act
from tests.safeguard.concern_samples import (
    MONDAY,
    TERMS,
    chance,
    flagged_event,
    happen,
    minutes,
    rows,
)
from tests.safeguard.samples import reviewer

MIDNIGHT = MONDAY.replace(hour=0)
DEADLINE = 20.0  # seconds: a signal takes a moment to come


class Watch:
    """A clock that stands still unless it is set, and the number of queries."""

    def __init__(self, store: Store) -> None:
        self.seconds = 1000.0
        self.queries = 0
        event.listen(store.engine, "before_cursor_execute", self._count)

    def __call__(self) -> float:
        return self.seconds

    def _count(self, *_: object) -> None:
        self.queries += 1


@pytest.fixture
def watch(any_store: Store) -> Watch:
    return Watch(any_store)


def told(live: LiveNumbers, watch: Watch, wanted: int) -> bool:
    """Ask until the number is the one wanted; without signals a second must pass each time."""
    end = time.monotonic() + DEADLINE
    while live.now(minutes(10), MIDNIGHT).open != wanted:
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
        watch.seconds += 1.0 if live.untold else 0.0
    return True


def test_new_and_reviewed_concerns_are_counted_at_once(any_store: Store, watch: Watch) -> None:
    live = LiveNumbers(any_store, watch)
    assert live.now(minutes(10), MIDNIGHT).open == 0
    happen(any_store, flagged_event(minutes(0), "ada"), flagged_event(minutes(1), "ben"))
    assert told(live, watch, 2)
    act = Act(rows(any_store)[0].id, 1, reviewer(any_store), minutes(5))
    close(any_store, act, Conclusion(Outcome.NOTED), TERMS.rules, chance)
    assert told(live, watch, 1)
    live.close()


def test_where_nothing_changed_nothing_is_counted(any_store: Store, watch: Watch) -> None:
    live = LiveNumbers(any_store, watch)
    live.now(minutes(10), MIDNIGHT)
    live.now(minutes(10), MIDNIGHT)  # the first time nobody knows what was missed
    before = watch.queries
    for _ in range(50):
        live.now(minutes(10), MIDNIGHT)
    assert watch.queries == before
    live.close()


def test_after_a_while_all_is_counted_anew_though_nothing_was_told(
    any_store: Store, watch: Watch
) -> None:
    live = LiveNumbers(any_store, watch)
    live.now(minutes(10), MIDNIGHT)
    live.now(minutes(10), MIDNIGHT)
    before = watch.queries
    watch.seconds += COUNT_AGAIN
    live.now(minutes(10), MIDNIGHT)
    assert watch.queries > before
    live.close()
