"""Lists of addresses that servers have: an address, a network or a range a line."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network, summarize_address_range

from filter_rules.formats.lines import Reader, Said, quoted
from filter_rules.types import Entry, Part

_MOST_IN_RANGE = 64  # any range of IPv4 is made of fewer
_MAPPED = IPv6Network("::ffff:0:0/96")
_COMMENT = re.compile(r"[#;!].*")


def networks(_file: str) -> Reader:
    return network_line


def is_network(text: str) -> bool:
    """Whether a text that might be a host and a path, as `192.0.2.9/24`, is a network."""
    try:
        return "/" in text and bool(ip_network(text))
    except ValueError:
        return False


def network_line(line: str) -> Iterable[Said]:
    text = _COMMENT.sub("", line).strip()
    if not text:
        return ()
    try:
        read = _read(text)
    except (ValueError, TypeError):  # a TypeError is a range from one version of IP to the other
        return (f"{quoted(text)} is no address and no network",)
    if len(read) > _MOST_IN_RANGE:
        return (f"{quoted(text)} is made of {len(read)} networks: give those, one a line",)
    if any(network.prefixlen == 0 for network in read):
        return (f"{quoted(text)} is every address there is",)
    return [Entry(Part.NETWORK, str(network)) for network in read]


def _read(text: str) -> list[IPv4Network | IPv6Network]:
    if "%" in text:
        raise ValueError("an address of one machine's own network")
    first, dash, last = text.partition("-")
    if dash:
        return [*summarize_address_range(ip_address(first.strip()), ip_address(last.strip()))]
    return [_plain(ip_network(text, strict=False))]


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """An IPv4 network written as IPv6 is that IPv4 network; Pythons also differ in spelling it."""
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        address = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((address, network.prefixlen - _MAPPED.prefixlen))
    return network
