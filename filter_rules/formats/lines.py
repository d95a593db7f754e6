"""What all formats share: how a line is tidied, and what makes a host fit to be listed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from filter_rules.formats.suffixes import is_public_suffix
from filter_rules.hosts import canonical_host, is_address
from filter_rules.types import Entry, Part, Rank, Reach
from filter_rules.urls import split

_SUFFIX = (
    "{0} stands for all that anyone registers below it: "
    "if that is meant, write *.{1} (plain domains) or ||{1}^ (Adblock)"
)

type Said = Entry | str
"""An entry, or what is wrong with the line."""

type Reader = Callable[[str], Iterable[Said]]
"""Reads one tidied line. A line that says nothing, such as a comment, yields nothing."""

LONGEST = 4096
_MOST_QUOTED = 60
_SPACE = re.compile(r"\s")
_TRAILING_COMMENT = re.compile(r"\s#.*")

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_LISTABLE = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


def tidy(line: str) -> str:
    """Drop what is not part of a line's text; leading space stays, for it can mean something."""
    return line.removeprefix("\ufeff").rstrip()


def quoted(text: str) -> str:
    """Quote a piece of a line in a problem, so that it stays one readable line."""
    cut = text if len(text) <= _MOST_QUOTED else f"{text[: _MOST_QUOTED - 1]}…"
    return f"“{''.join(one if one.isprintable() else '�' for one in cut)}”"


def without_comment(text: str) -> str:
    """Drop a comment from ` #` on: a # amid an address is part of it."""
    return _TRAILING_COMMENT.sub("", text).strip()


def listed_host(text: str) -> str | None:
    """Return the one spelling of a host that a list may hold: stricter than what browsers open."""
    host = canonical_host(text)
    if host is None or _LISTABLE.fullmatch(host) or is_address(host):
        return host
    return None


def host_entry(text: str, reach: Reach = Reach.SUBTREE, *, allow: bool = False) -> Said:
    """Read a host of two labels or more, and with what is below it no whole public suffix."""
    host = listed_host(text)
    if host is None:
        return f"{quoted(text)} is no host name"
    if reach is Reach.SUBTREE and is_public_suffix(host):
        return _SUFFIX.format(quoted(host), host)
    if "." not in host and ":" not in host:
        return f"{quoted(text)} is a single word, no host name"
    return Entry(Part.HOST, host, reach, allow)


def zone_entry(text: str, reach: Reach = Reach.SUBTREE, *, allow: bool = False) -> Said:
    """Read a host or a whole top-level domain, where the syntax shows that it is meant."""
    host = listed_host(text)
    if host is None:
        return f"{quoted(text)} is no host name"
    return Entry(Part.HOST, host, reach, allow)


def resolver_entry(text: str, reach: Reach = Reach.SUBTREE, *, allow: bool) -> Said:
    """Read a host from a resolver's configuration: there the most exact entry holds."""
    said = zone_entry(text, reach, allow=allow)
    return replace(said, rank=Rank.LIFTS_AS_WIDE) if isinstance(said, Entry) and allow else said


def address_entry(text: str, reach: Reach = Reach.SUBTREE, *, allow: bool = False) -> Said:
    """Read a URL, or a host with a path; without a path it is the host and all below it."""
    url = None if _SPACE.search(text) else split(text)
    if url is None or listed_host(url.host) is None:
        return f"{quoted(text)} is no web address"
    if url.path == "/" and not url.query:
        return host_entry(url.host, allow=allow)
    value = url.address if url.query else url.address.rstrip("/")
    return Entry(Part.URL, value, reach, allow)
