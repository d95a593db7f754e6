"""Lists of unlawful addresses, kept as keyed hashes: they can be asked, and never read out.

Three sets a list: the sites that carry any entry, the hosts that do, and the entries. A host
that is asked for costs one hash, of its site (`example.org`); only where that is found are
its parents' names looked up, and only where one is found the beginnings of the path. A hit
says which list, and never which entry.

The set of sites is keyed like the others. A filter before it that needed no key would be
quicker, and would tell anybody who has the file, without the key, whether a guess is right.

Law: what `Sealer` makes of an address is found again at that address and all below it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from filter_rules.hash_set import HASH_BYTES, HashSet, packed_of, union
from filter_rules.hosts import addresses_meant, parents
from filter_rules.types import Hit
from filter_rules.urls import Url

CATEGORY = "illegal"
TERRORISM = "illegal-terrorism"
CATEGORIES = (CATEGORY, TERRORISM)
UNSEEN = "illegal-unseen"  # a host that carries entries, where nobody may see which page is asked
WITHHELD = "withheld"
MOST_BEGINNINGS = 64  # a longer entry is cut there, and covers more
MOST_PARAMETERS = 1000
REMEMBERED = 8192

_SHARED = frozenset({"ac", "co", "com", "edu", "gov", "net", "org", "sch"})  # as in co.uk
_ENDS = re.compile(r"[/?;&]")


class Hashes(NamedTuple):
    """What is kept of an entry."""

    site: bytes
    host: bytes
    entry: bytes


class Sealer:
    """Makes hashes under one key."""

    def __init__(self, key: bytes) -> None:
        self._site = _begun(key, b"site")
        self._host = _begun(key, b"host")
        self._entry = _begun(key, b"entry")

    def hashes(self, url: Url) -> Hashes:
        """Return what is kept of an entry."""
        end = _beginnings(url.address[len(url.host) :])[-1]
        site = self.site(site_of(url.host))
        return Hashes(site, self.host(url.host), self.entry(url.host, end))

    def site(self, name: str) -> bytes:
        # To copy a hash that was begun with the key is twice as fast as to begin anew.
        one = self._site.copy()
        one.update(name.encode() if name.isascii() else name.encode("utf-8", "surrogatepass"))
        return one.digest()

    def host(self, name: str) -> bytes:
        one = self._host.copy()
        one.update(name.encode("utf-8", "surrogatepass"))
        return one.digest()

    def entry(self, host: str, path: str) -> bytes:
        one = self._entry.copy()
        one.update((host + path).encode("utf-8", "surrogatepass"))
        return one.digest()


@dataclass(frozen=True, slots=True)
class SealedList:
    """One list under its key. A whole host is an entry with an empty path."""

    name: str
    key: bytes
    sites: HashSet
    hosts: HashSet
    entries: HashSet
    category: str = CATEGORY
    broad: bool = False  # an entry is about a name such as `co.uk` itself


type Carrying = tuple[tuple[SealedList, Sealer, str], ...]


class SealedLists:
    """All sealed lists in force. What was found out about a host is remembered, within a bound."""

    def __init__(self, lists: Iterable[SealedList] = ()) -> None:
        self.lists = tuple(lists)
        keys = dict.fromkeys(one.key for one in self.lists)
        self._groups = tuple(_Group([o for o in self.lists if o.key == key]) for key in keys)
        self._known: dict[str, Carrying] = {}

    def carries(self, host: str) -> bool:
        """Whether any entry is about this host, its parents' or a page on it."""
        return bool(self._carrying(host))

    def match(self, host: str, url: Url | None = None) -> tuple[Hit, ...]:
        """Return a hit for each list that names the host, or the address where it is known.

        An address of more parameters than are looked at may hide one that is named: that is
        an UNSEEN hit.
        """
        carrying = self._carrying(host)
        if not carrying:
            return ()
        paths = ("", *(_candidates(url) if url else ()))
        found = {
            one.name: one.category
            for one, sealer, name in carrying
            if any(sealer.entry(name, path) in one.entries for path in paths)
        }
        if not found and url and url.query.count("&") >= MOST_PARAMETERS:
            found = {one.name: UNSEEN for one, _, _ in carrying}
        return tuple(Hit(category, name, WITHHELD) for name, category in found.items())

    def _carrying(self, host: str) -> Carrying:
        """Return the lists with an entry for the host or a parent, and for which of these names."""
        known = self._known.get(host)
        if known is not None:
            return known
        found: Carrying = ()
        for group in self._groups:
            if group.may_carry(host):
                found += group.carrying(host)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[host] = found
        return found


