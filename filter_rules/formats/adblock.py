"""Adblock and AdGuard DNS syntax, as far as it speaks of whole hosts and of what is below a path.

`||d^` is d and all below it, `||d/path^` a part of d; `@@||d^` lifts what the same list says of
d and all below it, save what is marked `important`; `badfilter` takes back the rule that is
otherwise the same. A rule with a modifier that we do not know means something else than it
would without: it is left out and reported, as the format demands.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from filter_rules.formats.lines import (
    Reader,
    Said,
    address_entry,
    host_entry,
    quoted,
    zone_entry,
)
from filter_rules.formats.names import hosts_line
from filter_rules.types import Entry, Part, Rank, Reach

_COSMETIC = re.compile(r"#@?(?:[?%]|\$\??)?#")
_HOSTS_LINE = re.compile(r"[0-9a-fA-F:.]+\s+\S")
# `||d/path` goes on after the path, so that an end must show that no other word begins like it.
_BELOW_A_PATH = re.compile(r"\|\|([^*^|]*(?:\^|/|\.[a-zA-Z0-9]{2,5}))")

# They narrow a rule to what a rule about a whole host means anyway.
_WITHOUT_EFFECT = frozenset({"all", "document", "doc"})
_IMPORTANT, _WITHDRAWS, _EXCEPT = "important", "badfilter", "denyallow"
_KNOWN = _WITHOUT_EFFECT | {_IMPORTANT, _WITHDRAWS, _EXCEPT}
_NOT_FOR_LISTS = {
    "dnstype": "kinds of DNS questions",
    "dnsrewrite": "what DNS answers",
    "client": "single devices",
    "ctag": "kinds of devices",
}


def adblock(_file: str) -> Reader:
    return _rule


def _rule(line: str) -> Iterable[Said]:
    text = line.strip()
    if not text or text.startswith(("!", "[", "#")) or _COSMETIC.search(text):
        return ()
    if _HOSTS_LINE.match(text):
        return hosts_line(text)
    return _filter(text.removeprefix("@@"), allow=text.startswith("@@"))


def _filter(text: str, *, allow: bool) -> Iterable[Said]:
    if text.startswith("/"):
        return (f"{quoted(text)}: expressions are not read from this format",)
    pattern, _, options = text.partition("$")
    modifiers = _modifiers(options)
    if wrong := _unusable(modifiers, allow=allow):
        return (wrong,)
    said = _address(pattern, allow=allow) if "/" in pattern else _host(pattern, allow=allow)
    if isinstance(said, str):
        return (said,)
    rank = Rank.IMPORTANT if _IMPORTANT in modifiers else Rank.ORDINARY
    entry = replace(said, rank=rank, withdraws=_WITHDRAWS in modifiers)
    excepted = modifiers.get(_EXCEPT)
    return (entry,) if excepted is None else _with_exceptions(entry, excepted.split("|"))


def _modifiers(options: str) -> Mapping[str, str]:
    split = (one.strip().partition("=") for one in options.split(",") if one.strip())
    return {name: value for name, _, value in split}


def _unusable(modifiers: Mapping[str, str], *, allow: bool) -> str:
    """Say why a rule with these modifiers is left out; empty where it is not."""
    if unknown := modifiers.keys() - _KNOWN:
        name = min(unknown)
        if name in _NOT_FOR_LISTS:
            speaks_of = _NOT_FOR_LISTS[name]
            return f"the modifier {quoted(name)} speaks of {speaks_of}, which no list decides here"
        return f"the modifier {quoted(name)} changes what the rule means: left out"
    if _EXCEPT in modifiers and (allow or modifiers.keys() & {_IMPORTANT, _WITHDRAWS}):
        return f"the modifier {quoted(_EXCEPT)} is read only in plain rules that block"
    return ""


def _host(pattern: str, *, allow: bool) -> Said:
    host = pattern.removeprefix("||").removesuffix("|").removesuffix("^")
    if not pattern.startswith("||"):
        return host_entry(host, Reach.EXACT, allow=allow)
    reach = Reach.BELOW if host.startswith("*.") else Reach.SUBTREE
    return zone_entry(host.removeprefix("*."), reach, allow=allow)


def _address(pattern: str, *, allow: bool) -> Said:
    read = _BELOW_A_PATH.fullmatch(pattern)
    if read is None:
        return f"{quoted(pattern)}: of addresses only ||host/path^ and what ends like it is read"
    return address_entry(read[1].removesuffix("^"), allow=allow)


def _with_exceptions(entry: Entry, names: list[str]) -> Iterator[Said]:
    """Yield a host's entry, then exceptions that lift it, and wider ones, for names below it."""
    excepted = [zone_entry(name, allow=True) for name in names]
    wrong = next((said for said in excepted if isinstance(said, str)), "")
    if wrong or entry.part is not Part.HOST:
        yield wrong or f"the modifier {quoted(_EXCEPT)} is read only in rules about whole hosts"
        return
    yield entry
    for said in excepted:
        if isinstance(said, Entry) and said.value.endswith(f".{entry.value}"):
            yield replace(said, rank=Rank.LIFTS_WIDER)
