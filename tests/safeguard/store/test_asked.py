"""Questions that were answered “withheld”: kept one by one, and never more than so many."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from safeguard.core.events import SealedEvent, new_event_id
from safeguard.core.types import Channel
from safeguard.store.asked import asked_since, keep_within
from safeguard.store.session import Store
from tests.safeguard.samples import NOW, stored_event

HOUR = timedelta(hours=1)


def asked(number: int, at: datetime = NOW, channel: Channel = Channel.TESTER) -> SealedEvent:
    event_id = new_event_id(at, number.to_bytes(10))
    return SealedEvent(replace(stored_event(number, at), id=event_id, channel=channel), b"sealed")


def test_as_many_are_kept_as_may_be_asked_within_the_spell(any_store: Store) -> None:
    assert [keep_within(any_store, asked(n), NOW - HOUR, 2, "staff:1") for n in range(3)] == [
        True,
        True,
        False,
    ]
    assert asked_since(any_store, NOW - HOUR) == 2
    later = NOW + HOUR + timedelta(seconds=1)
    assert asked_since(any_store, later - HOUR) == 0
    assert keep_within(any_store, asked(9, later), later - HOUR, 2, "staff:1")


def test_what_pupils_ask_for_is_not_counted(any_store: Store) -> None:
    assert keep_within(any_store, asked(1, channel=Channel.WEB), NOW - HOUR, 1, "staff:1")
    assert asked_since(any_store, NOW - HOUR) == 0


def test_two_who_ask_at_once_get_no_answer_too_many(any_store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = pool.map(
            lambda n: keep_within(any_store, asked(n), NOW - HOUR, 5, "staff:1"), range(24)
        )
        assert sum(kept) == 5
    assert asked_since(any_store, NOW - HOUR) == 5
