"""Which listed hosts cover a host: the name itself, and the names above it."""

from collections.abc import Iterator

from filter_rules.hosts import reversed_name
from filter_rules.listing import Found, ListingMap
from filter_rules.types import Part, Reach


def key_of(host: str) -> str:
    """Return what the index knows a host by."""
    return reversed_name(host)


class DomainIndex:
    """Listed hosts. One walk finds a name and all its parents, however many are listed."""

    def __init__(self, hosts: ListingMap) -> None:
        self._hosts = hosts

    def __len__(self) -> int:
        return len(self._hosts)

    def find(self, host: str) -> Iterator[Found]:
        """Yield every listing of the host, the widest name first."""
        key = key_of(host)
        for name, listings in self._hosts.along(key):
            itself = len(name) == len(key)
            entry = host[1 - len(name) :]
            for listing in listings:
                if listing.reach is Reach.SUBTREE or itself is (listing.reach is Reach.EXACT):
                    yield Found(listing, entry, Part.HOST)
