"""The rules in force: hosts, URLs and texts, each asked in one call."""

import gc
import weakref

from filter_rules import domain_index, network_index, pattern_index, url_index
from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex
from filter_rules.listing import Listing, ListingMap, compile_map
from filter_rules.network_index import NetworkIndex
from filter_rules.pattern_index import PatternIndex
from filter_rules.ruleset import RuleSet
from filter_rules.theme_files import parse_theme
from filter_rules.typed.words import Typed
from filter_rules.types import Category, Hit, Kind, Part
from filter_rules.url_index import Expression, UrlIndex
from filter_rules.urls import Url, split

LISTINGS = [
    Listing("games", "one"),
    Listing("games", "one", allow=True),
    Listing("adverts", "two"),
]
HOSTS = [
    ("example.com", 0),
    ("good.example.com", 1),
    ("example.com", 2),
    ("com", 0),
    ("10.0.0.1", 2),
]
URLS = [("example.org/games", 0), ("example.org/games/good", 1)]
NETWORKS = [("198.51.0.0/16", 0), ("198.51.100.0/24", 2), ("198.51.100.7/32", 1)]
THEME = """
name = "gardening"
title = "Gardening"
threshold = { low = 1, medium = 2, high = 3, urgent = 4 }
"""


PATTERNS = [("/advert^", 2), ("||example.org^*/advert/kept", 1), ("||ads*.example.net^", 0)]


def rules() -> RuleSet:
    hosts = [(domain_index.key_of(host), number) for host, number in HOSTS]
    networks = [(network_index.key_of(network), number) for network, number in NETWORKS]
    urls = [(key, number) for address, number in URLS for key in url_index.keys_of(address)]
    patterns = list(pattern_index.keyed(PATTERNS))
    return RuleSet(
        "abc",
        {"games": Category("games", "Games", "Games to play.")},
        DomainIndex(ListingMap.of(compile_map(lambda: hosts), LISTINGS)),
        UrlIndex(
            ListingMap.of(compile_map(lambda: urls), LISTINGS),
            [Expression("banner", LISTINGS[2])],
            PatternIndex(ListingMap.of(compile_map(lambda: patterns), LISTINGS)),
        ),
        lambda: Detector([parse_theme(THEME, "gardening.toml")[0]]),
        NetworkIndex(ListingMap.of(compile_map(lambda: networks), LISTINGS)),
    )


def url(text: str) -> Url:
    made = split(text)
    assert made
    return made


def test_a_host_that_no_list_names_hits_nothing() -> None:
    assert rules().match("example.org") == ()


def test_the_most_exact_entry_comes_first() -> None:
    assert rules().match("www.example.com") == (
        Hit("adverts", "two", "example.com"),
        Hit("games", "one", "example.com"),
        Hit("games", "one", "com"),
    )


def test_an_exception_lifts_its_own_list_alone() -> None:
    assert rules().match("good.example.com") == (Hit("adverts", "two", "example.com"),)


def test_an_exception_for_an_address_lifts_its_own_list() -> None:
    assert rules().match("example.org", url("example.org/games/bad"))
    assert rules().match("example.org", url("example.org/games/good")) == ()


def test_paths_and_expressions_are_asked_where_the_url_is_known() -> None:
    assert rules().match("example.org") == ()
    assert rules().match("example.org", url("example.org/games/banner")) == (
        Hit("adverts", "two", "banner", Part.EXPRESSION),
        Hit("games", "one", "example.org/games", Part.URL),
    )


def test_patterns_are_asked_where_the_url_is_known() -> None:
    assert rules().match("example.net", url("example.net/advert?x")) == (
        Hit("adverts", "two", "/advert^", Part.PATTERN),
    )


def test_an_exception_that_is_a_pattern_lifts_its_own_list() -> None:
    kept = url("example.org/games/advert/kept")
    assert rules().match("example.org", kept) == (Hit("adverts", "two", "/advert^", Part.PATTERN),)


