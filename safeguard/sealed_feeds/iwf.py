"""URL lists such as the one of the Internet Watch Foundation: one URL a line, or a table.

An entry with a path is that page and all below it; a bare host is the whole host.
"""

from collections.abc import Iterable, Iterator

from filter_rules.sealed import CATEGORY
from safeguard.sealed_feeds.feed import Entry
from safeguard.sealed_feeds.reading import entries_of


class UrlList:
    """A list of URLs that show what is unlawful to possess."""

    category = CATEGORY

    def entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        yield from entries_of(lines)


FEED = UrlList()
