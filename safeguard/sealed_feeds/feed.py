"""What a loader of sealed lists is. This is the whole interface that a private loader meets.

    [project.entry-points."safeguard.sealed_feeds"]
    my-provider = "my_package.loader:FEED"

A loader turns what a provider delivers into addresses. Where no file is given it may fetch by
itself: the credentials are its own. What it raises is never shown, since it could tell an entry.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

GROUP = "safeguard.sealed_feeds"


class Entry(NamedTuple):
    """One address to be sealed, and the line it came from, which is all that is told of it.

    A URL, a host, or `*.` and a host. What is no address is given as it stands: Safeguard counts it.
    """

    line: int
    address: str


class Feed(Protocol):
    """One kind of delivery."""

    @property
    def category(self) -> str:
        """One of `filter_rules.sealed.CATEGORIES`."""

    def entries(self, lines: Iterable[str]) -> Iterator[Entry]:
        """Yield every entry. `lines` are those of the file given; there are none without one."""
