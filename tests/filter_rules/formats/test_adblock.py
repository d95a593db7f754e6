"""Adblock syntax about hosts; its oddities are in tests/golden/lists_adblock.txt."""

import pytest

from filter_rules.formats.adblock import adblock
from filter_rules.types import Entry, Part, Rank, Reach


def test_a_rule_covers_all_below_and_an_exception_says_so() -> None:
    read = adblock("x")
    assert list(read("||example.com^")) == [Entry(Part.HOST, "example.com")]
    assert list(read("@@||example.com^")) == [Entry(Part.HOST, "example.com", allow=True)]


@pytest.mark.parametrize("modifier", ["third-party", "xhr", "important2"])
def test_a_modifier_that_we_do_not_know_voids_the_rule(modifier: str) -> None:
    (said,) = adblock("x")(f"||example.com^$important,{modifier}")
    assert said == f"the modifier “{modifier}” changes what the rule means: left out"


@pytest.mark.parametrize("line", ["##.ad", "a.com##.ad", "a.com#@#.ad", "a.com#?#.ad", "# note"])
def test_rules_about_the_look_of_a_page_and_comments_say_nothing(line: str) -> None:
    assert not list(adblock("x")(line))


def test_a_star_without_bars_is_not_read_as_less_than_it_says() -> None:
    assert list(adblock("x")("*.example.com^")) == ["“*.example.com” is no host name"]
    assert list(adblock("x")("||*.example.com^")) == [Entry(Part.HOST, "example.com", Reach.BELOW)]


@pytest.mark.parametrize("modifier", ["client=1.2.3.4", "ctag=x", "dnstype=A", "dnsrewrite=::1"])
def test_a_modifier_that_no_list_may_decide_here_voids_the_rule(modifier: str) -> None:
    (said,) = adblock("x")(f"||example.com^$important,{modifier}")
    assert isinstance(said, str)
    assert f"“{modifier.partition('=')[0]}” speaks of" in said


def test_an_important_rule_has_that_rank() -> None:
    assert list(adblock("x")("||example.com^$important")) == [
        Entry(Part.HOST, "example.com", rank=Rank.IMPORTANT)
    ]


def test_a_bad_filter_takes_back_the_rule_that_is_otherwise_the_same() -> None:
    assert list(adblock("x")("@@||example.com^$badfilter")) == [
        Entry(Part.HOST, "example.com", allow=True, withdraws=True)
    ]


def test_names_below_may_be_left_out_of_a_rule() -> None:
    said = list(adblock("x")("||example.com^$denyallow=a.example.com|b.example.org|example.com"))
    assert said == [
        Entry(Part.HOST, "example.com"),
        Entry(Part.HOST, "a.example.com", allow=True, rank=Rank.LIFTS_WIDER),
    ]


@pytest.mark.parametrize("end", ["^", "/", "/^"])
def test_what_is_below_a_path_is_an_address(end: str) -> None:
    assert list(adblock("x")(f"||example.com/ads{end}")) == [Entry(Part.URL, "example.com/ads")]


@pytest.mark.parametrize("pattern", ["||example.com/ad", "||example.com/*/ad^", "example.com/ad/"])
def test_an_address_that_means_more_than_a_path_is_reported(pattern: str) -> None:
    (said,) = adblock("x")(pattern)
    assert said == f"“{pattern}”: of addresses only ||host/path^ and what ends like it is read"