class _Group:
    """The lists under one key, for which a host is hashed once."""

    def __init__(self, lists: Sequence[SealedList]) -> None:
        self._lists = lists
        self._sealer = Sealer(lists[0].key)
        self._site = self._sealer.site
        self._sites = union(one.sites for one in lists)
        self._broad = any(one.broad for one in lists)

    def may_carry(self, host: str) -> bool:
        """Whether the host's site is filed; cheap, since nearly every host ends here."""
        if self._site(site_of(host)) in self._sites:
            return True
        if ":" in host:
            meant = addresses_meant(host)[1:]
            return any(self._site(site_of(name)) in self._sites for name in meant)
        return self._broad and self._site(last_two(host)) in self._sites

    def carrying(self, host: str) -> Carrying:
        found: list[tuple[SealedList, Sealer, str]] = []
        for name in parents(host):
            hashed = self._sealer.host(name)
            found += [(one, self._sealer, name) for one in self._lists if hashed in one.hosts]
        return tuple(found)


def sealed_list(name: str, key: bytes, urls: Iterable[Url], category: str = CATEGORY) -> SealedList:
    """Return a list of these addresses."""
    sealer = Sealer(key)
    given = tuple(urls)
    kept = [sealer.hashes(url) for url in given]
    broad = any(is_broad(url.host) for url in given)
    sites, hosts, entries = (HashSet(packed_of(each)) for each in zip(*kept, strict=True))
    return SealedList(name, key, sites, hosts, entries, category, broad)


def site_of(host: str) -> str:
    """Return the name that an entry about the host or above it is filed under.

    The last two labels, or three below `co.uk` and its like: else every host of a country would
    be looked up further. An entry about such a name itself makes its list broad: `last_two` is
    looked for as well.
    """
    labels = host.rsplit(".", 2)
    if len(labels) < 3:  # noqa: PLR2004  a name and the one above it
        return host
    above, name, top = labels
    if name in _SHARED:
        return f"{above[above.rfind('.') + 1 :]}.{name}.{top}"
    return f"{name}.{top}"


def last_two(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])


def is_broad(host: str) -> bool:
    """Whether the host is a name that sites are registered below, such as `co.uk`."""
    return host.count(".") == 1 and host.partition(".")[0] in _SHARED


def _candidates(url: Url) -> Iterator[str]:
    """Yield every entry that would cover the address; a parameter counts wherever it stands."""
    yield from _beginnings(url.address[len(url.host) :])
    parameters = url.query.split("&", MOST_PARAMETERS) if url.query else []
    for parameter in parameters[1:MOST_PARAMETERS]:
        yield f"{url.path}?{parameter}"


def _beginnings(asked: str) -> list[str]:
    """Return the path cut at each of its joints, shortest first, without slashes at the end."""
    ends = [*(joint.start() for joint in _ENDS.finditer(asked, 1)), len(asked)]
    cut = (asked[:end].rstrip("/") for end in ends[:MOST_BEGINNINGS])
    return list(dict.fromkeys(cut))


def _begun(key: bytes, what: bytes) -> blake2b:
    return blake2b(digest_size=HASH_BYTES, key=key, person=what)
