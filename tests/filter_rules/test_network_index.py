"""Listed networks: those that hold an address, however they lie in each other."""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

from hypothesis import given
from hypothesis import strategies as st

from filter_rules.listing import Listing, ListingMap, compile_map
from filter_rules.network_index import NetworkIndex, key_of
from filter_rules.types import Part

LISTING = Listing("malware", "one")


def index(*networks: str) -> NetworkIndex:
    keyed = [(key_of(network), 0) for network in networks]
    return NetworkIndex(ListingMap.of(compile_map(lambda: keyed), [LISTING]))


def entries(made: NetworkIndex, address: str) -> list[str]:
    return [found.entry for found in made.find(address)]


def test_all_networks_that_hold_an_address_are_found_the_widest_first() -> None:
    made = index("192.0.2.0/24", "192.0.2.1/32", "192.0.2.0/25", "192.0.2.128/25", "192.0.3.0/24")
    assert entries(made, "192.0.2.1") == ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.1/32"]
    assert entries(made, "192.0.4.1") == []
    assert len(made) == 5


def test_a_hit_is_about_a_network() -> None:
    assert index("192.0.2.0/24").find("192.0.2.9") == [(LISTING, "192.0.2.0/24", Part.NETWORK)]


def test_the_two_versions_do_not_meet() -> None:
    made = index("192.0.2.0/24", "c000::/8")
    assert entries(made, "192.0.2.1") == ["192.0.2.0/24"]
    assert entries(made, "c000::1") == ["c000::/8"]


def test_what_is_no_address_is_in_no_network() -> None:
    assert index("192.0.2.0/24").find("example.com") == []
    assert index().find("192.0.2.1") == []


NETWORKS = st.builds(
    lambda address, length: ip_network((address, length), strict=False),
    st.ip_addresses(v=4),
    st.integers(1, 32),
) | st.builds(
    lambda address, length: ip_network((address, length), strict=False),
    st.ip_addresses(v=6, network="2001:db8::/32"),
    st.integers(1, 128),
)
ADDRESSES = st.ip_addresses(v=4) | st.ip_addresses(v=6, network="2001:db8::/32")


@given(st.sets(NETWORKS, max_size=8), ADDRESSES, st.integers(1, 32))
def test_the_index_finds_what_a_look_at_each_network_would(
    networks: set[IPv4Network | IPv6Network], address: IPv4Address | IPv6Address, length: int
) -> None:
    listed = {str(one) for one in networks} | {str(ip_network((address, length), strict=False))}
    holding = {one for one in listed if address in ip_network(one)}
    found = entries(index(*sorted(listed)), str(address))
    assert set(found) == holding
    assert len(found) == len(holding)
