"""Which listed addresses and expressions cover a URL.

A listed address covers itself and what goes on below it: `example.com/games` covers
`example.com/games/chess` and `example.com/games?x`, but not `example.com/gamestore`. Capitals
mean nothing, and neither does a leading `www.`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import re2

from filter_rules.formats.expressions import compiled
from filter_rules.hosts import is_address, parents, reversed_name
from filter_rules.listing import Found, Listing, ListingMap
from filter_rules.types import Part, Reach
from filter_rules.urls import Url

_BOUNDARIES = frozenset("/?&=;#")
# Escapes that a site may read as what ends a part of an address: / \ ? # ; and a zero byte.
_ESCAPED_BOUNDARIES = frozenset({"%2f", "%5c", "%3f", "%23", "%3b", "%00"})
_WEB_NAME = re.compile(r"(?:www|web|ftp)[0-9]*\.(?=[^.]+\.)")
_AT_ONCE = 100


class Expression(NamedTuple):
    """A regular expression of a list, in the syntax of RE2, which takes linear time."""

    pattern: str
    listing: Listing


def key_of(address: str) -> str:
    """Return what the index knows a `host/path` by."""
    host, slash, rest = address.partition("/")
    return reversed_name(_WEB_NAME.sub("", host)) + slash + rest.lower()


class Expressions:
    """Expressions of all lists. One search tells whether any of a hundred matches."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._batches = [
            _Batch(expressions[start : start + _AT_ONCE])
            for start in range(0, len(expressions), _AT_ONCE)
        ]

    def find(self, text: str) -> Iterator[Found]:
        for batch in self._batches:
            yield from batch.find(text)


class _Batch:
    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._each = [(compiled(one.pattern), one) for one in expressions]
        try:
            self._any = compiled("|".join(f"(?:{one.pattern})" for one in expressions))
        except re2.error:  # together they are too large: then each is tried
            self._any = compiled("")

    def find(self, text: str) -> Iterator[Found]:
        if self._any.search(text):
            for expression, one in self._each:
                if expression.search(text):
                    yield Found(one.listing, one.pattern, Part.EXPRESSION)


class UrlIndex:
    """Listed addresses and expressions."""

    def __init__(self, addresses: ListingMap, expressions: Sequence[Expression] = ()) -> None:
        self._addresses = addresses
        self._expressions = Expressions(expressions)

    def __len__(self) -> int:
        return len(self._addresses)

    def find(self, url: Url) -> Iterator[Found]:
        """Yield every listing of the URL: addresses first, then expressions."""
        if len(self._addresses):
            yield from self._listed(url)
        yield from self._expressions.find(url.address.lower())

    def _listed(self, url: Url) -> Iterator[Found]:
        rest = url.address[len(url.host) :]
        own = _WEB_NAME.sub("", url.host)
        for host in parents(own):
            name = reversed_name(host)
            key = name + rest.lower()
            for beginning, listings in self._addresses.along(key):
                if not _ends_well(beginning, key):
                    continue
                entry = host + rest[: len(beginning) - len(name)]
                for listing in listings:
                    if host == own or is_address(host) or listing.reach is not Reach.EXACT:
                        yield Found(listing, entry, Part.URL)


def _ends_well(beginning: str, key: str) -> bool:
    return (
        len(beginning) == len(key)
        or beginning[-1] in _BOUNDARIES
        or key[len(beginning)] in _BOUNDARIES
        or key[len(beginning) : len(beginning) + 3] in _ESCAPED_BOUNDARIES
    )
