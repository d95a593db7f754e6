"""The audit chain, without the database: digests, links, and whether links form the chain.

Each row's hash covers its columns and the hash of the row before, under a key of the chain's
own: who has the rows but not the key can make no row that fits. What a row says beyond its
columns (its payload) stands apart under a salted digest, so that it can be erased.
"""

import hmac
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

HASH_BYTES = 32
KEY_HELD = ("audit", "key")  # what a row is about that holds the key of those that follow
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Head(NamedTuple):
    """Where a chain ends: written down elsewhere, it tells of rows removed from the end."""

    row: int
    hash: bytes

    @property
    def text(self) -> str:
        return f"{self.row}:{self.hash.hex()}"


START = Head(0, bytes(HASH_BYTES))


def head_of(text: str) -> Head:
    """Read a head as it is printed, ROW:HASH; ValueError where it is none."""
    row, _, digits = text.strip().partition(":")
    found = Head(int(row), bytes.fromhex(digits))
    if found.row < 1 or len(found.hash) != HASH_BYTES:
        raise ValueError("a head is the number of a row, a colon, and 64 hexadecimal digits")
    return found


class Spans:
    """Numbers of rows, kept as runs: what was erased together takes the room of one."""

    def __init__(self, runs: Iterable[tuple[int, int]] = ()) -> None:
        self._first: list[int] = []
        self._last: list[int] = []
        for first, last in sorted(runs):
            if self._last and first <= self._last[-1] + 1:
                self._last[-1] = max(last, self._last[-1])
            else:
                self._first.append(first)
                self._last.append(last)

    def __contains__(self, row: int) -> bool:
        place = bisect_right(self._first, row) - 1
        return place >= 0 and row <= self._last[place]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._first, self._last, strict=True)


def run_of(text: str) -> tuple[int, int]:
    """Read a run of rows as a row of the chain names it, 3 or 3-7; ValueError where it is none."""
    first, _, last = text.partition("-")
    return int(first), int(last or first)


class Entry(NamedTuple):
    """What a row says in its columns."""

    school_id: int
    at: datetime
    who: str
    what: str
    about_kind: str
    about: str


class Actor(NamedTuple):
    """Who does something, and when: staff:ID, command:ACCOUNT, or a part of Safeguard."""

    who: str
    at: datetime


class Link(NamedTuple):
    """A row of the chain."""

    id: int
    entry: Entry
    digest: bytes
    previous: bytes
    hash: bytes


class Said(NamedTuple):
    """What stands apart of a row. `plain` is None where it cannot be opened."""

    salt: bytes
    plain: bytes | None


@dataclass(frozen=True, slots=True)
class Verified:
    """All rows are there, as they were written, in their order."""

    rows: int
    head: Head | None


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row at which the chain is not what was written, and what is wrong there."""

    row: int
    what: str


def key_told(key: bytes) -> bytes:
    """Return the payload of a row that holds a key."""
    return json.dumps({"key": key.hex()}).encode()


def key_in(said: Said | None) -> bytes | None:
    """Return the key that a row's payload holds; None where it cannot be had."""
    if said is None or said.plain is None:
        return None
    try:
        return bytes.fromhex(json.loads(said.plain)["key"])
    except (ValueError, KeyError, TypeError):
        return None


def digest_of(key: bytes, salt: bytes, plain: bytes) -> bytes:
    """Return the digest of a payload. Without salt and key nobody can try guesses against it."""
    return hmac.digest(key, b"payload" + salt + plain, "sha256")


def chained(key: bytes, before: Head, entry: Entry, salt: bytes, plain: bytes) -> Link:
    """Return the row that follows."""
    row = before.row + 1
    digest = digest_of(key, salt, plain)
    return Link(row, entry, digest, before.hash, _hash_of(key, row, entry, digest, before.hash))


def check(
    rows: Iterable[tuple[Link, Said | None]],
    is_erased: Callable[[int], bool],
    heads: Mapping[int, bytes],
) -> Verified | Broken:
    """Follow the chain from its first row; `heads` are hashes of rows as once written down.

    The first row holds the key. Where a key was lost, a later row holds the key from there on.
    """
    before, key = START, b""
    for link, said in rows:
        if link.id != before.row + 1:
            return _out_of_place(link.id, before.row + 1)
        if before == START or (link.entry.about_kind, link.entry.about) == KEY_HELD:
            held = key_in(said)
            if held is None:
                return Broken(link.id, "cannot be opened: it holds the chain's key")
            key = held
        what = _trouble_of_link(link, before, key) or _trouble_of_payload(
            link, said, key, is_erased
        )
        if what is None and heads.get(link.id, link.hash) != link.hash:
            what = "is not the row whose hash was written down"
        if what is not None:
            return Broken(link.id, what)
        before = Head(link.id, link.hash)
    beyond = [row for row in heads if row > before.row]
    if beyond:
        return Broken(
            before.row + 1,
            f"is missing, and so is all after it up to row {max(beyond)}, which was written down",
        )
    return Verified(before.row, before if before.row else None)


def _out_of_place(row: int, expected: int) -> Broken:
    return Broken(expected, "is missing") if row > expected else Broken(row, "was put in")


def _trouble_of_link(link: Link, before: Head, key: bytes) -> str | None:
    expected = _hash_of(key, link.id, link.entry, link.digest, link.previous)
    if not hmac.compare_digest(expected, link.hash):
        return "was changed, or was not written by Safeguard"
    if link.previous != before.hash:
        return "does not follow the row before it"
    return None


def _trouble_of_payload(
    link: Link, said: Said | None, key: bytes, is_erased: Callable[[int], bool]
) -> str | None:
    if said is None:
        return None if is_erased(link.id) else "lost its details, and no row says they were erased"
    if said.plain is None:
        return "has details that cannot be opened: they were changed"
    if not hmac.compare_digest(digest_of(key, said.salt, said.plain), link.digest):
        return "has other details than were written"
    return None


def _hash_of(key: bytes, row: int, entry: Entry, digest: bytes, previous: bytes) -> bytes:
    parts = (
        b"link",
        str(row).encode(),
        str(entry.school_id).encode(),
        str((entry.at - EPOCH) // MICROSECOND).encode(),
        entry.who.encode(),
        entry.what.encode(),
        entry.about_kind.encode(),
        entry.about.encode(),
        digest,
        previous,
    )
    # Each part with its length: no two rows can come to the same bytes.
    return hmac.digest(key, b"".join(b"%d:%b" % (len(one), one) for one in parts), "sha256")
