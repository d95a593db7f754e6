"""What another threshold asks of the database: scores, and nobody's words."""

from datetime import timedelta

import msgspec

from filter_rules.types import Kind, Severity
from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import Private, SealedEvent
from safeguard.core.thresholds import Flag, Near, Text
from safeguard.core.types import Action
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.thresholds import flags, near
from tests.safeguard.samples import NOW, stored_event

SINCE = NOW - timedelta(days=14)
WORDS = {
    "flagged": True,
    "kind": Kind.SEARCH,
    "themes": (("drugs", Severity.HIGH), ("hate", Severity.LOW)),
    "action": Action.ALLOW,
}
SCORES = Private(words="nobody reads this", scores=(("drugs", 8.0), ("hate", 1.5)))


def put(store: Store, number: int, private: Private = SCORES, **changes: object) -> None:
    event = stored_event(number, NOW + timedelta(seconds=number), **{**WORDS, **changes})
    sealed = store.vault.seal(msgspec.msgpack.encode(private))
    take_in(store, Batch("s", f"proxy-{number}", 1, [SealedEvent(event, sealed)]))


def test_what_stayed_below_is_added_up_by_theme_group_and_score(any_store: Store) -> None:
    hour = NOW.replace(minute=0)
    below = [
        BelowThreshold("w", hour, "drugs", "secondary", 35, 9),
        BelowThreshold("other", hour - timedelta(hours=1), "drugs", "secondary", 35, 2),
        BelowThreshold("w", hour, "drugs", "primary", 20, 1),
        BelowThreshold("w", hour - timedelta(days=20), "drugs", "primary", 20, 50),
    ]
    take_in(any_store, Batch("s", "proxy-0", 1, below))
    assert near(any_store, SINCE) == [
        Near("drugs", "primary", 2.0, 1),
        Near("drugs", "secondary", 3.5, 11),
    ]
    assert near(any_store, SINCE, school_id=2) == []


def test_the_scores_of_the_themes_that_were_told_are_read_the_newest_first(
    any_store: Store,
) -> None:
    put(any_store, 1)
    put(any_store, 2, kind=Kind.PAGE, group="secondary")
    assert list(flags(any_store, SINCE, ())) == [
        Flag("secondary", Text.PAGE, {"drugs": 8.0}),
        Flag("primary", Text.TYPED, {"drugs": 8.0}),
    ]
    assert list(flags(any_store, NOW + timedelta(days=1), ())) == []
    assert list(flags(any_store, SINCE, (), school_id=2)) == []


def test_what_is_no_flag_because_of_words_is_not_read(any_store: Store) -> None:
    put(any_store, 1, flagged=False)
    put(any_store, 2, themes=())
    put(any_store, 3, themes=(("drugs", Severity.LOW),))
    put(any_store, 4, kind=None)
    assert list(flags(any_store, SINCE, ())) == []


def test_a_way_around_the_filter_is_flagged_anyway(any_store: Store) -> None:
    put(any_store, 1, action=Action.BLOCK, categories=("filter-bypass",))
    put(any_store, 2, categories=("filter-bypass",))
    found = list(flags(any_store, SINCE, ("filter-bypass",)))
    assert [one.anyway for one in found if one] == [False, True]


def test_what_no_key_opens_is_none(any_store: Store) -> None:
    event = stored_event(1, NOW, **WORDS)
    take_in(any_store, Batch("s", "proxy-0", 1, [SealedEvent(event, b"sealed elsewhere")]))
    assert list(flags(any_store, SINCE, ())) == [None]
