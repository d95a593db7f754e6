"""What stayed below the threshold: how much, and a few of it drawn at random."""

from collections import Counter
from datetime import timedelta
from random import Random

from safeguard.core.below_threshold import BelowThreshold
from safeguard.store.intake import Batch, take_in
from safeguard.store.quiet import Drawn, Quiet, drawn, pile
from safeguard.store.session import Store
from tests.safeguard.concern_samples import MONDAY


def put(store: Store) -> None:
    hour = MONDAY
    below = [
        BelowThreshold("w", hour, "drugs", "secondary", 40, 90),
        BelowThreshold("w", hour, "drugs", "primary", 55, 9),
        BelowThreshold("w", hour, "hate", "secondary", 20, 1),
        BelowThreshold("w", hour - timedelta(days=20), "hate", "secondary", 20, 50),
    ]
    take_in(store, Batch("s", "proxy-0", 1, below))


def test_the_pile_is_counted_by_theme(any_store: Store) -> None:
    put(any_store)
    since = MONDAY - timedelta(days=7)
    assert pile(any_store, since) == [Quiet("drugs", 99, 5.5), Quiet("hate", 1, 2.0)]
    assert pile(any_store, since, school_id=2) == []


def test_each_near_miss_is_as_likely_as_another_and_none_comes_twice(any_store: Store) -> None:
    put(any_store)
    chance = Random(4).randrange  # noqa: S311  the same each time, nothing secret
    since = MONDAY - timedelta(days=7)
    every = drawn(any_store, since, 500, chance)
    assert Counter(one.theme for one in every) == {"drugs": 99, "hate": 1}
    assert Drawn("drugs", "primary", MONDAY, 5.5) in every
    assert len(drawn(any_store, since, 5, chance)) == 5
    assert drawn(any_store, MONDAY + timedelta(days=1), 5, chance) == []
