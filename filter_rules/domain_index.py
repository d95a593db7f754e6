"""Which listed hosts cover a host: the name itself, and the names above it."""

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

    def find(self, host: str) -> list[Found]:
        """Return every listing of the host, the widest name first."""
        key = key_of(host)
        return [
            Found(listing, host[1 - len(name) :], Part.HOST)
            for name, listings in self._hosts.along(key)
            for listing in listings
            if listing.reach is Reach.SUBTREE
            or (listing.reach is Reach.EXACT) is (len(name) == len(key))
        ]
