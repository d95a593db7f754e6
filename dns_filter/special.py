"""Names that are answered here for everyone, whatever the lists say, and never asked upstream.

A refusal must be "no such name" for every type: a browser that gets an address, or no answer,
goes on to encrypt its DNS past the filter.
"""

from enum import Enum, auto


class Special(Enum):
    """How a special name is answered."""

    NO_SUCH_NAME = auto()
    LOOPBACK = auto()


# The name and all below it.
SPECIAL_NAMES: dict[str, Special] = {
    # Asked by browsers and devices before they encrypt DNS or relay: "no such name" means do not.
    "use-application-dns.net": Special.NO_SUCH_NAME,  # Firefox
    "mask.icloud.com": Special.NO_SUCH_NAME,  # iCloud Private Relay
    "mask-h2.icloud.com": Special.NO_SUCH_NAME,
    "mask-canary.icloud.com": Special.NO_SUCH_NAME,
    "doh.dns.apple.com": Special.NO_SUCH_NAME,
    "doh.dns.apple.com.v.aaplimg.com": Special.NO_SUCH_NAME,
    "resolver.arpa": Special.NO_SUCH_NAME,  # discovery of encrypted resolvers (RFC 9462)
    # Names that the public DNS must never see (RFC 6761, RFC 7686).
    "localhost": Special.LOOPBACK,
    "onion": Special.NO_SUCH_NAME,
    "invalid": Special.NO_SUCH_NAME,
    # Names of private addresses: upstream can only say no, and would learn who is here (RFC 6303).
    "0.in-addr.arpa": Special.NO_SUCH_NAME,
    "10.in-addr.arpa": Special.NO_SUCH_NAME,
    "127.in-addr.arpa": Special.NO_SUCH_NAME,
    "254.169.in-addr.arpa": Special.NO_SUCH_NAME,
    "168.192.in-addr.arpa": Special.NO_SUCH_NAME,
    **{f"{octet}.172.in-addr.arpa": Special.NO_SUCH_NAME for octet in range(16, 32)},
    "c.f.ip6.arpa": Special.NO_SUCH_NAME,
    "d.f.ip6.arpa": Special.NO_SUCH_NAME,
    **{f"{nibble}.e.f.ip6.arpa": Special.NO_SUCH_NAME for nibble in "89ab"},
    "0." * 31 + "ip6.arpa": Special.NO_SUCH_NAME,
}

# Most names end in none of these, and need no walk over their parents.
_LAST_LABELS = frozenset(name.rpartition(".")[2] for name in SPECIAL_NAMES)


def special(host: str) -> Special | None:
    """Return how the name is answered here, or None where the rules decide."""
    if host.rpartition(".")[2] not in _LAST_LABELS:
        return None
    while host:
        if (found := SPECIAL_NAMES.get(host)) is not None:
            return found
        host = host.partition(".")[2]
    return None
