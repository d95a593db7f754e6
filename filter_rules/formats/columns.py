"""Tables, as spreadsheets save them (CSV): a row a site, with a column for what it is about.

The first row names the columns, in any order; what separates them, a comma, a semicolon, a tab
or a bar, is told by that row. So one file may hold many categories. What a row says of its site
is what the same text says in a list of domains or of addresses.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from filter_rules.formats.lines import Reader, Said, address_entry, quoted
from filter_rules.formats.names import domain_line
from filter_rules.formats.networks import is_network, network_line
from filter_rules.formats.trees import slug
from filter_rules.types import Entry

MOST_CATEGORIES = 500
_LONGEST_CATEGORY = 60

# Of two columns that name the site, the first here is read: it says most.
_SITE_COLUMNS = (
    "url", "uri", "address", "domain", "domains", "domain name", "host", "hosts", "hostname",
    "host name", "fqdn", "site", "website", "ip", "network", "cidr",
)  # fmt: skip
_CATEGORY_COLUMNS = ("category", "categories", "category name", "theme", "threat", "label")
_SEPARATORS = (",", ";", "\t", "|")
_WITHIN_A_CELL = re.compile(r"[|;]")
_EXCEL_HINT = re.compile(r"(?i)sep=.?")

_NO_HEADER = (
    "the first row names no column “domain”, “host” or “url”: "
    "write above the rows what each column is, such as domain,category"
)
_NO_CATEGORY = (
    "no column is called “category”: add one, or give the names alone, as plain domains, "
    "and say what all are about with --category"
)


@dataclass(frozen=True, slots=True)
class Header:
    """Which columns of a table are read. `category` is None where there is none."""

    separator: str
    sites: tuple[int, ...]
    category: int | None
    named: tuple[str, ...]

    def read(self, cells: Sequence[str]) -> tuple[str, str]:
        """Return the site of a row and what it is about; empty where the row does not say."""
        site = next((cells[at] for at in self.sites if cells[at:] and cells[at]), "")
        told = self.category is not None and cells[self.category :]
        return site, told[0] if told else ""


def table(_file: str) -> Reader:
    return _Table().read


def header_in(line: str) -> Header | None:
    """Read a row that names columns; None where it names none that holds sites."""
    found = [one for separator in _SEPARATORS if (one := _header(line, separator))]
    return next((one for one in found if one.category is not None), next(iter(found), None))


def header_among(sample: Sequence[str]) -> Header | None:
    """Find the row that names the columns: the first row, or a comment above it."""
    for line in sample:
        text = line.removeprefix("\ufeff").strip()
        if not text or _EXCEL_HINT.fullmatch(text):
            continue
        header = header_in(text.lstrip("# "))
        if not text.startswith("#"):
            return header if header and len(header.named) > 1 else None
        if header and header.category is not None:
            return header
    return None


class _Table:
    """Reads a table from top to bottom: its first row holds for all others."""

    def __init__(self) -> None:
        self._header: Header | None = None
        self._refused = False  # then all has been said
        self._categories: set[str] = set()

    def read(self, line: str) -> Iterable[Said]:
        text = line.strip("\r\n")
        if self._refused or not text.strip():
            return ()
        if self._header is None:
            return self._first(text.strip())
        return () if text.startswith("#") else self._row(text, self._header)

    def _first(self, text: str) -> Iterable[Said]:
        header = header_in(text.lstrip("# "))
        in_comment = text.startswith("#")
        if header and header.category is not None:
            self._header = header
            return ()
        if _EXCEL_HINT.fullmatch(text) or in_comment:
            return ()
        self._refused = True
        return (_NO_CATEGORY if header else _NO_HEADER,)

    def _row(self, text: str, header: Header) -> Iterator[Said]:
        cells = _cells(text, header.separator)
        if cells is None:
            yield f"{quoted(text)}: a quotation is not closed, or goes on behind its end"
            return
        site, about = header.read(cells)
        if not any(cells):
            return
        if not site or not about:
            yield f"{quoted(text)} has no {'category' if site else 'site'}"
            return
        for category in _WITHIN_A_CELL.split(about):
            yield from self._entries(site, category)

    def _entries(self, site: str, category: str) -> Iterator[Said]:
        name = slug(category)
        if not name or len(name) > _LONGEST_CATEGORY:
            yield f"{quoted(category)} cannot name a category: use letters a to z, digits, hyphens"
            return
        if name not in self._categories and len(self._categories) == MOST_CATEGORIES:
            yield f"the file names more than {MOST_CATEGORIES} categories: {quoted(category)}"
            return
        self._categories.add(name)
        for said in _site(site):
            yield replace(said, category=name) if isinstance(said, Entry) else said


def _header(line: str, separator: str) -> Header | None:
    cells = [_plain(cell) for cell in _cells(line, separator) or ()]
    sites = tuple(cells.index(name) for name in _SITE_COLUMNS if name in cells)
    if not sites:
        return None
    category = next((cells.index(name) for name in _CATEGORY_COLUMNS if name in cells), None)
    return Header(separator, sites, category, tuple(cells))


def _plain(cell: str) -> str:
    return " ".join(re.split(r"[\s_-]+", cell.lower()))


def _cells(text: str, separator: str) -> list[str] | None:
    """Split a row; None where its quotations are wrong."""
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True, skipinitialspace=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in rows[0]] if rows else []


def _site(text: str) -> Iterable[Said]:
    if is_network(text):
        return network_line(text)
    return (address_entry(text),) if "/" in text else domain_line(text)
