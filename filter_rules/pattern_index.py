"""Which patterns of Adblock syntax cover a URL; what they mean stands in `formats.patterns`.

Every pattern is filed under one of its words, the one that the fewest others hold. That word
stands whole in each address that the pattern covers, so an address is compared with those few
alone that are filed under its own words. What holds no such word is tried always, a hundred at
once.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial

from filter_rules.formats.expressions import Together, compiled
from filter_rules.formats.patterns import (
    EXCEPT,
    expression_of,
    is_expression,
    taken_apart,
    whole_words,
)
from filter_rules.hosts import addresses_meant
from filter_rules.listing import Found, ListingMap, Listings
from filter_rules.types import Part
from filter_rules.urls import ESCAPED_BOUNDARY, Url, default_port

_WORD = re.compile(r"[a-z0-9%]+")
_IN_NEARLY_ALL = frozenset({"http", "https", "www", "com"})
_SPECIAL = re.compile(r"[*^|]+")
# Where it covers a name's first page, it covers all that is there. These are filed twice.
_OF_NAMES = "^"
_NAMES = re.compile(r"\|\|[^/?=&|:$ ]+\^(?: \$.*)?")
_MOST_WORDS_KEPT = 4096


class Pattern:
    """A pattern, and who lists it."""

    def __init__(self, value: str, listings: Listings = ()) -> None:
        self.value = value
        self.listings = listings
        self._body, options = taken_apart(value)
        self.is_expression = is_expression(self._body)
        self._except = options.get(EXCEPT, "").split("|")

    def covers(self, text: str, lowered: str) -> bool:
        """Whether the pattern, which is no expression, matches an address."""
        return self._longest in lowered and self._search(text.encode()) is not None

    def speaks_of(self, host: str) -> bool:
        return not any(f".{host}".endswith(f".{name}") for name in self._except if name)

    @cached_property
    def _longest(self) -> str:
        return max(_SPECIAL.split(self._body.lower().removesuffix("?")), key=len)

    @cached_property
    def _search(self) -> Callable[[bytes], object]:
        """Made when an address first comes close: most patterns never meet one."""
        search: Callable[[bytes], object] = compiled(expression_of(self.value)).search
        return search


class PatternIndex:
    """Listed patterns. They stay in the map until an address has a word of theirs."""

    def __init__(self, patterns: ListingMap) -> None:
        self._patterns = patterns
        self._filed_under = lru_cache(_MOST_WORDS_KEPT)(partial(_filed_under, patterns))

    def __len__(self) -> int:
        return len(self._patterns)

    def find(self, url: Url) -> list[Found]:
        """Return every listing of the URL."""
        if not self._patterns:
            return []
        ways = _ways_to_read(url)
        return _found({one.value: one for text in ways for one in self._covering(text)}, url.host)

    def find_name(self, host: str) -> list[Found]:
        """Return every listing of a host by patterns that speak of names and of no path.

        Lists for resolvers hold such ones, and expressions that are meant of the name alone.
        """
        if not self._are_of_names:  # of most lists' patterns none is
            return []
        texts = [str(Url("http", one, 80)) for one in addresses_meant(host)]
        found = [one for text in texts for one in self._names.covering(text)]
        found += [one for one in self._always_tried.covering(host) if one.is_expression]
        return _found({one.value: one for one in found}, host)

    def _covering(self, text: str) -> list[Pattern]:
        lowered = text.lower()
        words = dict.fromkeys(_WORD.findall(lowered))
        near = [one for word in words for one in self._filed_under(word)]
        covering = [one for one in near if one.covers(text, lowered)]
        return covering + self._always_tried.covering(text)

    @cached_property
    def _always_tried(self) -> "_Tried":
        return _Tried(_filed_under(self._patterns, ""))

    @cached_property
    def _are_of_names(self) -> bool:
        always = self._always_tried.patterns
        return bool(self._names.patterns) or any(one.is_expression for one in always)

    @cached_property
    def _names(self) -> "_Tried":
        return _Tried(_filed_under(self._patterns, _OF_NAMES))


class _Tried:
    """Patterns that are tried together."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self.patterns = patterns
        self._together = Together([expression_of(one.value) for one in patterns])

    def covering(self, text: str) -> list[Pattern]:
        if not self.patterns:
            return []
        return [self.patterns[place] for place in self._together.found(text)]


def _found(covering: Mapping[str, Pattern], host: str) -> list[Found]:
    return [
        Found(listing, one.value, Part.PATTERN)
        for one in covering.values()
        if one.speaks_of(host)
        for listing in one.listings
    ]


def keyed(patterns: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield what the index knows each pattern by, given them all: the word depends on the others."""
    words = [whole_words(value) for value, _ in patterns]
    holding = Counter(word for each in words for word in set(each))

    def rarity(word: str) -> tuple[bool, int, int, str]:
        return word in _IN_NEARLY_ALL, holding[word], -len(word), word

    for (value, number), each in zip(patterns, words, strict=True):
        yield f"{min(each, key=rarity, default='')} {value}", number
        if _NAMES.fullmatch(value):
            yield f"{_OF_NAMES} {value}", number


def _filed_under(patterns: ListingMap, word: str) -> tuple[Pattern, ...]:
    beginning = f"{word} "
    return tuple(
        Pattern(key[len(beginning) :], listings) for key, listings in patterns.below(beginning)
    )


def _ways_to_read(url: Url) -> list[str]:
    """Return the address, whatever its port; then as machines and sites may read it too."""
    port = default_port(url.scheme)
    ways = [str(url)] if url.port == port else [str(url._replace(port=port)), str(url)]
    if ":" in url.host:
        meant = addresses_meant(url.host)[1:]
        ways += [str(url._replace(host=one, port=port)) for one in meant]
    decoded = [ESCAPED_BOUNDARY.sub(_decoded, one) for one in ways if "%" in one]
    return ways + [one for one in decoded if one not in ways]


def _decoded(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))
