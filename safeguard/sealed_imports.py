"""Take a sealed list in, as hashes alone, or leave the last good copy in force and raise an alarm.

Of what a delivery holds nothing is ever said but the numbers of lines: not by us, and not by a
loader, whose errors could quote it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from filter_rules.hash_set import packed_of
from filter_rules.sealed import Sealer, is_broad
from filter_rules.urls import Url, split
from safeguard.problems import UnusableError
from safeguard.sealed_feeds.feed import Entry, Feed
from safeguard.sealed_feeds.iwf import FEED
from safeguard.sealed_files import (
    FOLDER,
    VERSION,
    Content,
    alone,
    file_of,
    key_for,
    next_serial,
    read_key,
    read_list,
    read_newest,
    write_list,
    write_newest,
)
from safeguard.sealed_troubles import clear_trouble, note_trouble

REMOVALS = "removed.jsonl"
MOST_REFUSED = 100
MOST_ENTRIES = 5_000_000
MOST_LOST = 30  # percent
_WILDCARD = re.compile(r"^([a-z]+://)?\*\.", re.IGNORECASE)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: line numbers only, since a line could tell what is on the list.

    `serial`: which generation of the list this is.
    """

    serial: int
    entries: int
    refused: tuple[int, ...]
    refused_count: int


class _UpdateError(Exception):
    """Why an update changes nothing, in a sentence that tells no entry."""


