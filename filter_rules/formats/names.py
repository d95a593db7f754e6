"""Lists of names: plain domains, wildcards and hosts files."""

import re
from collections.abc import Iterable

from filter_rules.formats.lines import Reader, Said, host_entry, quoted, zone_entry
from filter_rules.hosts import canonical_host, is_address
from filter_rules.types import Reach

_COMMENT_STARTS = ("#", "!", ";", "[")
_SCHEME = re.compile(r"(?i)https?://")

# What every machine's own hosts file holds, and block lists copy.
_OWN_NAMES = frozenset(
    {"localhost", "localhost.localdomain", "local", "broadcasthost", "0.0.0.0"}  # noqa: S104 the text, not a socket
    | {f"ip6-{name}" for name in ("localhost", "loopback", "localnet", "mcastprefix")}
    | {f"ip6-all{name}" for name in ("nodes", "routers", "hosts")}
)


def domains(_file: str) -> Reader:
    """One domain a line, which stands for itself and all below it."""
    return domain_line


def wildcards(_file: str) -> Reader:
    """`*.d` a line: d and all below it. A strict reader would leave d out; list makers do not."""
    return _wildcard


def hosts(_file: str) -> Reader:
    """`0.0.0.0 name name…` a line: each of the names, and nothing below it."""
    return hosts_line


def hosts_line(line: str) -> Iterable[Said]:
    address, *names = line.partition("#")[0].split() or ("",)
    if not address:
        return ()
    if not _is_ip(address):
        return (f"{quoted(address)} is no address: a hosts file has one before the names",)
    if not names:
        return (f"there is no name behind the address {quoted(address)}",)
    return [host_entry(name, Reach.EXACT) for name in names if name.lower() not in _OWN_NAMES]


def domain_line(line: str) -> Iterable[Said]:
    text = line.strip()
    if not text or text.startswith(_COMMENT_STARTS):
        return ()
    text = _SCHEME.sub("", text.partition("#")[0].rstrip(), count=1).removesuffix("/")
    if text.startswith(("*.", ".")):
        return _wildcard(text)
    return (host_entry(text),)


def _wildcard(line: str) -> Iterable[Said]:
    text = line.strip().partition("#")[0].rstrip()
    if not text or text.startswith(_COMMENT_STARTS):
        return ()
    name = text.removeprefix("*").removeprefix(".")
    return (zone_entry(name) if name != text else host_entry(text),)


def _is_ip(text: str) -> bool:
    host = canonical_host(text.partition("%")[0])
    return host is not None and is_address(host)
