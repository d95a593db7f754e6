"""The one spelling of patterns, and those that are refused."""

import pytest

from filter_rules.formats.patterns import is_expression, pattern_entry, whole_words
from filter_rules.types import Entry, Part


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("/Ads/Banner", "/ads/banner"),
        ("/%61ds%2fx", "/ads%2fx"),
        ("||bücher.example/ä*", "||xn--bcher-kva.example/%c3%a4*"),
        ("://bücher.example^x", "://xn--bcher-kva.example^x"),
        ("||ü*.example/ads", "||%c3%bc*.example/ads"),
        ("/ads//banner?a//b", "/ads/banner?a//b"),
        ("//ads.example/", "//ads.example/"),
        ("|https://ads.example//x", "|https://ads.example/x"),
        ("/advert\\d/", "/advert\\d/"),
    ],
)
def test_a_pattern_is_spelt_as_addresses_are(text: str, spelt: str) -> None:
    assert pattern_entry(text, {}, allow=False) == Entry(Part.PATTERN, spelt)


def test_capitals_stay_where_they_count() -> None:
    said = pattern_entry("/Ads/Banner", {"match-case": ""}, allow=True)
    assert said == Entry(Part.PATTERN, "/Ads/Banner $match-case", allow=True)


@pytest.mark.parametrize("text", ["*", "||", "^^^^", "|http://", "||ad", "*/a*", "https:"])
def test_a_pattern_that_matches_nearly_everything_is_refused(text: str) -> None:
    said = pattern_entry(text, {}, allow=False)
    assert isinstance(said, str)
    assert "would match" in said


@pytest.mark.parametrize(
    "text", ["/ads banner", "/ads\x00/x", "/(?=ads)/", "/ads)/", "/ads\x07/", "/a*/"]
)
def test_what_can_never_hold_is_refused(text: str) -> None:
    assert isinstance(pattern_entry(text, {}, allow=False), str)


def test_a_name_that_is_none_voids_the_rule() -> None:
    said = pattern_entry("/ads/banner", {"denyallow": "a.example|-"}, allow=False)
    assert said == "“-” is no host name"


def test_between_slashes_stands_an_expression() -> None:
    assert is_expression("/a/")
    assert not is_expression("//")
    assert not is_expression("/a/*")


def test_a_word_that_may_go_on_in_the_address_is_no_whole_word() -> None:
    assert whole_words("ads") == []
    assert whole_words("/ads*") == []
    assert whole_words("|ads|") == ["ads"]
    assert whole_words("||ads^") == ["ads"]
    assert whole_words("b^ads.c*d") == ["ads"]
