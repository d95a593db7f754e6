"""Lists of addresses; their oddities are in tests/golden/lists_networks.txt."""

import pytest

from filter_rules.formats.networks import is_network, networks
from filter_rules.types import Entry, Part


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("192.0.2.1", ["192.0.2.1/32"]),
        ("192.0.2.77/24 ; why", ["192.0.2.0/24"]),
        ("2001:DB8::/32 # why", ["2001:db8::/32"]),
        ("192.0.2.0 - 192.0.2.5", ["192.0.2.0/30", "192.0.2.4/31"]),
        ("# 192.0.2.1", []),
        ("", []),
    ],
)
def test_a_line_is_an_address_a_network_or_a_range(line: str, values: list[str]) -> None:
    assert list(networks("x")(line)) == [Entry(Part.NETWORK, value) for value in values]


@pytest.mark.parametrize("line", ["example.com", "192.0.2", "fe80::1%eth0", "::1-192.0.2.1", "9-1"])
def test_what_is_no_address_is_reported(line: str) -> None:
    assert list(networks("x")(line)) == [f"“{line}” is no address and no network"]


@pytest.mark.parametrize("line", ["0.0.0.0/0", "::/0", "0.0.0.0-255.255.255.255"])
def test_all_addresses_at_once_are_refused(line: str) -> None:
    assert list(networks("x")(line)) == [f"“{line}” is every address there is"]


def test_a_range_of_too_many_networks_is_refused_with_what_to_give() -> None:
    (said,) = networks("x")("::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe")
    assert "254 networks" in str(said)


@pytest.mark.parametrize("text", ["192.0.2.0/24", "2001:db8::/32", "::/0", "::ffff:192.0.2.0/120"])
def test_a_network_is_told_from_an_address_with_a_path(text: str) -> None:
    assert is_network(text)


@pytest.mark.parametrize(
    "text", ["192.0.2.1/x", "example.com/24", "192.0.2.9/24", "192.0.2.1", "1.2/3"]
)
def test_an_address_with_a_path_is_no_network(text: str) -> None:
    assert not is_network(text)
