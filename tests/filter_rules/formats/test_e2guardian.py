"""e2guardian's lists; their oddities are in tests/golden/lists_e2guardian_*.txt."""

import pytest

from filter_rules.formats.e2guardian import e2guardian, included, is_list, not_sites
from filter_rules.types import Entry, Part

HOURS = "#time: 9 0 17 0 01234"


@pytest.mark.parametrize(
    "file", ["exceptionsitelist", "x/ExceptionSiteList", "exceptionsitelist/y", "localexceptionurllist"]
)  # fmt: skip
def test_an_exception_list_and_what_it_takes_in_lift(file: str) -> None:
    assert list(e2guardian(file)("example.com")) == [Entry(Part.HOST, "example.com", allow=True)]


def test_the_name_of_a_list_tells_what_is_in_it() -> None:
    assert list(e2guardian("bannedsitelist")("example.com")) == [Entry(Part.HOST, "example.com")]
    assert list(e2guardian("bannedregexpurllist")("x+")) == [Entry(Part.EXPRESSION, "x+")]
    assert list(e2guardian("exceptionregexpurllist")("x+")) == [
        Entry(Part.EXPRESSION, "x+", allow=True)
    ]
    assert list(e2guardian("bannedsiteiplist")("192.0.2.0/255.255.255.0")) == [
        Entry(Part.NETWORK, "192.0.2.0/24")
    ]
    assert list(e2guardian("exceptionsiteiplist")("192.0.2.1")) == [
        Entry(Part.NETWORK, "192.0.2.1/32", allow=True)
    ]


@pytest.mark.parametrize(
    ("line", "file"),
    [
        (".Include</etc/lists/domains>", "/etc/lists/domains"),
        (".include<domains>", "domains"),
        ("  .Include< domains >", "domains"),
        ("#.Include<domains>", ""),
        (".Include<>", ""),
        (".include.example", ""),
    ],
)
def test_a_list_takes_in_another(line: str, file: str) -> None:
    assert included(line) == file


@pytest.mark.parametrize(
    "line", [".Include<x>", ".Define LISTDIR </etc/x>", "# why", '#listcategory: "Games"', ""]
)
@pytest.mark.parametrize("file", ["bannedsitelist", "bannedregexpurllist", "bannedsiteiplist"])
def test_a_line_that_says_nothing_of_a_site_is_no_entry(line: str, file: str) -> None:
    assert not list(e2guardian(file)(line))


def test_what_is_blocked_at_some_hours_is_blocked_at_all() -> None:
    read = e2guardian("bannedsitelist", [HOURS])
    (said,) = read(HOURS)
    assert said == f"“{HOURS}”: no list decides hours here: what this one blocks is always blocked"
    assert list(read("example.com")) == [Entry(Part.HOST, "example.com")]


@pytest.mark.parametrize("name", ["site", "url", "siteip", "regexpurl"])
def test_what_is_lifted_at_some_hours_is_lifted_at_none(name: str) -> None:
    read = e2guardian(f"exception{name}list", ["192.0.2.1", HOURS])
    assert not list(read("192.0.2.1"))
    (said,) = read(HOURS)
    assert "so it lifts nothing" in str(said)
    assert not list(read("192.0.2.2"))


def test_hours_that_stand_late_hold_for_what_follows() -> None:
    read = e2guardian("exceptionsitelist")
    list(read(HOURS))
    assert not list(read("example.com"))
    assert list(read("a..b")) == ["“a..b” is no web address"]  # a mistake is said all the same


def test_hours_in_a_comment_are_none() -> None:
    read = e2guardian("exceptionsitelist", [f"#{HOURS}"])
    assert not list(read(f"#{HOURS}"))
    assert list(read("example.com"))


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("lists/weightedphraselist", "phrases"),
        ("BannedPhraseList", "phrases"),
        ("phraselists/weighted_english", "phrases"),
        ("bannedsearchlist", "searches"),
        ("greysitelist", "looked into"),
        ("logurllist", "written down"),
        ("bannedextensionlist", "files"),
        ("urlregexplist", "rewritten"),
    ],
)
def test_a_list_of_other_things_is_refused_once_with_what_to_give(name: str, piece: str) -> None:
    read = e2guardian(name)
    (said,) = read("<phrase><50>")
    assert piece in str(said)
    assert "bannedsitelist" in str(said)
    assert not list(read("<another>"))


@pytest.mark.parametrize("name", ["bannedsitelist", "localexceptionurllist", "bannedsiteiplist"])
def test_a_list_of_sites_is_known_by_its_name(name: str) -> None:
    assert is_list(f"lists/{name}")
    assert not_sites(name) == ""


def test_a_list_of_any_other_name_is_one_of_sites() -> None:
    assert not is_list("blog-list")
    assert not_sites("blog-list") == ""
