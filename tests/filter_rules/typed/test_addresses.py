"""The words that a person typed, site by site."""

import tomllib
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.typed.addresses import (
    MOST_FIELDS,
    half_typed_in_url,
    is_search_engine,
    typed_in_url,
)
from filter_rules.typed.words import Typed
from filter_rules.types import Kind
from filter_rules.urls import Url, split

TABLE = tomllib.loads((Path(__file__).parents[2] / "tables" / "searches.toml").read_text("utf-8"))
URLS = [
    (url, case["words"], case.get("kind", "")) for case in TABLE["case"] for url in case["urls"]
]
HALVES = [(url, case["words"]) for case in TABLE["half"] for url in case["urls"]]
HOSTS = [(host, case["engine"]) for case in TABLE["engine"] for host in case["hosts"]]


def google(query: str) -> Url:
    return Url("https", "www.google.com", 443, "/search", query)


@pytest.mark.parametrize(("address", "words", "kind"), URLS)
def test_each_address_says_the_words_of_the_table(address: str, words: str, kind: str) -> None:
    url = split(address)
    assert url is not None
    typed = typed_in_url(url)
    assert (typed.words if typed else "") == words
    assert typed is None or not kind or typed.kind is Kind(kind)


@pytest.mark.parametrize(("address", "words"), HALVES)
def test_what_is_sent_while_it_is_typed_is_told_apart(address: str, words: str) -> None:
    url = split(address)
    assert url is not None
    half = half_typed_in_url(url)
    assert (half.words if half else "") == words
    assert not half or typed_in_url(url) is None


@pytest.mark.parametrize(("host", "engine"), HOSTS)
def test_each_host_is_a_search_engine_or_not_as_the_table_says(host: str, engine: bool) -> None:  # noqa: FBT001  a column of the table
    assert is_search_engine(host) is engine


def test_many_fields_do_not_hide_the_words() -> None:
    assert typed_in_url(google("a=1&" * 1000 + "q=how")) == Typed("how", Kind.SEARCH, "google.*")


def test_fields_beyond_all_measure_are_not_read() -> None:
    assert typed_in_url(google("a=1&" * MOST_FIELDS + "q=how")) is None


@pytest.mark.parametrize(
    ("path", "query"),
    [("/search", "q=how"), ("/other", "q=how&theme=x"), ("/search", "theme=x"), ("/search", ""),
     ("/search", "q=+&theme=x")],
)  # fmt: skip
def test_a_search_of_a_site_that_is_no_engine_is_none(path: str, query: str) -> None:
    assert typed_in_url(Url("https", "unknown.test", 443, path, query)) is None


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_path_and_no_query_raises(path: str, query: str) -> None:
    for host in ("www.google.com", "x.com", "unknown.test"):
        typed_in_url(Url("https", host, 443, f"/{path}", query))
        typed_in_url(Url("https", host, 443, "/i/api/graphql/x/y", f"variables={query}"))


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="%+"), min_size=1))
def test_what_is_typed_comes_back(words: str) -> None:
    url = Url("https", "www.bing.com", 443, "/search", urlencode({"q": words}))
    typed = typed_in_url(url)
    assert (typed.words if typed else "") == words.strip()
