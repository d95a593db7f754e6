"""Response policy zones: DNS zone files whose names are what is blocked.

`d` is the name alone and `*.d` all below it, so most zones give both. `24.0.2.0.192.rpz-ip` is
what names that lead to 192.0.2.0/24. The most exact trigger holds, be it an exception or not.
Triggers that are neither (clients, name servers) are decided by no list, and are reported.
"""

import re
from collections.abc import Iterable
from ipaddress import ip_network

from filter_rules.formats.lines import Reader, Said, quoted, resolver_entry
from filter_rules.types import Entry, Part, Rank, Reach

_CLASSES = frozenset({"IN", "CH", "HS"})
_OF_THE_ZONE = frozenset({"SOA", "NS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DS"})
_LOCAL_DATA = frozenset({"A", "AAAA", "TXT", "MX", "SRV", "PTR", "HTTPS", "SVCB"})
_ADDRESS = ".rpz-ip"
_GAP = re.compile(r":?zz:?")
_OTHER_TRIGGERS = {
    ".rpz-client-ip": "who asks is decided by groups, not by a list",
    ".rpz-nsdname": "by which server a name is answered is not known here",
    ".rpz-nsip": "by which server a name is answered is not known here",
}


def rpz(_file: str) -> Reader:
    return _Zone().read


class _Zone:
    """Reads a zone from top to bottom: the origin and the last owner hold for later lines."""

    def __init__(self) -> None:
        self._origin = ""
        self._owner = ""
        self._open = 0  # brackets: a record goes on over lines until they are closed

    def read(self, line: str) -> Iterable[Said]:
        text = line.partition(";")[0].rstrip()
        within, self._open = self._open > 0, max(0, self._open + text.count("(") - text.count(")"))
        words = text.split()
        if within or not words:
            return ()
        if words[0].startswith("$"):
            return self._directive(words)
        if not text[0].isspace():
            self._owner = words.pop(0)
        while words and (words[0].upper() in _CLASSES or words[0][0].isdigit()):
            words.pop(0)
        kind, target = words[0].upper() if words else "", words[1].lower() if words[1:] else ""
        return self._record(kind, target)

    def _directive(self, words: list[str]) -> Iterable[Said]:
        match [words[0].upper(), *words[1:]]:
            case ["$ORIGIN", origin]:
                self._origin = origin.lower().removesuffix(".")
            case ["$TTL", *_]:
                pass
            case _:
                return (f"{quoted(' '.join(words))} is not read",)
        return ()

    def _record(self, kind: str, target: str) -> Iterable[Said]:
        if kind in _OF_THE_ZONE:
            if kind == "SOA" and self._owner.endswith(".") and not self._origin:
                self._origin = self._owner.lower().removesuffix(".")
            return ()
        return (_policy(self._trigger(), kind, target),)

    def _trigger(self) -> str:
        """Return the owner without the zone's own name."""
        owner = self._owner.lower()
        if not owner.endswith("."):
            return owner
        return owner.removesuffix(".").removesuffix(f".{self._origin}")


def _policy(name: str, kind: str, target: str) -> Said:
    for trigger, why in _OTHER_TRIGGERS.items():
        if name.endswith(trigger):
            return f"{quoted(name)}: {why}"
    if kind not in _LOCAL_DATA and not (kind == "CNAME" and target):
        return f"{quoted(f'{name} {kind} {target}')} is no policy"
    if target == "rpz-tcp-only.":
        return f"{quoted(name)}: rpz-tcp-only blocks nothing"
    allow = target == "rpz-passthru."
    if name.endswith(_ADDRESS):
        return _network_entry(name.removesuffix(_ADDRESS), allow=allow)
    reach = Reach.BELOW if name.startswith("*.") else Reach.EXACT
    return resolver_entry(name.removeprefix("*."), reach, allow=allow)


def _network_entry(text: str, *, allow: bool) -> Said:
    """Read a network written backwards, its length first; `zz` stands for `::`."""
    length, *words = text.split(".")
    if len(words) == 4 and "zz" not in words:  # noqa: PLR2004 the bytes of an address
        address = ".".join(words[::-1])
    else:
        address = _GAP.sub("::", ":".join(words[::-1]))
    try:
        network = ip_network(f"{address}/{length}")
    except ValueError:
        network = None
    if network is None or network.prefixlen == 0:
        return f"{quoted(text)} is no network as policy zones write them"
    rank = Rank.LIFTS_AS_WIDE if allow else Rank.ORDINARY
    return Entry(Part.NETWORK, str(network), allow=allow, rank=rank)
