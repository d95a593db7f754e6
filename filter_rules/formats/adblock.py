"""Adblock and AdGuard DNS syntax, as far as it speaks of whole hosts.

`||d^` is d and all below it; `@@||d^` lifts what the same list says of d and all below it. A
rule with a modifier that we do not know means something else than it would without: it is
left out and reported, as the format demands.
"""

import re
from collections.abc import Iterable

from filter_rules.formats.lines import Reader, Said, host_entry, quoted, zone_entry
from filter_rules.formats.names import hosts_line
from filter_rules.types import Reach

_COSMETIC = re.compile(r"#@?(?:[?%]|\$\??)?#")
_HOSTS_LINE = re.compile(r"[0-9a-fA-F:.]+\s+\S")
# They narrow a rule to what a rule about a whole host means anyway, or rank it above others.
_KNOWN_MODIFIERS = frozenset({"important", "all", "document", "doc"})


def adblock(_file: str) -> Reader:
    return _rule


def _rule(line: str) -> Iterable[Said]:
    text = line.strip()
    if not text or text.startswith(("!", "[", "#")) or _COSMETIC.search(text):
        return ()
    if _HOSTS_LINE.match(text):
        return hosts_line(text)
    allow = text.startswith("@@")
    return (_host_rule(text.removeprefix("@@"), allow=allow),)


def _host_rule(rule: str, *, allow: bool) -> Said:
    pattern, _, modifiers = rule.partition("$")
    if "/" in pattern:
        return f"{quoted(rule)}: only rules about whole hosts are read from this format yet"
    unknown = {name.strip() for name in modifiers.split(",") if name} - _KNOWN_MODIFIERS
    if unknown:
        return f"the modifier {quoted(min(unknown))} changes what the rule means: left out"
    host = pattern.removeprefix("||").removesuffix("|").removesuffix("^")
    if not pattern.startswith("||"):
        return host_entry(host, Reach.EXACT, allow=allow)
    reach = Reach.BELOW if host.startswith("*.") else Reach.SUBTREE
    return zone_entry(host.removeprefix("*."), reach, allow=allow)
