"""Deliveries as plain lines and as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.sealed_feeds.feed import Entry
from safeguard.sealed_feeds.reading import LONGEST_FIELD, entries_of

TABLES = {
    "plain": (["one.test", "", "# a note", " https://two.test/a,b "], ["one.test", "https://two.test/a,b"]),
    "a mark of the byte order": (["\ufeffone.test"], ["one.test"]),
    "one column": (["URL", "https://one.test/a", "two.test"], ["https://one.test/a", "two.test"]),
    "quoted": (['"URL","Date"', '"https://one.test/a,b","2026"'], ["https://one.test/a,b"]),
    "semicolons": (["id;url", "7;https://one.test/"], ["https://one.test/"]),
    "tabs": (["id\tUrl", "7\thttps://one.test/"], ["https://one.test/"]),
    "a column of hosts": (["domain,added", "one.test,2026"], ["one.test"]),
    "the url comes first": (["domain,url", "one.test,https://one.test/a", "two.test,"], ["https://one.test/a", "two.test"]),
    "whole hosts": (
        ["url,type", "https://one.test/a,page", "https://u@two.test/b?c,Domain", "three.test,site"],
        ["https://one.test/a", "two.test", "three.test"],
    ),
    "a whole host with a column of its own": (["url,host,scope", "https://w.one.test/a,one.test,host"], ["one.test"]),
    "a short row": (["id,url", "7"], [""]),
    "an endless field": (["id,url", "7," + "x" * LONGEST_FIELD], [""]),
    "a first line that only looks like a table": (["https://one.test/a,b", "two.test"], ["https://one.test/a,b", "two.test"]),
    "nothing": (["", "#"], []),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "addresses"), TABLES.values(), ids=list(TABLES))
def test_every_address_is_found(lines: list[str], addresses: list[str]) -> None:
    assert [one.address for one in entries_of(lines)] == addresses


def test_an_entry_tells_the_line_it_stands_on() -> None:
    assert list(entries_of(["", "url,note", "#", "one.test,x"])) == [Entry(4, "one.test")]


@given(st.lists(st.text(max_size=40), max_size=20))
def test_nothing_that_is_delivered_stops_the_reading(lines: list[str]) -> None:
    assert len(list(entries_of(["url,type", *lines]))) <= len(lines)
    assert len(list(entries_of(lines))) <= len(lines)