class _Delivery:
    """The lines of a file, and why they ended early: that is ours to tell, unlike a loader's words."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.trouble: str | None = None

    def __iter__(self) -> Iterator[str]:
        try:
            yield from self._lines
        except UnusableError as error:
            self.trouble = str(error)
            raise


@dataclass(slots=True)
class _Gathered:
    """The hashes of a delivery, while it is read."""

    sealer: Sealer
    sites: set[bytes] = field(default_factory=set)
    hosts: set[bytes] = field(default_factory=set)
    entries: set[bytes] = field(default_factory=set)
    broad: bool = False
    read: int = 0
    refused: list[int] = field(default_factory=list)
    refused_count: int = 0

    def take(self, entry: Entry) -> None:
        url = _address(entry.address)
        if url is None:
            self.refused_count += 1
            self.refused += [entry.line] if len(self.refused) < MOST_REFUSED else []
            return
        hashes = self.sealer.hashes(url)
        self.sites.add(hashes.site)
        self.hosts.add(hashes.host)
        self.entries.add(hashes.entry)
        self.broad = self.broad or is_broad(url.host)


def import_sealed(
    data: Path,
    name: str,
    lines: Iterable[str],
    now: datetime,
    *,
    feed: Feed = FEED,
    may_shrink: bool = False,
    most_lost: int = MOST_LOST,
) -> Imported:
    """Take in a list in place of what had its name; keep hashes only.

    A loader that fails, and what looks like half a delivery, change nothing: the list of before
    stays in force, and an alarm says so until an import succeeds.
    """
    if not NAME.fullmatch(name):
        raise UnusableError(
            f"{name!r} cannot be the name of a sealed list. "
            "Use small letters, digits and hyphens, such as iwf-urls."
        )
    key = key_for(data, name)
    try:
        gathered = _gathered(key, lines, feed)
        _stop_for_no_list(gathered)
        _stop_for_another_kind(data, key, name, feed)
        if not may_shrink:
            _stop_for_half_a_list(data, key, name, len(gathered.entries), most_lost)
    except _UpdateError as error:
        note_trouble(data, name, str(error), now)
        raise UnusableError(f"{name}: nothing has changed, since {error}") from None
    with alone(data):
        serial = next_serial(data, key, name, now)
        write_list(data, key, _content(name, feed.category, serial, now, gathered))
        clear_trouble(data, name)
    refused = tuple(gathered.refused)
    return Imported(serial, len(gathered.entries), refused, gathered.refused_count)


def remove_sealed(
    data: Path, name: str, required: Iterable[str], reason: str, now: datetime
) -> None:
    """Remove a list that the settings do not require, and keep when and why."""
    if name in set(required):
        raise UnusableError(
            f"The sealed list {name} is required by the settings ([sealed] required), "
            "so it cannot be removed. Import it anew to replace it."
        )
    with alone(data):
        _remove(data, name, reason, now)


def _remove(data: Path, name: str, reason: str, now: datetime) -> None:
    key = read_key(data)
    newest = read_newest(data, key)
    there = NAME.fullmatch(name) and file_of(data, name).is_file()
    if not there and name not in (newest or {}):
        raise UnusableError(f"There is no sealed list {name!r}. See `safeguard sealed status`.")
    told = {"removed": name, "at": now.isoformat(), "reason": reason}
    try:
        (data / FOLDER).mkdir(mode=0o700, exist_ok=True)
        with (data / FOLDER / REMOVALS).open("a", encoding="utf-8") as removals:
            removals.write(json.dumps(told) + "\n")
        file_of(data, name).unlink(missing_ok=True)
        clear_trouble(data, name)
    except OSError as error:
        raise UnusableError(
            f"The sealed list {name} cannot be removed from {data / FOLDER} ({error.strerror}). "
            "Let the account that runs Safeguard write there."
        ) from error
    if key:  # a record anew, where it was lost, tells running processes that the list may go
        left = {one: serial for one, serial in (newest or {}).items() if one != name}
        write_newest(data, key, left)


def _gathered(key: bytes, lines: Iterable[str], feed: Feed) -> _Gathered:
    gathered, delivery = _Gathered(Sealer(key)), _Delivery(lines)
    try:
        for entry in islice(feed.entries(delivery), MOST_ENTRIES + 1):
            gathered.take(entry)
            gathered.read += 1
    except Exception as error:  # noqa: BLE001  somebody else's code
        if delivery.trouble is None:
            raise _UpdateError(f"its loader failed ({type(error).__name__}).") from None
    if delivery.trouble:
        raise _UpdateError(delivery.trouble)
    if gathered.read > MOST_ENTRIES:
        raise _UpdateError(f"it has more than {MOST_ENTRIES:,} entries.")
    return gathered


def _stop_for_no_list(gathered: _Gathered) -> None:
    usable, refused = len(gathered.entries), gathered.refused_count
    if usable == 0 or refused > usable:
        raise _UpdateError(
            f"{usable:,} entries are a URL or a host and {refused:,} lines are not, so it is "
            "hardly a list. Give it as it came."
        )


def _stop_for_half_a_list(data: Path, key: bytes, name: str, usable: int, most_lost: int) -> None:
    before = read_list(file_of(data, name), key)
    if isinstance(before, Content) and usable * 100 < before.count * (100 - most_lost):
        raise _UpdateError(
            f"it has {usable:,} entries and the list in force has {before.count:,}. "
            "If it is whole all the same, say so with --smaller."
        )


def _stop_for_another_kind(data: Path, key: bytes, name: str, feed: Feed) -> None:
    before = read_list(file_of(data, name), key)
    if isinstance(before, Content) and before.category != feed.category:
        raise _UpdateError(
            f"the list in force is {before.category} and this one would be {feed.category}. "
            "Name its loader with --feed."
        )


def _address(text: str) -> Url | None:
    """A wildcard before a host means the host, since an entry covers all below it anyway.

    A name that sites are registered below, such as `com` or `co.uk`, is a slip.
    """
    url = split(_WILDCARD.sub(r"\1", text))
    if url is None or ("." not in url.host and ":" not in url.host):
        return None
    whole = url.path == "/" and not url.query
    return None if whole and is_broad(url.host) and len(url.host.rpartition(".")[2]) == 2 else url  # noqa: PLR2004  a country's


def _content(name: str, category: str, serial: int, now: datetime, gathered: _Gathered) -> Content:
    packed = (packed_of(each) for each in (gathered.sites, gathered.hosts, gathered.entries))
    return Content(VERSION, name, category, serial, now, gathered.broad, *packed)
