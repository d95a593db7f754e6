"""Terrorist content: links that were made harmless are what they are about."""

import pytest

from filter_rules.sealed import TERRORISM
from safeguard.sealed_feeds.ctiru import FEED, armed


@pytest.mark.parametrize(
    ("passed_on", "asked_for"),
    [
        ("hxxp://one.test/a", "http://one.test/a"),
        ("hXXps://one[.]two(.)test/a", "https://one.two.test/a"),
        ("h**ps://one[dot]test", "https://one.test"),
        ("https[:]//one{.}test", "https://one.test"),
        ("one[.]test", "one.test"),
        ("https://one.test/hxxp://b", "https://one.test/hxxp://b"),
    ],
)
def test_a_link_that_was_made_harmless_is_armed_again(passed_on: str, asked_for: str) -> None:
    assert armed(passed_on) == asked_for


def test_it_is_a_category_of_its_own() -> None:
    assert FEED.category == TERRORISM
    table = ["uri,note", "hxxps://one[.]test/a,x"]
    assert [one.address for one in FEED.entries(table)] == ["https://one.test/a"]
