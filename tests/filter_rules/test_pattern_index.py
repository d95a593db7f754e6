"""Patterns: what each covers, and that filing them under words loses none."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from filter_rules.listing import Listing, ListingMap, compile_map
from filter_rules.pattern_index import PatternIndex, keyed
from filter_rules.types import Part
from filter_rules.urls import Url, split

ADVERTS = Listing("adverts", "easy")
TAKES_BACK = Listing("adverts", "easy", withdraws=True)


def index(*patterns: str, listings: Sequence[Listing] = (ADVERTS,)) -> PatternIndex:
    keys = list(keyed([(pattern, place % len(listings)) for place, pattern in enumerate(patterns)]))
    return PatternIndex(ListingMap.of(compile_map(lambda: keys), listings))


def url(text: str) -> Url:
    made = split(text)
    assert made
    return made


def covers(pattern: str, address: str) -> bool:
    return [found.entry for found in index(pattern).find(url(address))] == [pattern]


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/banner/", "https://x.example/banner/a.gif"),
        ("/banner/*/img^", "http://x.example/banner/foo/img"),
        ("/banner/*/img^", "http://x.example/banner/foo/bar/img?param"),
        ("||ads.example^", "http://ads.example/foo.gif"),
        ("||ads.example^", "https://server1.ads.example/"),
        ("||ads.example^x", "https://ads.example/x"),
        ("||example.com/ad", "https://www.example.com/advert"),
        ("|https://example.com/|", "https://example.com/"),
        ("swf|", "https://example.com/annoying.swf"),
        ("^example.com^", "https://example.com/"),
        ("^%D1%82^", "https://example.com/т"),
        ("||example.com:8080/x", "https://example.com:8080/x"),
        ("||example.com/x", "https://example.com:8080/x"),
        ("||example.com/x?", "https://example.com/x?"),
        ("-advert-", "https://example.com/x-advert-y"),
        ("advert", "https://example.com/xadverty"),
        ("/Advert/ $match-case", "https://example.com/Advert/"),
        ("/x^ $denyallow=a.example", "https://b.example/x"),
        ("/advert[0-9]+/", "https://example.com/advert7"),
        (r"/^https:\/\/[a-z]+\.example\//", "https://ads.example/x"),
        ("||[2001:db8::1]^x", "http://[2001:db8::1]/x"),
    ],
)
def test_a_pattern_covers(pattern: str, address: str) -> None:
    assert covers(pattern.lower() if "match-case" not in pattern else pattern, address)


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/banner/*/img^", "http://x.example/banner/img"),
        ("/banner/*/img^", "http://x.example/banner/foo/imgraph"),
        ("/banner/*/img^", "http://x.example/banner/foo/img.gif"),
        ("||ads.example^", "http://notads.example/"),
        ("||ads.example^", "http://ads.example.org/"),
        ("||ads.example^", "http://x.example/?u=http://ads.example/"),
        ("|https://example.com/|", "https://example.com/x"),
        ("swf|", "https://example.com/swf/index"),
        ("^example^", "https://my-example.com/example.html"),
        ("||example.com:8080/x", "https://example.com/x"),
        ("||example.com/x?", "https://example.com/xy"),
        ("/Advert/ $match-case", "https://example.com/advert/"),
        ("/x^ $denyallow=a.example|c.example", "https://www.a.example/x"),
        ("/advert[0-9]+/", "https://example.com/advert"),
        ("/x/*", "https://example.com/"),
    ],
)
def test_a_pattern_covers_nothing_else(pattern: str, address: str) -> None:
    assert not covers(pattern, address)


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("||ad*.example^", "ads.example"),
        ("||ad*.example^", "www.ads.example"),
        ("||ad*.example^ $denyallow=x.example", "ads.example"),
        ("||203.0.113.*^", "203.0.113.7"),
        (r"/^ad[0-9]+\.example$/", "ad7.example"),
        ("/advert/", "adverts.example"),
    ],
)
def test_a_pattern_of_names_holds_where_only_a_name_is_known(pattern: str, host: str) -> None:
    assert index(pattern).find_name(host) == [(ADVERTS, pattern, Part.PATTERN)]


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("||ad*.example^", "example"),
        ("||ad*.example^ $denyallow=ads.example", "www.ads.example"),
        ("||ad*.example^x", "ads.example"),
        ("||ad*.example/", "ads.example"),
        ("|http://ad", "ads.example"),
        ("|ads", "ads.example"),
        ("http:", "ads.example"),
        ("ads.example/|", "ads.example"),
        ("/^https?:/", "ads.example"),
        (r"/^ad[0-9]+\.example$/", "ads.example"),
    ],
)
def test_what_speaks_of_addresses_says_nothing_of_a_name(pattern: str, host: str) -> None:
    assert index(pattern).find_name(host) == []
    assert index().find_name(host) == []


def test_a_pattern_is_shown_as_it_is_listed_once_for_each_list() -> None:
    made = index("/x/y.", "/x/y.", listings=[ADVERTS, Listing("trackers", "privacy")])
    found = made.find(url("https://example.com:8443/x/y.gif?%2F"))
    assert found == [
        (ADVERTS, "/x/y.", Part.PATTERN),
        (Listing("trackers", "privacy"), "/x/y.", Part.PATTERN),
    ]
    assert len(made) == 1


def test_a_pattern_that_its_list_takes_back_is_gone() -> None:
    assert not index("/x/y.", "/x/y.", listings=[ADVERTS, TAKES_BACK]).find(url("e.com/x/y."))


def test_a_pattern_is_filed_under_its_rarest_word() -> None:
    patterns = [
        "/banner/left/*",
        "/banner/right/*",
        "/banner/*",
        "://www.x-",
        "advert",
        "/ad[0-9]/",
    ]
    words = [key.split(" ")[0] for key, _ in keyed([(one, 0) for one in patterns])]
    assert words == ["left", "right", "banner", "x", "", ""]


def test_no_pattern_costs_nothing() -> None:
    assert index().find(url("example.com/x")) == []


def test_many_patterns_are_not_held_in_memory_until_they_are_near() -> None:
    made = index(*(f"/word{number}/x." for number in range(5000)))
    for number in range(5000):
        assert made.find(url(f"example.com/word{number}/x.gif"))
    assert made._filed_under.cache_info().currsize <= 4096


def naive(pattern: str) -> str:
    """What EasyList's own description says of a pattern, word for word."""
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\^", r"(?:[^\w.%-]|$)")
    if text.startswith(r"\|\|"):
        text = r"^\w+://(?:[^/?]*\.)?" + text[4:]
    elif text.startswith(r"\|"):
        text = "^" + text[2:]
    if text.endswith(r"\|"):
        text = text[:-2] + "$"
    elif text.endswith(r"\?"):
        text = text[:-2] + r"(?:\?|$)"
    return text


