"""Lists of unlawful addresses, kept as keyed hashes: they can be asked, and never read out.

Two sets a list: the hosts that carry any entry, and the entries. Hosts are asked first, with
their parents; only where one is found are the beginnings of the path looked up. A hit says
which list, and never which entry.

Law: what `sealed_hashes` makes of an address is found again at that address and all below it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from filter_rules.hosts import parents
from filter_rules.types import Hit
from filter_rules.urls import Url

HASH_BYTES = 16
CATEGORY = "illegal"
UNSEEN = "illegal-unseen"  # a host that carries entries, where nobody may see which page is asked
WITHHELD = "withheld"
MOST_BEGINNINGS = 64  # a longer entry is cut there, and covers more
MOST_PARAMETERS = 1000
REMEMBERED = 8192

_ENDS = re.compile(r"[/?;&]")


@dataclass(frozen=True, slots=True)
class SealedList:
    """One list under its key. A whole host is an entry with an empty path."""

    name: str
    key: bytes
    hosts: frozenset[bytes]
    entries: frozenset[bytes]


def sealed_hashes(key: bytes, url: Url) -> tuple[bytes, bytes]:
    """Return what is kept of an entry: the hash of its host, and of host and path."""
    asked = url.address[len(url.host) :]
    return _host_hash(key, url.host), _entry_hash(key, url.host, _beginnings(asked)[-1])


class SealedLists:
    """All sealed lists in force. What was found out about a host is remembered, within a bound."""

    def __init__(self, lists: Iterable[SealedList] = ()) -> None:
        self.lists = tuple(lists)
        hosts: dict[bytes, frozenset[bytes]] = {}
        for one in self.lists:
            hosts[one.key] = hosts.get(one.key, frozenset()) | one.hosts
        self._by_key = tuple((key, _hasher(key, b"host"), hosts[key]) for key in hosts)
        self._carrying = lru_cache(REMEMBERED)(self._look_up)

    def carries(self, host: str) -> bool:
        """Whether any entry is about this host, its parents' or a page on it."""
        return bool(self.lists) and bool(self._carrying(host))

    def match(self, host: str, url: Url | None = None) -> tuple[Hit, ...]:
        """Return a hit for each list that names the host, or the address where it is known."""
        if not self.lists:
            return ()
        carrying = self._carrying(host)
        if not carrying:
            return ()
        paths = ("", *(_candidates(url) if url else ()))
        found = {
            one.name: None
            for one, name in carrying
            if any(_entry_hash(one.key, name, path) in one.entries for path in paths)
        }
        return tuple(Hit(CATEGORY, name, WITHHELD) for name in found)

    def _look_up(self, host: str) -> tuple[tuple[SealedList, str], ...]:
        """Return the lists with an entry for the host or a parent, and for which of these names."""
        names = parents(host)
        found: list[tuple[SealedList, str]] = []
        for key, hasher, hosts in self._by_key:
            for name in names:
                hashed = _hashed(hasher, name)
                if hashed in hosts:
                    found += [
                        (one, name) for one in self.lists if one.key == key and hashed in one.hosts
                    ]
        return tuple(found)


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


def _host_hash(key: bytes, host: str) -> bytes:
    return _hashed(_hasher(key, b"host"), host)


def _entry_hash(key: bytes, host: str, path: str) -> bytes:
    return _hashed(_hasher(key, b"entry"), host + path)


def _hasher(key: bytes, what: bytes) -> blake2b:
    """A hash begun with the key: to copy it is twice as fast as to begin anew."""
    return blake2b(digest_size=HASH_BYTES, key=key, person=what)


def _hashed(hasher: blake2b, text: str) -> bytes:
    one = hasher.copy()
    one.update(text.encode("utf-8", "surrogatepass"))
    return one.digest()
