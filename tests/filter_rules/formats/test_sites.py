"""squidGuard, UT1 and e2guardian lists; their oddities are in tests/golden."""

import pytest

from filter_rules.formats.sites import e2guardian, included, urls, ut1
from filter_rules.types import Entry, Part, Reach


def test_the_name_of_a_file_tells_what_is_in_it() -> None:
    assert list(ut1("games/domains")("example.com")) == [Entry(Part.HOST, "example.com")]
    assert list(ut1("games/urls")("example.com/x")) == [
        Entry(Part.URL, "example.com/x", Reach.EXACT)
    ]
    assert list(ut1("games/expressions")("a|b")) == [Entry(Part.EXPRESSION, "a|b")]


@pytest.mark.parametrize(
    "file", ["exceptionsitelist", "x/ExceptionSiteList", "exceptionsitelist/y"]
)
def test_an_exception_list_and_what_it_takes_in_lift(file: str) -> None:
    assert list(e2guardian(file)("example.com")) == [Entry(Part.HOST, "example.com", allow=True)]


def test_a_banned_list_does_not_lift() -> None:
    assert list(e2guardian("bannedsitelist")("example.com")) == [Entry(Part.HOST, "example.com")]
    assert list(e2guardian("bannedregexpurllist")("x+")) == [Entry(Part.EXPRESSION, "x+")]
    assert list(e2guardian("exceptionregexpurllist")("x+")) == [
        Entry(Part.EXPRESSION, "x+", allow=True)
    ]


@pytest.mark.parametrize(
    ("line", "file"),
    [
        (".Include</etc/lists/domains>", "/etc/lists/domains"),
        ("  .Include< domains >", "domains"),
        ("#.Include<domains>", ""),
        (".Include<>", ""),
        (".include.example", ""),
    ],
)
def test_a_list_takes_in_another(line: str, file: str) -> None:
    assert included(line) == file


def test_a_line_that_takes_in_a_file_is_no_entry() -> None:
    for name in ("bannedsitelist", "bannedregexpurllist"):
        assert not list(e2guardian(name)(".Include<x>"))


def test_an_address_covers_the_names_below_its_host() -> None:
    assert list(urls("x")("example.com/x")) == [Entry(Part.URL, "example.com/x", Reach.SUBTREE)]
