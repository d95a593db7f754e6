"""The school's own entries."""

import pytest

from filter_rules.overlay import Overlay, OverlayEntry, canonical_entry
from filter_rules.types import Hit, Part
from filter_rules.urls import split

OVERLAY = Overlay(
    [
        OverlayEntry(1, "example.com", "block"),
        OverlayEntry(2, "quiz.example.com", "allow", frozenset({"staff"}), "homework"),
        OverlayEntry(3, "example.org/games", "block"),
        OverlayEntry(4, "quiz.example.com", "block", frozenset({"primary"})),
        OverlayEntry(5, "*.Example.NET.", "block"),
        OverlayEntry(6, "example.org/a/", "block"),
    ]
)


def categories(text: str) -> list[str]:
    url = split(text)
    assert url
    return [hit.category for hit in OVERLAY.match(url.host, url)]


def test_an_entry_covers_its_host_and_all_below() -> None:
    assert categories("www.example.com/x") == ["own:1"]
    assert categories("badexample.com") == []


def test_the_most_exact_entry_comes_first() -> None:
    assert categories("quiz.example.com") == ["own:2", "own:4", "own:1"]


def test_an_entry_with_a_path_covers_what_is_below_the_path() -> None:
    assert categories("example.org/games") == ["own:3"]
    assert categories("www.example.org/games/chess?x") == ["own:3"]
    assert categories("example.org/games;x") == ["own:3"]
    assert categories("example.org/a/b") == ["own:6"]
    assert categories("example.org/gamestore") == []
    assert categories("example.org") == []


def test_where_only_the_host_is_known_an_entry_with_a_path_says_nothing() -> None:
    assert OVERLAY.match("example.org") == ()


def test_an_entry_is_read_however_it_was_typed() -> None:
    assert categories("sub.example.net") == ["own:5"]


def test_a_hit_shows_the_schools_entry() -> None:
    assert OVERLAY.match("a.example.com") == (Hit("own:1", "school", "example.com", Part.HOST),)
    url = split("example.org/games")
    assert OVERLAY.match("example.org", url) == (
        Hit("own:3", "school", "example.org/games", Part.URL),
    )


def test_an_empty_overlay_says_nothing() -> None:
    assert Overlay([]).match("example.com") == ()


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        (" Example.COM ", "example.com"),
        ("https://example.com/", "example.com"),
        ("https://example.com:8443/Games?x=1", "example.com/Games?x=1"),
        ("*.example.com", "example.com"),
        (".example.com", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("two words", None),
        ("", None),
    ],
)
def test_what_staff_type_has_one_spelling_or_is_no_entry(typed: str, entry: str | None) -> None:
    assert canonical_entry(typed) == entry


def test_an_entry_that_cannot_be_read_matches_nothing_else() -> None:
    assert Overlay([OverlayEntry(1, "two words", "block")]).match("words") == ()
