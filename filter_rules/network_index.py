"""Which listed networks hold an address.

A network is known by the bits that its addresses begin with, so the walk along the bits of an
address that finds listed names finds listed networks too, however they lie in each other.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from filter_rules.listing import Found, ListingMap
from filter_rules.types import Part


def key_of(network: str) -> str:
    """Return what the index knows a network by: its version, and the bits that are fixed."""
    read = ip_network(network)
    return _bits(read.network_address)[: 1 + read.prefixlen]


class NetworkIndex:
    """Listed networks, of both versions of IP."""

    def __init__(self, networks: ListingMap) -> None:
        self._networks = networks

    def __len__(self) -> int:
        return len(self._networks)

    def find(self, text: str) -> list[Found]:
        """Return every listing of a network that holds the address, the widest first."""
        if not len(self._networks):
            return []
        try:
            address = ip_address(text)
        except ValueError:
            return []
        return [
            Found(listing, _written(address, len(bits) - 1), Part.NETWORK)
            for bits, listings in self._networks.along(_bits(address))
            for listing in listings
        ]


def _bits(address: IPv4Address | IPv6Address) -> str:
    return f"{address.version}{int(address):0{address.max_prefixlen}b}"


def _written(address: IPv4Address | IPv6Address, length: int) -> str:
    return str(ip_network((address, length), strict=False))
