"""dnsmasq and unbound; their oddities are in tests/golden."""

from filter_rules.formats.resolvers import dnsmasq, unbound
from filter_rules.types import Entry, Part, Rank


def test_dnsmasq_may_name_many_in_a_line() -> None:
    assert list(dnsmasq("x")("address=/a.example/b.example/#")) == [
        Entry(Part.HOST, "a.example"),
        Entry(Part.HOST, "b.example"),
    ]


def test_dnsmasq_sends_a_name_back_to_the_usual_servers_to_except_it() -> None:
    assert list(dnsmasq("x")("server=/good.example/#")) == [
        Entry(Part.HOST, "good.example", allow=True, rank=Rank.LIFTS_AS_WIDE)
    ]


def test_a_name_with_a_server_of_its_own_is_not_blocked() -> None:
    (said,) = dnsmasq("x")("server=/school.example/192.0.2.53")
    assert isinstance(said, str)


def test_unbound_zones_block_or_pass_by_their_type() -> None:
    read = unbound("x")
    assert list(read('local-zone: "example.com." always_null')) == [Entry(Part.HOST, "example.com")]
    assert list(read('local-zone: "example.com" transparent')) == [
        Entry(Part.HOST, "example.com", allow=True, rank=Rank.LIFTS_AS_WIDE)
    ]
    assert list(read('local-zone: "example.com" inform')) == ["the zone type “inform” is not known"]
