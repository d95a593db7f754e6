"""Names into addresses, for the proxy's own connections: as this machine does, or as told."""

import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

NAMES_KEPT = 4096
ANSWER_SECONDS = 4.0
DNS_PORT = 53

type Lookup = Callable[[str], Sequence[str]]


def lookup_of(upstreams: Sequence[str]) -> Lookup:
    """How names are resolved. A look-up blocks: it runs in the loop's pool of resolvers."""
    return _by_servers(upstreams) if upstreams else by_this_machine


def by_this_machine(host: str) -> Sequence[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _by_servers(upstreams: Sequence[str]) -> Lookup:
    import dns.exception  # noqa: PLC0415  half a megabyte that most installations do not use
    import dns.nameserver  # noqa: PLC0415  likewise
    import dns.resolver  # noqa: PLC0415  likewise

    resolver = dns.resolver.Resolver(configure=False)
    addresses = [urlsplit(one) for one in upstreams]
    resolver.nameservers = [
        dns.nameserver.Do53Nameserver(one.hostname or "", one.port or DNS_PORT) for one in addresses
    ]
    resolver.cache = dns.resolver.LRUCache(NAMES_KEPT)
    resolver.lifetime = ANSWER_SECONDS

    def look_up(host: str) -> Sequence[str]:
        try:
            return list(resolver.resolve_name(host).addresses())
        except dns.exception.DNSException as error:
            raise socket.gaierror(socket.EAI_NONAME, "this name is not known") from error

    return look_up
