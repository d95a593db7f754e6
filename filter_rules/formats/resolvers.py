"""Configuration of resolvers that block: dnsmasq and unbound. Each name covers all below it.

The most exact name holds: an exception does not lift what is said of a name below it.
"""

import re
from collections.abc import Iterable

from filter_rules.formats.lines import Reader, Said, quoted, resolver_entry

_DNSMASQ = re.compile(r"(address|server|local)\s*=\s*/(.*)/([^/]*)")
_UNBOUND = re.compile(r"""local-zone:\s*["']?([^"'\s]+)["']?\s+["']?(\w+)["']?""")
_UNBOUND_SILENT = ("server:", "local-data:", "local-data-ptr:")

_BLOCKING_ZONES = frozenset(
    {"deny", "inform_deny", "redirect", "inform_redirect", "refuse", "static"}
    | {f"always_{answer}" for answer in ("nxdomain", "nodata", "null", "refuse", "deny")}
)
_PASSING_ZONES = frozenset({"always_transparent", "nodefault", "transparent", "typetransparent"})


def dnsmasq(_file: str) -> Reader:
    return _dnsmasq


def unbound(_file: str) -> Reader:
    return _unbound


def _dnsmasq(line: str) -> Iterable[Said]:
    text = line.partition(" #")[0].strip()
    if not text or text.startswith("#"):
        return ()
    read = _DNSMASQ.fullmatch(text)
    if read is None:
        return (f"{quoted(text)} blocks no name",)
    option, names, value = read.groups()
    default_server = option != "address" and value == "#"
    if option != "address" and value and not default_server:
        return (f"{quoted(text)} asks another server for the name: it blocks nothing",)
    return [resolver_entry(name, allow=default_server) for name in names.split("/")]


def _unbound(line: str) -> Iterable[Said]:
    text = line.partition("#")[0].strip()
    if not text or text.startswith(_UNBOUND_SILENT):
        return ()
    read = _UNBOUND.fullmatch(text)
    if read is None:
        return (f"{quoted(text)} blocks no name",)
    name, kind = read[1], read[2].lower()
    if kind not in _BLOCKING_ZONES | _PASSING_ZONES:
        return (f"the zone type {quoted(kind)} is not known",)
    return (resolver_entry(name, allow=kind in _PASSING_ZONES),)
