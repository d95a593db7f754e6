"""The lines of a delivery: plain, one address each, or a table with a row of column names."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from safeguard.sealed_feeds.feed import Entry

ADDRESS = ("url", "uri", "address", "link", "location")
HOST = ("domain", "hostname", "host", "fqdn", "website", "site")
EXTENT = ("type", "scope", "level", "entry type", "block")
WHOLE = frozenset({"domain", "host", "hostname", "fqdn", "site", "website", "whole domain"})
SEPARATORS = (",", ";", "\t")
LONGEST_FIELD = 1 << 16


def entries_of(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the entries of a plain list or of a table, whichever its first line begins.

    Empty lines, and those that begin with `#`, are passed over.
    """
    numbered = (
        (number, text)
        for number, line in enumerate(lines, 1)
        if (text := line.strip().removeprefix("\ufeff").strip()) and not text.startswith("#")
    )
    first = next(numbered, None)
    if first is None:
        return
    separator = _separator(first[1])
    if separator:
        yield from _of_table(first[1], numbered, separator)
    else:
        yield from (Entry(number, text) for number, text in chain([first], numbered))


def _separator(header: str) -> str:
    """Return what parts the columns, or nothing where this is no row of column names."""
    for one in SEPARATORS:
        if any(name in ADDRESS + HOST for name in _names(header, one)) and one in header:
            return one
    return "," if _names(header, ",")[0] in ADDRESS + HOST else ""


def _names(header: str, separator: str) -> list[str]:
    return [name.strip().strip('"').strip().lower() for name in header.split(separator)]


def _of_table(header: str, rows: Iterable[tuple[int, str]], separator: str) -> Iterator[Entry]:
    names = _names(header, separator)
    for number, text in rows:
        yield Entry(number, _address(dict(zip(names, _cells(text, separator), strict=False))))


def _cells(text: str, separator: str) -> list[str]:
    """Return the cells of a row; a row that is none has none, and is counted as no address."""
    if len(text) > LONGEST_FIELD:
        return []
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=separator), [])]
    except csv.Error:
        return []


def _address(row: Mapping[str, str]) -> str:
    """Return the address of a row: the URL, or its host alone where the row says so."""
    url = next((row[name] for name in ADDRESS if row.get(name)), "")
    host = next((row[name] for name in HOST if row.get(name)), "")
    whole = any(row.get(name, "").lower() in WHOLE for name in EXTENT)
    if not whole or not url:
        return url or host
    return host or _host_of(url)


def _host_of(url: str) -> str:
    rest = url.partition("://")[2] or url
    return rest.replace("\\", "/").partition("/")[0].partition("?")[0].rpartition("@")[2]
