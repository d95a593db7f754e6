"""Response policy zones: DNS zone files whose names are what is blocked.

`d` is the name alone and `*.d` all below it, so most zones give both. Triggers other than the
name asked for (addresses, clients, name servers) are reported.
"""

from collections.abc import Iterable

from filter_rules.formats.lines import Reader, Said, quoted, zone_entry
from filter_rules.types import Reach

_CLASSES = frozenset({"IN", "CH", "HS"})
_OF_THE_ZONE = frozenset({"SOA", "NS", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DS"})
_LOCAL_DATA = frozenset({"A", "AAAA", "TXT", "MX", "SRV", "PTR", "HTTPS", "SVCB"})
_OTHER_TRIGGERS = (".rpz-ip", ".rpz-client-ip", ".rpz-nsdname", ".rpz-nsip")


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
        name = self._trigger()
        if name.endswith(_OTHER_TRIGGERS):
            return (f"{quoted(name)}: only names are read from policy zones yet",)
        if kind not in _LOCAL_DATA and not (kind == "CNAME" and target):
            return (f"{quoted(f'{name} {kind} {target}')} is no policy",)
        if target == "rpz-tcp-only.":
            return (f"{quoted(name)}: rpz-tcp-only blocks nothing",)
        below = name.startswith("*.")
        reach = Reach.BELOW if below else Reach.EXACT
        return (zone_entry(name.removeprefix("*."), reach, allow=target == "rpz-passthru."),)

    def _trigger(self) -> str:
        """Return the owner without the zone's own name."""
        owner = self._owner.lower()
        if not owner.endswith("."):
            return owner
        return owner.removesuffix(".").removesuffix(f".{self._origin}")
