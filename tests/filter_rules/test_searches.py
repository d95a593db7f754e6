"""The words that a person typed, site by site."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_rules.searches import MOST_FIELDS, SITES, is_search_engine, typed_words
from filter_rules.urls import Url, split

TABLE = tomllib.loads((Path(__file__).parents[1] / "tables" / "searches.toml").read_text("utf-8"))
URLS = [(url, case["words"]) for case in TABLE["case"] for url in case["urls"]]
HOSTS = [(host, case["engine"]) for case in TABLE["engine"] for host in case["hosts"]]


@pytest.mark.parametrize(("address", "words"), URLS)
def test_each_address_says_the_words_of_the_table(address: str, words: str) -> None:
    url = split(address)
    assert url is not None
    assert typed_words(url) == words


@pytest.mark.parametrize(("host", "engine"), HOSTS)
def test_each_host_is_a_search_engine_or_not_as_the_table_says(host: str, engine: bool) -> None:  # noqa: FBT001  a column of the table
    assert is_search_engine(host) is engine


def test_no_domain_stands_in_two_rows() -> None:
    domains = [domain for site in SITES for domain in site.domains]
    assert len(domains) == len(set(domains))


def test_an_address_with_very_many_fields_is_no_search() -> None:
    query = "q=how" + "&a=1" * MOST_FIELDS
    assert typed_words(Url("https", "www.google.com", 443, "/search", query)) == ""


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_path_and_no_query_raises(path: str, query: str) -> None:
    assert isinstance(typed_words(Url("https", "www.google.com", 443, f"/{path}", query)), str)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="%+"), min_size=1))
def test_what_is_typed_comes_back(words: str) -> None:
    from urllib.parse import urlencode

    url = Url("https", "www.bing.com", 443, "/search", urlencode({"q": words}))
    assert typed_words(url) == words.strip()
