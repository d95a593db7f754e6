"""Lists of proxies: squidGuard and UT1 trees, and plain lists of addresses."""

from collections.abc import Iterable

from filter_rules.formats.expressions import refusal_of
from filter_rules.formats.lines import (
    Reader,
    Said,
    address_entry,
    host_entry,
    quoted,
    without_comment,
)
from filter_rules.types import Entry, Part, Reach

_LONGEST_EXPRESSION = 1000  # what takes RE2 seconds to compile is longer


def ut1(file: str) -> Reader:
    """Read a file of a UT1 category: `domains`, `urls` or `expressions`, told by its name."""
    return expression_line if file.rpartition("/")[2].startswith("expression") else _squidguard


def urls(_file: str) -> Reader:
    """One address a line, with or without a path; what is below it is meant too."""
    return _address


def _squidguard(line: str) -> Iterable[Said]:
    text = line.strip()
    if not text or text.startswith("#"):
        return ()
    if "/" in text:  # a second column, where there is one, is where blocked people are sent
        return (address_entry(text.split()[0], Reach.EXACT),)
    return (host_entry(text),)


def _address(line: str) -> Iterable[Said]:
    text = without_comment(line)
    return () if not text or text.startswith("#") else (address_entry(text),)


def expression_line(line: str) -> Iterable[Said]:
    text = line.strip()
    if not text or text.startswith("#"):
        return ()
    if len(text) > _LONGEST_EXPRESSION:
        return (f"{quoted(text)} is longer than {_LONGEST_EXPRESSION} characters: make it several",)
    if refusal := refusal_of(text):
        return (f"{quoted(text)} is no expression that can be used: {refusal}",)
    return (Entry(Part.EXPRESSION, text),)