def test_a_pattern_of_names_is_hit_once_with_and_without_the_url() -> None:
    hit = Hit("games", "one", "||ads*.example.net^", Part.PATTERN)
    assert rules().match("ads7.example.net") == (hit,)
    assert rules().match("ads7.example.net", url("ads7.example.net/x")) == (hit,)


def test_what_is_kept_of_hosts_is_bounded_and_dies_with_the_rules() -> None:
    made = rules()
    for number in range(5000):
        made.match(f"host{number}.example", url(f"host{number}.example/word{number}"))
    assert made._known_of.cache_info().currsize == 4096
    domains, urls = weakref.ref(made), weakref.ref(made._urls)
    gc.disable()  # nothing may wait for it: rules are swapped while requests run
    try:
        del made
        assert domains() is None
        assert urls() is None
    finally:
        gc.enable()


def test_a_private_address_is_known_without_a_list() -> None:
    assert rules().match("127.0.0.1") == (Hit("private-address", "built in", "127.0.0.1"),)
    assert [hit.list for hit in rules().match("10.0.0.1")] == ["built in", "two"]


def test_rules_say_which_they_are_and_what_they_are_about() -> None:
    assert rules().fingerprint == "abc"
    assert rules().categories["games"].title == "Games"


def test_texts_are_read_by_the_themes() -> None:
    assert rules().detect("nothing to see", Kind.SEARCH) == ()


def test_words_typed_into_a_search_are_found() -> None:
    found = rules().typed_in_url(url("https://www.google.com/search?q=red+apples"))
    assert found == Typed("red apples", Kind.SEARCH, "google.*")
    assert rules().typed_in_url(url("https://example.org/")) is None


def test_words_sent_to_a_site_are_found() -> None:
    asked = url("https://claude.ai/api/organizations/1/chat_conversations/2/completion")
    (found,) = rules().typed_in_body(asked, "application/json", b'{"prompt": "red apples"}')
    assert found == Typed("red apples", Kind.CHAT, "claude.ai")


def test_what_is_said_in_a_message_is_read() -> None:
    asked = split("wss://chat.example/ws")
    assert asked
    (found,) = rules().said_in_message(asked, "red apples", from_pupil=True)
    assert found.words == "red apples"


WIDE = Hit("games", "one", "198.51.0.0/16", Part.NETWORK)
NEAR = Hit("adverts", "two", "198.51.100.0/24", Part.NETWORK)


def test_an_address_is_looked_for_in_networks_the_smallest_first() -> None:
    private = Hit("private-address", "built in", "198.51.100.1")
    assert rules().match("198.51.100.1") == (private, NEAR, WIDE)


def test_an_address_that_a_name_leads_to_is_asked_for_alone() -> None:
    assert rules().match_address("198.51.100.1") == (NEAR, WIDE)
    assert rules().match_address("198.51.100.7") == (NEAR,)
    assert rules().match_address("10.0.0.1") == (Hit("adverts", "two", "10.0.0.1"),)
    assert rules().match_address("2001:db8::1") == ()
    assert rules().match_address("::ffff:c633:6401") == (NEAR, WIDE)


def test_the_detector_may_be_made_before_the_first_text() -> None:
    made = rules()
    made.ready_to_detect()
    assert made.detect("nothing to see", Kind.SEARCH) == ()


def test_rules_with_another_detector_are_otherwise_the_same_and_leave_the_first_alone() -> None:
    first = rules()
    first.ready_to_detect()
    theme, _ = parse_theme(
        'name="t"\ntitle="T"\nfamily="f"\nfour_cs="conduct"\n'
        '[[phrase]]\nsays="s"\nany=["zorbing"]\nweight=4\n',
        "t.toml",
    )
    second = first.detecting_by(lambda: Detector([theme]))
    assert second.fingerprint == first.fingerprint
    assert second.detect("zorbing", Kind.SEARCH)[0].theme == "t"
    assert first.detect("zorbing", Kind.SEARCH) == ()


def test_what_is_sent_while_somebody_types_is_half_typed() -> None:
    asked = url("https://www.google.com/complete/search?q=red+app")
    found = rules().half_typed_in_url(asked)
    assert found is not None
    assert found.words == "red app"
    assert rules().typed_in_url(asked) is None
