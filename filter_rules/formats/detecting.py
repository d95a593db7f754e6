"""Which format a list is in, judged by its lines; and what is no list at all."""

import re
from collections.abc import Sequence

from filter_rules.formats.columns import header_among
from filter_rules.formats.e2guardian import is_list, not_sites
from filter_rules.formats.format import Format
from filter_rules.formats.lines import quoted

_IP = r"(?:\d+(?:\.\d+){3}|(?=[0-9a-fA-F]*:)[0-9a-fA-F:]+)(?:%\w+)?"
_NAME = r"[^\s/$^|<>\[\]]+"

# In this order: of two formats that fit as many lines, the more telling comes first.
_SHAPES: tuple[tuple[Format, str, re.Pattern[str]], ...] = (
    (Format.ADBLOCK, "||name^", re.compile(r"(?:@@)?\|\|\S+")),
    (Format.DNSMASQ, "address=/name/", re.compile(r"(?:address|server|local)\s*=\s*/.*")),
    (Format.UNBOUND, "local-zone: name", re.compile(r"local-(?:zone|data):.*")),
    (Format.HOSTS, "0.0.0.0 name", re.compile(rf"{_IP}\s+{_NAME}.*")),
    (Format.RPZ, "name CNAME .", re.compile(r"(?i)\S+\s+(?:\d+\s+|IN\s+)*(?:CNAME|A|AAAA)\s+\S+")),
    (Format.E2GUARDIAN, ".Include<file>", re.compile(r"\.Include\s*<.*")),
    (Format.WILDCARD, "*.name", re.compile(rf"\*?\.{_NAME}")),
    (
        Format.NETWORKS,
        "192.0.2.0/24",
        re.compile(rf"{_IP}(?:/\d+)?(?:\s*-\s*{_IP})?(?:\s*[#;].*)?"),
    ),
    (Format.DOMAINS, "one name a line", re.compile(_NAME)),
    (Format.URLS, "name/path", re.compile(r"(?:\w+://)?[^\s/]+/\S*")),
)
_LONGEST = 500  # the beginning of a line tells enough
_MOST_NAMED = 6
_COMMENT_STARTS = ("#", "!", ";", "[")
_EXPRESSION = re.compile(r"\\.|[$)\]+*]$|^\^")
_OF_NONE = "no line has the shape of a known format: read as plain domains"
_OF_EXPRESSIONS = (
    "the lines look like regular expressions of names, which no format here has: "
    "give the same list as names, such as *.example"
)
_WEB_PAGE = re.compile(r"(?i)\s*<(?:!doctype|html|head|body|script|\?xml)")


def detect(sample: Sequence[str], path: str = "") -> tuple[Format, str]:
    """Return the format of a list, and why it is that one.

    The name of a file tells where it is one of a few, else its lines do: what most are in.
    """
    if told := _by_name(path.rpartition("/")[2]):
        return told, f"a file called {quoted(path.rpartition('/')[2])} is written so"
    if header := header_among(sample):
        named = ", ".join(quoted(name) for name in header.named[:_MOST_NAMED])
        return Format.CSV, f"its first row names columns: {named}"
    lines = [text for line in sample if (text := _telling(line))]
    fitting = {fmt: sum(1 for line in lines if shape.fullmatch(line)) for fmt, _, shape in _SHAPES}
    if not lines:
        return Format.DOMAINS, "no line says anything: read as plain domains"
    best = max(fitting, key=lambda fmt: fitting[fmt])
    if not fitting[best]:
        return Format.DOMAINS, _OF_EXPRESSIONS if all(map(_EXPRESSION.search, lines)) else _OF_NONE
    looks = next(looks for fmt, looks, _ in _SHAPES if fmt is best)
    return best, f"{fitting[best]} of the first {len(lines)} lines look like {looks}"


def refusal(sample: Sequence[str]) -> str:
    """Say why this is no list, such as a web page in its place; empty where it may be one."""
    if any("\0" in line for line in sample):
        return "this is no text but a binary file: give the list itself, unpacked or as .gz"
    first = next((line for line in sample if line.strip("\ufeff \t\r\n")), "")
    if _WEB_PAGE.match(first.removeprefix("\ufeff")):
        return "this is a web page, not a list: check the address that it was fetched from"
    return ""


def _by_name(name: str) -> Format | None:
    if is_list(name) or not_sites(name):
        return Format.E2GUARDIAN
    return Format.UT1 if name.removesuffix(".gz") == "expressions" else None


def _telling(line: str) -> str:
    text = line[:_LONGEST].removeprefix("\ufeff").strip()
    return "" if text.startswith(_COMMENT_STARTS) else text
