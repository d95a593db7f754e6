"""Which listed addresses, patterns and expressions cover a URL.

A listed address covers itself and what goes on below it: `example.com/games` covers
`example.com/games/chess` and `example.com/games?x`, but not `example.com/gamestore`. Capitals
mean nothing, and neither does a leading `www.`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from filter_rules.formats.expressions import Together
from filter_rules.hosts import addresses_meant, is_address, reversed_name
from filter_rules.listing import Found, Listing, ListingMap, compile_map
from filter_rules.pattern_index import PatternIndex
from filter_rules.types import Part, Reach
from filter_rules.urls import ESCAPED_BOUNDARY, Url

_BOUNDARIES = frozenset("/?&=;#")
_WEB_NAME = re.compile(r"(?:www|web|ftp)[0-9]*\.(?=[^.]+\.)")
_MOST_HOSTS_KEPT = 4096
NO_PATTERNS = PatternIndex(ListingMap.of(compile_map(tuple), ()))


class Expression(NamedTuple):
    """A regular expression of a list, in the syntax of RE2, which takes linear time."""

    pattern: str
    listing: Listing


def keys_of(address: str) -> tuple[str, str]:
    """Return what the index knows a `host/path` by: its host alone, and the whole of it."""
    host, slash, rest = address.partition("/")
    name = reversed_name(_WEB_NAME.sub("", host))
    return name, name + slash + rest.lower()


class UrlIndex:
    """Listed addresses, patterns and expressions."""

    def __init__(
        self,
        addresses: ListingMap,
        expressions: Sequence[Expression] = (),
        patterns: PatternIndex = NO_PATTERNS,
    ) -> None:
        self._addresses = addresses
        self._places_of = lru_cache(_MOST_HOSTS_KEPT)(partial(_places, addresses))
        self._patterns = patterns
        self._expressions = expressions
        self._together = Together([one.pattern for one in expressions])

    def find(self, url: Url) -> list[Found]:
        """Return every listing of the URL: addresses first, then patterns, then expressions."""
        found = [
            one for place in self._places_of(url.host) for one in self._listed(url.address, place)
        ]
        found += self._patterns.find(url)
        if self._expressions:
            for number in self._together.found(url.address):
                pattern, listing = self._expressions[number]
                found.append(Found(listing, pattern, Part.EXPRESSION))
        return found

    def find_name(self, host: str) -> list[Found]:
        """Return every listing of a host by patterns that speak of names."""
        return self._patterns.find_name(host)

    def _listed(self, address: str, place: "_Place") -> Iterator[Found]:
        rest = address[place.skipped :]
        key = place.name + rest.lower()
        for beginning, listings in self._addresses.along(key):
            if len(beginning) > len(place.name) and _ends_well(beginning, key):
                entry = place.host + rest[: len(beginning) - len(place.name)]
                for listing in listings:
                    if place.is_own or listing.reach is not Reach.EXACT:
                        yield Found(listing, entry, Part.URL)


class _Place(NamedTuple):
    """A name at or above a host, below which addresses are listed."""

    host: str
    name: str
    skipped: int
    is_own: bool


def _places(addresses: ListingMap, host: str) -> tuple[_Place, ...]:
    """Return those of a host, the widest first: most hosts have none."""
    if is_address(host):
        meant = [(one, reversed_name(one)) for one in addresses_meant(host)]
        return tuple(
            _Place(one, name, len(host), is_own=True)
            for one, name in meant
            if any(found == name for found, _ in addresses.along(name))
        )
    own = _WEB_NAME.sub("", host)
    key = reversed_name(own)
    return tuple(
        _Place(own[1 - len(name) :], name, len(host), is_own=len(name) == len(key))
        for name, _ in addresses.along(key)
    )


def _ends_well(beginning: str, key: str) -> bool:
    return (
        len(beginning) == len(key)
        or beginning[-1] in _BOUNDARIES
        or key[len(beginning)] in _BOUNDARIES
        or ESCAPED_BOUNDARY.match(key, len(beginning)) is not None
    )
