"""Policy zones; their oddities are in tests/golden/lists_rpz.txt."""

from collections.abc import Sequence

import pytest

from filter_rules.formats.lines import Said
from filter_rules.formats.rpz import rpz
from filter_rules.types import Entry, Part, Rank, Reach


def read(*lines: str) -> Sequence[Said]:
    zone = rpz("x")
    return [said for line in lines for said in zone(line)]


def test_a_name_is_itself_alone_and_a_star_all_below_it() -> None:
    assert read("example.com CNAME .", "*.example.com CNAME .") == [
        Entry(Part.HOST, "example.com", Reach.EXACT),
        Entry(Part.HOST, "example.com", Reach.BELOW),
    ]


def test_passthru_is_an_exception() -> None:
    assert read("example.com CNAME rpz-passthru.") == [
        Entry(Part.HOST, "example.com", Reach.EXACT, allow=True, rank=Rank.LIFTS_AS_WIDE)
    ]


def test_the_origin_is_taken_from_the_zone_itself() -> None:
    said = read("rpz.example. SOA a. b. 1 2 3 4 5", "bad.test.rpz.example. CNAME .")
    assert said == [Entry(Part.HOST, "bad.test", Reach.EXACT)]


def test_an_origin_that_is_given_wins_over_the_zones() -> None:
    said = read("$ORIGIN one.example.", "two.example. SOA a. b. 1", "bad.test.one.example. CNAME .")
    assert said == [Entry(Part.HOST, "bad.test", Reach.EXACT)]


def test_an_absolute_name_of_a_zone_without_origin_stands_for_itself() -> None:
    assert read("bad.test. CNAME .") == [Entry(Part.HOST, "bad.test", Reach.EXACT)]


def test_a_record_in_brackets_goes_on_until_they_close() -> None:
    said = read("@ SOA a. b. (", "bad.test CNAME .", ")", "worse.test CNAME .")
    assert said == [Entry(Part.HOST, "worse.test", Reach.EXACT)]


def test_a_line_that_begins_with_space_is_about_the_last_owner() -> None:
    assert read("bad.test A 192.0.2.1", "  AAAA 2001:db8::1") == [
        Entry(Part.HOST, "bad.test", Reach.EXACT),
        Entry(Part.HOST, "bad.test", Reach.EXACT),
    ]


@pytest.mark.parametrize(
    ("owner", "network"),
    [
        ("32.4.3.2.1", "1.2.3.4/32"),
        ("24.0.2.0.192", "192.0.2.0/24"),
        ("128.1.zz.db8.2001", "2001:db8::1/128"),
        ("32.zz.db8.2001", "2001:db8::/32"),
        ("128.1.zz", "::1/128"),
        ("128.8.7.6.5.4.3.2.1", "1:2:3:4:5:6:7:8/128"),
    ],
)
def test_a_network_is_written_backwards(owner: str, network: str) -> None:
    assert read(f"{owner}.rpz-ip CNAME .") == [Entry(Part.NETWORK, network)]


def test_a_network_may_be_excepted() -> None:
    assert read("32.4.3.2.1.rpz-ip CNAME rpz-passthru.") == [
        Entry(Part.NETWORK, "1.2.3.4/32", allow=True, rank=Rank.LIFTS_AS_WIDE)
    ]


@pytest.mark.parametrize(
    "owner", ["33.4.3.2.1", "24.4.3.2.1", "x", "0.zz", "32.1.2.3", "64.g.zz.1"]
)
def test_what_is_no_network_is_reported(owner: str) -> None:
    (said,) = read(f"{owner}.rpz-ip CNAME .")
    assert said == f"“{owner}” is no network as policy zones write them"
