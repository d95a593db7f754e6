"""Where the proxy may connect to: the open internet, what the settings add, and never itself.

Names are resolved before they are dialled and each address is asked about here, so a name that
points into the school's own network is refused like the address itself.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from safeguard.settings import Settings

_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Destinations:
    """`reachable` are networks of the school's own; `ours` are the addresses we listen on."""

    reachable: tuple[IPv4Network | IPv6Network, ...] = ()
    ours: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            tuple(ip_network(one, strict=False) for one in settings.proxy.allow_networks),
            frozenset(
                (_as_address(part.listen), part.port)
                for part in (settings.proxy, settings.dns, settings.admin)
            ),
        )

    def check(self, address: str, port: int) -> None:
        """Raise OSError, which mitmproxy answers for, where this address must not be dialled."""
        ip = _carried(ip_address(address.partition("%")[0]))
        if self._is_ours(ip, port):
            raise OSError("the filter does not connect to itself")
        if any(ip in network for network in self.reachable):
            return
        if not ip.is_global or ip.is_multicast:
            raise OSError("this is an address of a private network")

    def _is_ours(self, ip: IPv4Address | IPv6Address, port: int) -> bool:
        return any(
            port == our_port and (ip == ip_address(host) or (_is_wildcard(host) and _is_local(ip)))
            for host, our_port in self.ours
        )


def _carried(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one, where a gateway on the way would unwrap it."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(ip.packed[-4:])
    return ip.ipv4_mapped or ip.sixtofour or ip


def _as_address(listen: str) -> str:
    """A name to listen on (localhost) stands for any address of this machine."""
    try:
        return str(ip_address(listen))
    except ValueError:
        return "::"


def _is_wildcard(host: str) -> bool:
    return ip_address(host).is_unspecified


def _is_local(ip: IPv4Address | IPv6Address) -> bool:
    """Whether this machine has the address: then, and only then, it can be bound to."""
    family = socket.AF_INET if isinstance(ip, IPv4Address) else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(ip), 0))
        except OSError:
            return False
        return True
