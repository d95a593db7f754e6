"""Lists of proxies: squidGuard and UT1 trees, e2guardian lists, and plain lists of addresses."""

import re
from collections.abc import Iterable
from functools import partial

from filter_rules.formats.expressions import refusal_of
from filter_rules.formats.lines import (
    Reader,
    Said,
    address_entry,
    host_entry,
    quoted,
    without_comment,
    zone_entry,
)
from filter_rules.types import Entry, Part, Reach

_INCLUDE = re.compile(r"\.Include\s*<([^<>]+)>")


def ut1(file: str) -> Reader:
    """Read a file of a UT1 category: `domains`, `urls` or `expressions`, told by its name."""
    return _expression if file.rpartition("/")[2].startswith("expression") else _squidguard


def e2guardian(file: str) -> Reader:
    """Read a site, URL or expression list, told by its name.

    `exception…` lists, and what lies below one because it takes it in, lift what others say.
    """
    names = file.lower().split("/")
    allow = any(name.startswith("exception") for name in names)
    return partial(_expression if any("regexp" in name for name in names) else _site, allow=allow)


def urls(_file: str) -> Reader:
    """One address a line, with or without a path; what is below it is meant too."""
    return _address


def included(line: str) -> str:
    """Return the file that a line of an e2guardian list takes in; empty where it takes in none."""
    read = _INCLUDE.match(line.strip())
    return read[1].strip() if read else ""


def _squidguard(line: str) -> Iterable[Said]:
    text = line.strip()
    if not text or text.startswith("#"):
        return ()
    if "/" in text:  # a second column, where there is one, is where blocked people are sent
        return (address_entry(text.split()[0], Reach.EXACT),)
    return (host_entry(text),)


def _site(line: str, *, allow: bool) -> Iterable[Said]:
    text = without_comment(line)
    if not text or text.startswith("#") or included(text):
        return ()
    if text.startswith("*"):
        return (f"{quoted(text)}: blanket blocks are not read from lists",)
    if text.startswith("."):
        return (zone_entry(text.removeprefix("."), allow=allow),)
    return (address_entry(text, allow=allow),)


def _address(line: str) -> Iterable[Said]:
    text = without_comment(line)
    return () if not text or text.startswith("#") else (address_entry(text),)


def _expression(line: str, *, allow: bool = False) -> Iterable[Said]:
    text = line.strip()
    if not text or text.startswith("#") or included(text):
        return ()
    if refusal := refusal_of(text):
        return (f"{quoted(text)} is no expression that can be used: {refusal}",)
    return (Entry(Part.EXPRESSION, text, allow=allow),)
