"""Adblock syntax about hosts; its oddities are in tests/golden/lists_adblock.txt."""

import pytest

from filter_rules.formats.adblock import adblock
from filter_rules.types import Entry, Part, Reach


def test_a_rule_covers_all_below_and_an_exception_says_so() -> None:
    read = adblock("x")
    assert list(read("||example.com^")) == [Entry(Part.HOST, "example.com")]
    assert list(read("@@||example.com^")) == [Entry(Part.HOST, "example.com", allow=True)]


@pytest.mark.parametrize("modifier", ["third-party", "client=1.2.3.4", "dnstype=A", "important2"])
def test_a_modifier_that_we_do_not_know_voids_the_rule(modifier: str) -> None:
    (said,) = adblock("x")(f"||example.com^$important,{modifier}")
    assert said == f"the modifier “{modifier}” changes what the rule means: left out"


@pytest.mark.parametrize("line", ["##.ad", "a.com##.ad", "a.com#@#.ad", "a.com#?#.ad", "# note"])
def test_rules_about_the_look_of_a_page_and_comments_say_nothing(line: str) -> None:
    assert not list(adblock("x")(line))


def test_a_star_without_bars_is_not_read_as_less_than_it_says() -> None:
    assert list(adblock("x")("*.example.com^")) == ["“*.example.com” is no host name"]
    assert list(adblock("x")("||*.example.com^")) == [Entry(Part.HOST, "example.com", Reach.BELOW)]
