"""Listed addresses and expressions."""

import pytest

from filter_rules.listing import Listing, ListingMap, compile_map
from filter_rules.types import Part, Reach
from filter_rules.url_index import Expression, UrlIndex, keys_of
from filter_rules.urls import Url, split

GAMES = Listing("games", "ut1/games")
EXACT = Listing("games", "ut1/games", Reach.EXACT)


def index(*addresses: str, listing: Listing = GAMES) -> UrlIndex:
    keyed = [(key, 0) for address in addresses for key in keys_of(address)]
    return UrlIndex(ListingMap.of(compile_map(lambda: keyed), [listing]))


def url(text: str) -> Url:
    made = split(text)
    assert made
    return made


@pytest.mark.parametrize(
    "asked",
    [
        "http://example.com/games",
        "https://example.com/games/",
        "example.com/games/chess",
        "example.com/games?level=1",
        "example.com/games&x",
        "example.com/games;x=1",
        "example.com/games#top",
        "EXAMPLE.com/GaMeS",
        "www.example.com/games",
        "www2.example.com/games",
        "eu.example.com/games",
        "http://user@example.com:8080//x/../%67ames/",
    ],
)
def test_an_address_covers_itself_and_what_is_below(asked: str) -> None:
    assert [found.entry.lower() for found in index("example.com/games").find(url(asked))][:1]


@pytest.mark.parametrize(
    "asked",
    [
        "example.com",
        "example.com/gamestore",
        "example.com/x/games",
        "example.org/games",
        "badexample.com/games",
        "com/games",
    ],
)
def test_an_address_covers_nothing_else(asked: str) -> None:
    assert not list(index("example.com/games").find(url(asked)))


def test_an_exact_address_is_of_its_host_alone_but_for_www() -> None:
    made = index("www.example.com/games", listing=EXACT)
    assert list(made.find(url("example.com/games")))
    assert list(made.find(url("ftp.example.com/games")))
    assert not list(made.find(url("eu.example.com/games")))


def test_a_name_that_is_nothing_but_www_stays_whole() -> None:
    assert list(index("www.com/games").find(url("www.com/games")))
    assert not list(index("www.com/games").find(url("com/games")))


def test_an_address_of_an_ip_address() -> None:
    made = index("192.0.2.1/~ann", "2001:db8::1/x")
    assert [found.entry for found in made.find(url("192.0.2.1/~ann/x"))] == ["192.0.2.1/~ann"]
    assert list(made.find(url("http://[2001:db8::1]/x")))


def test_an_address_with_a_query_covers_that_query() -> None:
    made = index("example.com/watch?v=abc")
    assert list(made.find(url("example.com/watch?v=abc&t=1")))
    assert not list(made.find(url("example.com/watch?v=abcd")))
    assert not list(made.find(url("example.com/watch")))


def test_an_address_that_ends_in_a_slash_covers_what_is_below_it() -> None:
    assert list(index("example.com/a/").find(url("example.com/a/b")))


def test_the_entry_is_shown_as_it_stands_in_the_request() -> None:
    (found,) = index("example.com/games").find(url("www.example.com/Games/Chess"))
    assert found == (GAMES, "example.com/Games", Part.URL)


def test_expressions_are_looked_for_in_the_whole_address() -> None:
    made = UrlIndex(
        ListingMap.of(compile_map(list), []),
        [Expression(r"/Banner/|adverts\.", GAMES), Expression(r"^[0-9.]+/search\?q=\d+$", EXACT)],
    )
    assert [found.entry for found in made.find(url("x.com/banner/a.gif"))] == [
        r"/Banner/|adverts\."
    ]
    assert [found.part for found in made.find(url("1.2.3.4/search?q=5"))] == [Part.EXPRESSION]
    assert not list(made.find(url("example.com/search?q=5")))