PIECES = st.sampled_from(
    [
        "ad",
        "a",
        "b.",
        "x",
        "/",
        "/",
        ".",
        "-",
        "_",
        "*",
        "^",
        "^",
        "?",
        "=",
        "&",
        "com",
        "1",
        "%2c",
        "|",
    ]
)
PATTERNS = st.builds(
    lambda front, pieces, behind: front + "".join(pieces) + behind,
    st.sampled_from(["", "", "|", "||", "||ad.", "|https://"]),
    st.lists(PIECES, min_size=1, max_size=6),
    st.sampled_from(["", "", "|", "^", "?"]),
).filter(lambda text: not (text.startswith("/") and text.endswith("/")) and text.strip("|"))
WORDS = st.sampled_from(["ad", "a", "b", "x", "ad1", "com", "a-b", "x_x", "ad.a", "%2c", "xad"])
ADDRESSES = st.builds(
    lambda labels, path, query: f"https://{'.'.join(labels)}.com/{path}{query}",
    st.lists(st.sampled_from(["ad", "a", "b", "x", "xad"]), min_size=1, max_size=3),
    st.lists(WORDS, max_size=4).map("/".join),
    st.lists(WORDS, max_size=3).map(lambda words: "?" + "=".join(words) if words else ""),
)


@given(st.lists(PATTERNS, min_size=1, max_size=8, unique=True), ADDRESSES)
@example(["||ad.|"], "https://ad.com/")
@example(["*ad*"], "https://xad.com/")
def test_what_is_found_is_what_the_plain_meaning_says(patterns: list[str], address: str) -> None:
    asked = url(address)
    found = {one.entry for one in index(*patterns).find(asked)}
    assert found == {
        one for one in patterns if re.search(naive(one), str(asked), re.ASCII | re.IGNORECASE)
    }
