"""Ways round the filter that a request itself shows, whatever the lists say of its site.

Each becomes a hit of a category, so that the policy decides about it as about any other, and the
school's own entries can open what it needs. Pure: edges say what they saw.
"""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from urllib.parse import parse_qs, unquote

from filter_rules.hosts import is_address, is_private
from filter_rules.types import Hit

BYPASS, ENCRYPTED_DNS = "filter-bypass", "encrypted-dns"
LIST = "built in"
SHORTEST_LOOK_UP = 16  # characters of a DNS message in an address (RFC 8484): a header is 12 bytes


class Evasion(StrEnum):
    """What was seen, in the words that staff read."""

    BARE_ADDRESS = "a bare address in place of a name"
    ODD_PORT = "a port that websites do not use"
    NAMES_DIFFER = "one name outside and another inside"
    CARRIED = "a page fetched by way of another site"
    HIDDEN_LOOK_UP = "names looked up inside web traffic"
    SMUGGLED = "a request whose end can be read in two ways"
    RAW_TUNNEL = "a tunnel that holds no web traffic"
    UPGRADE = "a switch to a protocol that cannot be read"


# Browsers and phones look names up by themselves: that is blocked, and tells nothing of a person.
_CATEGORIES = {Evasion.HIDDEN_LOOK_UP: ENCRYPTED_DNS}
_LOOK_UP_TYPES = ("application/dns-message", "application/dns-json", "application/oblivious-dns")
_LOOK_UP = re.compile(rf"[?&]dns=[\w-]{{{SHORTEST_LOOK_UP},}}=*(?:&|$)")


def hits_of(evasions: Iterable[Evasion]) -> tuple[Hit, ...]:
    """Return each as the hit that a policy is asked about."""
    return tuple(Hit(_CATEGORIES.get(one, BYPASS), LIST, one.value) for one in evasions)


def of_address(
    host: str,
    port: int,
    addresses: Iterable[str],
    ports: frozenset[int],
    is_ours: Callable[[str], bool],
) -> tuple[Evasion, ...]:
    """Return what an address shows. `port`: 0 where nobody knows. `ports`: empty means any.

    `addresses`: where the host leads, as far as that was looked up. `is_ours`: of the school's
    own networks, in which bare addresses and other ports are usual.
    """
    if is_address(host):
        if is_private(host) or is_ours(host):  # private ones are a category of their own
            return ()
        return (Evasion.BARE_ADDRESS,)
    led = tuple(addresses)
    odd = port and ports and port not in ports and led
    if odd and not any(is_private(one) or is_ours(one) for one in led):
        return (Evasion.ODD_PORT,)
    return ()


def looks_up_names(path: str, content_type: str, accept: str) -> bool:
    """Whether a request is a DNS question (RFC 8484, or the JSON of Google and Cloudflare)."""
    declared = f"{content_type.lower()} {accept.lower()}"
    return any(one in declared for one in _LOOK_UP_TYPES) or _LOOK_UP.search(path) is not None


def carried(host: str, path: str) -> str | None:
    """Return the address of the page that a translator, archive or cache is asked to fetch."""
    if host.endswith(TRANSLATED):
        return _translated(host.removesuffix(TRANSLATED))
    for belongs, takes in _CARRIERS:
        if belongs(host):
            return takes(path)
    return None


TRANSLATED = ".translate.goog"
_DASH = "\0"


def _translated(label: str) -> str:
    """A dot of the name is written as a dash, and a dash as two."""
    return label.replace("--", _DASH).replace("-", ".").replace(_DASH, "-")


def _parameter(*names: str) -> Callable[[str], str | None]:
    def take(path: str) -> str | None:
        _, _, query = path.partition("?")
        values = parse_qs(query, max_num_fields=None) if query else {}
        found = next((values[name][0] for name in names if name in values), "").strip()
        return found or None

    return take


def _after(pattern: str) -> Callable[[str], str | None]:
    begins = re.compile(pattern)

    def take(path: str) -> str | None:
        asked = unquote(path)
        found = begins.match(asked)
        rest = asked[found.end() :] if found else ""
        return rest if "." in rest else None

    return take


def _cached(path: str) -> str | None:
    """What stands after cache: in Google's cache, perhaps after an id."""
    asked = _parameter("q")(path) or ""
    word = asked.partition("cache:")[2].split(" ")[0]
    return word.partition(":")[2] if re.match(r"[\w-]{12}:", word) else word or None


def _is(*hosts: str) -> Callable[[str], bool]:
    return frozenset(hosts).__contains__


def _begins(beginning: str) -> Callable[[str], bool]:
    return lambda host: host.startswith(beginning)


def _ends(end: str) -> Callable[[str], bool]:
    return lambda host: host.endswith(end)


# Whose hosts fetch pages of others, and where in the address the page stands.
_CARRIERS: tuple[tuple[Callable[[str], bool], Callable[[str], str | None]], ...] = (
    (_begins("translate.google."), _parameter("u")),
    (_is("translate.googleusercontent.com"), _parameter("u")),
    (_is("www.translatetheweb.com", "www.microsofttranslator.com"), _parameter("a", "u")),
    (_begins("translate.yandex."), _parameter("url")),
    (_is("webcache.googleusercontent.com"), _cached),
    (_is("web.archive.org", "archive.org"), _after(r"/(?:web|wayback)/[\w*]+/")),
    (_ends(".cdn.ampproject.org"), _after(r"/[civ]/(?:s/)?")),
    (_is("www.google.com", "www.google.co.uk"), _after(r"/amp/(?:s/)?")),
    (_is("archive.ph", "archive.is", "archive.today", "archive.li"), _after(r"/(?:newest/|o/\w+/)?(?=https?:|\w+\.)")),
    (_is("12ft.io", "r.jina.ai", "txtify.it"), _after(r"/(?:proxy\?q=)?(?=https?:|\w+\.)")),
)  # fmt: skip
