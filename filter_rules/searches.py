"""Read the words that a person typed into a search engine from the address they ask for."""

from urllib.parse import parse_qsl

from filter_rules.urls import Url


def typed_words(url: Url) -> str:
    """Return the words typed, or an empty text."""
    return " ".join(value for key, value in parse_qsl(url.query) if key in {"q", "search_query"})


def is_search_engine(host: str) -> bool:
    return host.startswith(("www.google.", "www.bing."))
