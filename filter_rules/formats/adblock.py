"""Adblock and AdGuard DNS syntax, as far as it speaks of whole hosts and of addresses.

`||d^` is d and all below it, `||d/path^` a part of d, and what has other parts is a pattern
(see `pattern_index`); `@@` before any of them lifts what the same list says, save what is
marked `important`; `badfilter` takes back the rule that is otherwise the same.

A rule with a modifier that we do not know means something else than it would without: it is
left out and reported, as the format demands. So are those about the kind of a request or the
page that asks: a proxy has the client's word alone for these, and not from every client.
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
from filter_rules.formats.patterns import EXCEPT, MATCH_CASE, is_expression, pattern_entry
from filter_rules.types import Entry, Part, Rank, Reach

_COSMETIC = re.compile(r"#@?(?:[?%]|\$\??)?#")
_HOSTS_LINE = re.compile(r"[0-9a-fA-F:.]+\s+\S")
_MODIFIER = r"\s*~?[a-zA-Z0-9_-]+(?:=[^,]*)?"
_WITH_MODIFIERS = re.compile(rf"(.*?)(?<!\\)\$((?:{_MODIFIER}(?:,{_MODIFIER})*)?)")
_NAME = r"[^\s/*^|?=&:;,%$]*[^\W_]"
_HOST_RULE = re.compile(rf"\|\|(?:\*\.)?({_NAME}|\[[0-9a-fA-F:.]+\])\^?\|?")
_IS_BEGINNING = re.compile(r"\|\|[a-zA-Z0-9_-]+")  # a name begins so: `||ads` means no top level
_EXACT_RULE = re.compile(rf"(?:\|({_NAME})[\^|]|(?![._-])({_NAME})\^?)")
# Without bars it can be meant of names or of addresses, and would not hold for both.
_STARRED_NAME = re.compile(r"[\w*.-]*\*[\w*.-]*\^?\|?")
# `||d/path` goes on after the path, so that an end must show that no other word begins like it.
_BELOW_A_PATH = re.compile(r"\|\|([^*^|/:]*/(?:[^*^|]*(?:\^|/|\.[a-zA-Z0-9]{2,5}))?)")

# They narrow a rule to what a rule about a whole host means anyway.
_WITHOUT_EFFECT = frozenset({"all", "document", "doc"})
_IMPORTANT, _WITHDRAWS = "important", "badfilter"
_TYPES, _ANSWER = "dnstype", "dnsrewrite"
_KNOWN = _WITHOUT_EFFECT | {_IMPORTANT, _WITHDRAWS, EXCEPT, MATCH_CASE, _TYPES, _ANSWER}
_DEVICES = {"client": "single devices", "ctag": "kinds of devices"}
_KINDS = frozenset(
    [
        "script",
        "image",
        "stylesheet",
        "css",
        "xmlhttprequest",
        "xhr",
        "subdocument",
        "frame",
        "object",
        "object-subrequest",
        "media",
        "font",
        "websocket",
        "ping",
        "beacon",
        "webrtc",
        "other",
        "popup",
        "popunder",
    ]
)
_ASKERS = frozenset(
    ["third-party", "3p", "first-party", "1p", "strict1p", "strict3p", "domain", "from"]
)
_SAYS_NOTHING_THERE = frozenset({"nxdomain", "refused", "servfail", "noerror", "0.0.0.0", "::"})  # noqa: S104 the text, not a socket


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
    pattern, modifiers = _taken_apart(text)
    if wrong := _unusable(modifiers, allow=allow):
        return (wrong,)
    said = _read(pattern, modifiers, allow=allow)
    if isinstance(said, str):
        return (said,)
    if said.part is not Part.HOST and (dns := modifiers.keys() & {_TYPES, _ANSWER}):
        return (f"the modifier {quoted(min(dns))} is read only in rules about whole hosts",)
    rank = Rank.IMPORTANT if _IMPORTANT in modifiers else Rank.ORDINARY
    entry = replace(said, rank=rank, withdraws=_WITHDRAWS in modifiers)
    if EXCEPT in modifiers and entry.part is Part.HOST:
        return _with_exceptions(entry, modifiers[EXCEPT].split("|"))
    return (entry,)


def _taken_apart(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the pattern, which may hold a dollar sign itself, and the modifiers behind it."""
    if is_expression(text):
        return text, {}
    read = _WITH_MODIFIERS.fullmatch(text)
    if read is None:
        return text, {}
    split = (one.strip().partition("=") for one in read[2].split(",") if one.strip())
    return read[1], {name.lower(): value for name, _, value in split}


def _unusable(modifiers: Mapping[str, str], *, allow: bool) -> str:
    """Say why a rule with these modifiers is left out; empty where it is not."""
    if unknown := modifiers.keys() - _KNOWN:
        return _why_unknown(min(unknown))
    if EXCEPT in modifiers and (allow or modifiers.keys() & {_IMPORTANT, _WITHDRAWS}):
        return f"the modifier {quoted(EXCEPT)} is read only in plain rules that block"
    types = modifiers.get(_TYPES, "A|AAAA").upper().split("|")
    if not {"A", "AAAA"} <= set(types) or any(one.startswith("~") for one in types):
        return (
            f"the modifier {quoted(_TYPES)} leaves addresses of the name open: only A|AAAA is read"
        )
    answer = modifiers.get(_ANSWER, "NXDOMAIN").lower().removesuffix(";;")
    if answer not in _SAYS_NOTHING_THERE or (allow and _ANSWER in modifiers):
        return f"the modifier {quoted(_ANSWER)} is read only where it says that nothing is there"
    return ""


def _why_unknown(name: str) -> str:
    if name in _DEVICES:
        return f"the modifier {quoted(name)} speaks of {_DEVICES[name]}, which no list decides here"
    bare = name.removeprefix("~")
    if bare in _KINDS:
        return f"the modifier {quoted(name)} speaks of kinds of requests, which a proxy cannot see"
    if bare in _ASKERS:
        return f"the modifier {quoted(name)} speaks of the page that asks, which a proxy cannot see"
    return f"the modifier {quoted(name)} changes what the rule means: left out"


def _read(pattern: str, modifiers: Mapping[str, str], *, allow: bool) -> Said:
    """Read as little as the rule says, and as plainly: a host, what is below a path, a pattern."""
    read = _HOST_RULE.fullmatch(pattern)
    if read and not _IS_BEGINNING.fullmatch(pattern):
        reach = Reach.BELOW if pattern.startswith("||*.") else Reach.SUBTREE
        return zone_entry(read[1], reach, allow=allow)
    if read := _EXACT_RULE.fullmatch(pattern):
        return host_entry(read[1] or read[2], Reach.EXACT, allow=allow)
    if _STARRED_NAME.fullmatch(pattern):
        return f"{quoted(pattern)} may mean names or addresses: write ||*.name^, or a path with it"
    read = _BELOW_A_PATH.fullmatch(pattern)
    if read and not modifiers.keys() & {MATCH_CASE, EXCEPT}:
        return address_entry(read[1].removesuffix("^"), allow=allow)
    return pattern_entry(pattern, modifiers, allow=allow)


def _with_exceptions(entry: Entry, names: list[str]) -> Iterator[Said]:
    """Yield a host's entry, then exceptions that lift it, and wider ones, for names below it."""
    excepted = [zone_entry(name, allow=True) for name in names]
    if wrong := next((said for said in excepted if isinstance(said, str)), ""):
        yield wrong
        return
    yield entry
    for said in excepted:
        if isinstance(said, Entry) and said.value.endswith(f".{entry.value}"):
            yield replace(said, rank=Rank.LIFTS_WIDER)
