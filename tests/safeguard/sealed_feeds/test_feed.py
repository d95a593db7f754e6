"""What we ship is what the interface asks for."""

import pytest

from filter_rules.sealed import CATEGORIES
from safeguard.sealed_feeds.feed import Entry, Feed
from safeguard.sealed_feeds.loaders import SHIPPED


@pytest.mark.parametrize("feed", SHIPPED.values(), ids=list(SHIPPED))
def test_a_loader_names_its_category_and_yields_numbered_entries(feed: Feed) -> None:
    assert feed.category in CATEGORIES
    assert list(feed.entries(["# said first", "one.test"])) == [Entry(2, "one.test")]
    assert list(feed.entries(())) == []
