"""One spelling for a host, so that a list and a request that mean the same name look the same.

Law: a host in its one spelling is spelt the same again (`canonical_host` is idempotent).
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import ada_url

MOST_CHARACTERS = 253
MOST_IN_LABEL = 63

# What nearly every host already is; the last label holds no number, so it is no address.
_PLAIN = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z][a-z-]{0,62}")
# These would end the host, or be dropped in silence, if the text were read as part of a URL.
_NOT_IN_A_HOST = re.compile(r"[\x00-\x20\x7f/\\?#@]")
_ENCODED = "xn--"
_NAT64 = IPv6Network("64:ff9b::/96")


def canonical_host(text: str) -> str | None:
    """Return the host as browsers spell it (lower case, punycode, plain IP), or None if it is none.

    One trailing dot is dropped, and IPv6 addresses lose their brackets.
    """
    if _PLAIN.fullmatch(text) and len(text) <= MOST_CHARACTERS and _ENCODED not in text:
        return text
    if _NOT_IN_A_HOST.search(text):
        return None
    if ":" in text:
        return _ipv6(text)
    try:
        host: str = ada_url.URL(f"http://{text}/").hostname.removesuffix(".")
    except ValueError:
        return None
    return host if _fits_dns(host) and _is_readable(host) else None


def reversed_name(host: str) -> str:
    """Return the labels from the top down, each with its dot: `com.example.www.`.

    So written, a name begins with its parents' names, and with nothing else.
    """
    labels = host.split(".")
    labels.reverse()
    return ".".join(labels) + "."


def parents(host: str) -> list[str]:
    """Return the host and the names above it, longest first.

    An address has none above it, but it may be an IPv6 spelling of an IPv4 address.
    """
    if is_address(host):
        return addresses_meant(host)
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def is_address(host: str) -> bool:
    """Whether a host in its one spelling is an IP address."""
    return ":" in host or host[-1:].isdigit()


def addresses_meant(host: str) -> list[str]:
    """Return an address, and the IPv4 address that it leads to where it is one of IPv6 for that."""
    if ":" not in host:
        return [host]
    try:
        carried = _carried(IPv6Address(host))
    except ValueError:
        return [host]
    return [host, str(carried)] if carried else [host]


def is_private(host: str) -> bool:
    """Whether the host is an address that the public internet does not route, or this machine."""
    if not is_address(host):
        return host == "localhost" or host.endswith(".localhost")
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = _carried(address) or address
    return not address.is_global or address.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    """IPv6 has spellings of IPv4 addresses: a way round if only the outside is seen."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _ipv6(text: str) -> str | None:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        spelt: str = ada_url.URL(f"http://[{bare}]/").hostname
    except ValueError:
        return None
    return spelt[1:-1]


def _fits_dns(host: str) -> bool:
    return len(host) <= MOST_CHARACTERS and all(
        0 < len(label) <= MOST_IN_LABEL for label in host.split(".")
    )


def _is_readable(host: str) -> bool:
    """Whether each encoded label is the one spelling of its letters: browsers open no other."""
    return _ENCODED not in host or all(
        _decodes(label) for label in host.split(".") if label.startswith(_ENCODED)
    )


def _decodes(label: str) -> bool:
    try:
        letters = label.removeprefix(_ENCODED).encode().decode("punycode")
        return bool(ada_url.URL(f"http://{letters}/").hostname == label)
    except ValueError:
        return False
