"""Read the words that a person typed from the address that they ask for."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote, unquote_plus

from filter_rules.typed.leaves import at
from filter_rules.typed.sites import Place, site_of
from filter_rules.typed.words import Typed
from filter_rules.types import Kind
from filter_rules.urls import Url

MOST_FIELDS = 5_000  # of a query or a form; no address that servers take has more
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
# A search engine that anybody may run knows itself by its path and these fields.
_INSTANCE = re.compile(r"/(?:[\w-]+/)?search/?")
_INSTANCE_FIELDS = frozenset(
    {"categories", "category_general", "time_range", "safesearch", "theme", "engines", "pageno"}
)


def typed_in_url(url: Url) -> Typed | None:
    """Return what a person typed to ask for this, or None where the address says no words."""
    known = site_of(url.host)
    if known is None:
        return _of_an_instance(url) if url.query else None
    return _typed(url, known.asked, known.site.name)


def half_typed_in_url(url: Url) -> Typed | None:
    """Return words that are sent while they are typed: half a word is not what is meant.

    Merge them first (see keystrokes.py); each alone is not to be judged.
    """
    known = site_of(url.host)
    return _typed(url, known.half, known.site.name) if known else None


def is_search_engine(host: str) -> bool:
    """Say whether people go to this host to search the web, or to ask a machine that does."""
    known = site_of(host)
    return known is not None and known.site.engine


def fields(text: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of a query or a form that hold anything, in order."""
    for piece in islice(text.split("&", MOST_FIELDS), MOST_FIELDS):
        name, _, value = piece.partition("=")
        if value:
            yield unquote_plus(name), value


def _typed(url: Url, places: tuple[Place, ...], site: str) -> Typed | None:
    words: dict[str, None] = {}
    kind = None
    for place in places:
        if found := place.path.fullmatch(url.path):
            before = len(words)
            words |= dict.fromkeys(map(unquote_plus, filter(None, found.groups())))
            words |= dict.fromkeys(_in_fields(url.query, place.names))
            kind = kind or (place.kind if len(words) > before else None)
    said = " ".join(words).strip()
    return Typed(said, kind, site) if said and kind else None


def _in_fields(query: str, names: tuple[str, ...]) -> Iterator[str]:
    if not query:
        return
    into = [name for name in names if "." in name]
    for name, value in fields(query):
        if name in names:
            yield unquoted(value)
        for place in into:
            if place.partition(".")[0] == name:
                yield from at({name: unquote_plus(value)}, place)


def _of_an_instance(url: Url) -> Typed | None:
    if not _INSTANCE.fullmatch(url.path):
        return None
    said = dict(fields(url.query))
    if not said.get("q") or _INSTANCE_FIELDS.isdisjoint(said):
        return None
    words = unquoted(said["q"]).strip()
    return Typed(words, Kind.SEARCH, url.host) if words else None


def unquoted(value: str) -> str:
    """Undo the escapes, and a second layer, which only a way round a filter would add."""
    words = unquote_plus(value)
    return unquote(words).replace("+", " ") if _ESCAPE.search(words) else words
