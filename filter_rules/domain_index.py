"""Which listed hosts cover a host: the name itself, and the names above it."""

from collections.abc import Sequence

from filter_rules.hosts import reversed_name
from filter_rules.listing import Found, ListingMap, Listings
from filter_rules.types import Part, Reach


def key_of(host: str) -> str:
    """Return what the index knows a host by."""
    return reversed_name(host)


class DomainIndex:
    """Listed hosts. One walk finds a name and all its parents, however many are listed."""

    def __init__(self, hosts: ListingMap) -> None:
        self._numbers = hosts.numbers
        self._walk = hosts.walk
        # Names share few sets of listings, so what of a set reaches a host is settled here, once.
        self._of_itself = _without(Reach.BELOW, hosts.sets)
        self._of_parents = _without(Reach.EXACT, hosts.sets)

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, host: str) -> list[Found]:
        """Return every listing of the host, the widest name first."""
        key = reversed_name(host)
        itself, parents, numbers = self._of_itself, self._of_parents, self._numbers
        return [
            Found(listing, host[1 - len(name) :], Part.HOST)
            for name, place in self._walk(key)
            for listing in (itself if len(name) == len(key) else parents)[numbers[place]]
        ]


def _without(reach: Reach, sets: Sequence[Listings]) -> tuple[Listings, ...]:
    return tuple(tuple([one for one in listings if one.reach is not reach]) for listings in sets)
