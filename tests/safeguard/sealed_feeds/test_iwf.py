"""URL lists: an entry is what stands there."""

from filter_rules.sealed import CATEGORY
from safeguard.sealed_feeds.iwf import FEED
from tests.safeguard.sealed_samples import synthetic_feed


def test_every_line_is_an_entry() -> None:
    lines = list(synthetic_feed(50))
    assert FEED.category == CATEGORY
    assert [one.address for one in FEED.entries(lines)] == lines
