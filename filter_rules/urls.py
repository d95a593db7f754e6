"""One spelling for a URL, so that no other way of writing an address goes round a rule.

Law: what `split` returns, written out and split again, is the same. Most addresses come so
written already; those are told by one expression and taken apart by it, which is the same too.
"""

import re
from typing import NamedTuple, override

import ada_url

from filter_rules.hosts import MOST_CHARACTERS, canonical_host

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?:[/\\]|$)")
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# Escapes that a site may read as what ends a part of an address: / \ ? # ; and a zero byte.
ESCAPED_BOUNDARY = re.compile(r"(?i)%(2f|5c|3f|23|3b|00)")
_SLASHES = re.compile(r"//+")
# Browsers drop the first anywhere, and the second round an address.
_DROPPED = str.maketrans("", "", "\t\n\r")
_ROUND = "".join(map(chr, range(0x21)))

# An escape in capitals, of none of the unreserved characters.
_KEPT_ESCAPE = r"%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|[46]0|5[B-E]|7[BCDF])"
_ENCODED = "xn--"
_KEPT = "[a-zA-Z0-9_.~!$&()*+,;=:@-]"
_KEPT_IN_QUERY = "[a-zA-Z0-9_.~!$&()*+,;=:@/?-]"
# Hosts as in `hosts`; segments that are not empty and do not begin with a dot; no punctuation
# that browsers escape. Each piece ends where the next begins, so this never goes back.
_ONE_SPELLING = re.compile(
    rf"""
    (https?)://
    ((?:[a-z0-9_-]{{1,63}}+\.)*+[a-z][a-z-]{{0,62}}+)
    ((?:/(?![/.]){_KEPT}*+(?:{_KEPT_ESCAPE}{_KEPT}*+)*+)++)
    (?:\?((?:{_KEPT_IN_QUERY}++|{_KEPT_ESCAPE})*+))?+
    """,
    re.VERBOSE,
)


class Url(NamedTuple):
    """An address taken apart. `path` begins with a slash; `query` has no question mark."""

    scheme: str
    host: str
    port: int
    path: str = "/"
    query: str = ""

    @property
    def address(self) -> str:
        """Host, path and query: what lists speak of."""
        return f"{self.host}{self.path}?{self.query}" if self.query else self.host + self.path

    @override
    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{host}{port}{self.path}{query}"


def default_port(scheme: str) -> int:
    return _PORTS[scheme]


def split(text: str) -> Url | None:
    """Take a URL or a bare host apart; None where browsers would not open it over the network."""
    if read := _ONE_SPELLING.fullmatch(text):
        scheme, host, path, query = read.groups("")
        if len(host) <= MOST_CHARACTERS and _ENCODED not in host:
            return Url(scheme, host, _PORTS[scheme], path, query)
    return _spelt(text.translate(_DROPPED).strip(_ROUND))


def _spelt(text: str) -> Url | None:
    if host := canonical_host(text):
        return Url("http", host, 80)
    try:
        parsed = ada_url.URL(text if _SCHEME.match(text) else f"http://{text}")
    except ValueError:
        return None
    scheme = parsed.protocol.removesuffix(":")
    host = canonical_host(parsed.hostname)
    if scheme not in _PORTS or host is None:
        return None
    port = int(parsed.port) if parsed.port else _PORTS[scheme]
    path = _SLASHES.sub("/", one_spelling(parsed.pathname))
    return Url(scheme, host, port, path, one_spelling(parsed.search.removeprefix("?")))


def one_spelling(text: str) -> str:
    """Decode what means the same decoded; write the other escapes in capitals."""
    return _ESCAPED.sub(_one_escape, text) if "%" in text else text


def _one_escape(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
