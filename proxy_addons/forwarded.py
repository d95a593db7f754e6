"""What a proxy in front of us says of who asks. Only proxies that the school trusts are read."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address

FORWARDED_FOR = "x-forwarded-for"
NOWHERE = ""  # an address that nobody has: unidentified


def client_behind(peer: str, values: Sequence[str], is_trusted: Callable[[str], bool]) -> str:
    """Return the address that the nearest trusted proxies saw, read from the right.

    Whatever stands further left was written by somebody whom nobody trusts. Without any value
    it is the proxy's own; what cannot be read is nobody's.
    """
    seen = [one.strip() for value in values for one in value.split(",") if one.strip()]
    for one in reversed(seen):
        address = _bare(one)
        if address == NOWHERE or not is_trusted(address):
            return address
    return peer


def _bare(text: str) -> str:
    """The address of 192.0.2.1:80, [2001:db8::1]:80 or 2001:db8::1."""
    host = text.strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ip_address(host))
    except ValueError:
        return NOWHERE
