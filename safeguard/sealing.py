"""Sealed lists on disk: taken in as hashes, under a key of their own, and watched for tampering.

`DATA/sealed/<name>.sealed` holds the hashes and a keyed seal over all of them; the key is in
`DATA/keys/sealed.key`. No address is written anywhere. A list that was altered or cannot be
read is a fault, and so is one that the settings require and that is not there; what is done
then is the stance of the settings.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from filter_rules.sealed import HASH_BYTES, SealedList, SealedLists, sealed_hashes
from filter_rules.urls import Url, split
from safeguard.problems import UnusableError
from safeguard.vault import KEY_BYTES, make_key

FOLDER = "sealed"
SUFFIX = ".sealed"
KEY_FILE = Path("keys/sealed.key")
REMOVALS = "removed.jsonl"
VERSION = 1
MOST_REFUSED = 100
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

type Marks = tuple[tuple[str, int, int, int], ...]


class Fault(StrEnum):
    """Why a list is not in force."""

    MISSING = "it is missing"
    UNREADABLE = "it cannot be read"
    ALTERED = "it was altered, or was sealed with another key"


class _Content(msgspec.Struct, frozen=True):
    """What a file holds under its seal: hashes end to end, sorted."""

    version: int
    name: str
    imported: datetime
    count: int
    hosts: bytes
    entries: bytes


class _Sealed(msgspec.Struct, frozen=True):
    seal: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class State:
    """How one list is. `entries` and `imported` are of the last good copy, where there is one."""

    name: str
    required: bool
    entries: int = 0
    imported: datetime | None = None
    fault: Fault | None = None

    def age_hours(self, now: datetime) -> float:
        seconds = (now - self.imported).total_seconds() if self.imported else 0
        return max(0, seconds) / 3600

    def complaint(self, now: datetime, oldest_hours: int) -> str:
        """Why this list is not as it must be; empty where it is."""
        if self.fault:
            return self.fault.value
        return (
            f"it is older than {oldest_hours} hours" if self.age_hours(now) > oldest_hours else ""
        )


@dataclass(frozen=True, slots=True)
class Sealing:
    """The sealed lists in force, and how each list is."""

    lists: SealedLists
    states: tuple[State, ...] = ()

    @property
    def faults(self) -> tuple[State, ...]:
        return tuple(one for one in self.states if one.fault)


NOTHING_SEALED = Sealing(SealedLists())


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: line numbers only, since a line could tell what is on the list."""

    entries: int
    refused: tuple[int, ...]
    refused_count: int


def marks(data: Path) -> Marks:
    """Return what changes when a list or the key does; cheap enough for several times a second."""
    files = [data / KEY_FILE, *_files(data)]
    return tuple(_mark(file) for file in files)


def load_sealing(data: Path, required: Iterable[str], last: Sealing | None = None) -> Sealing:
    """Load what can be trusted. Of a list at fault, what `last` had of it stays in force."""
    needed = set(required)
    there = {file.stem: file for file in _files(data)}
    key = _read_key(data)
    lists, states = [], []
    for name in sorted(needed | there.keys()):
        found = _open(there[name], key) if name in there else Fault.MISSING
        if isinstance(found, Fault):
            kept = _kept(last, name)
            lists += kept
            states.append(
                State(name, name in needed, sum(len(k.entries) for k in kept), None, found)
            )
        else:
            lists.append(_list_of(found, key))
            states.append(State(name, name in needed, found.count, found.imported))
    return Sealing(SealedLists(lists), tuple(states))


def import_sealed(
    data: Path, name: str, lines: Iterable[str], now: datetime, *, may_shrink: bool = False
) -> Imported:
    """Take in a list of one URL or host a line, in place of what had its name; keep hashes only.

    What looks like half a download changes nothing: the list of before stays in force.
    """
    if not NAME.fullmatch(name):
        raise UnusableError(
            f"{name!r} cannot be the name of a sealed list. "
            "Use small letters, digits and hyphens, such as iwf-urls."
        )
    key = _key_for(data, name)
    hosts: set[bytes] = set()
    entries: set[bytes] = set()
    refused: list[int] = []
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        url = _address(text)
        if url is None:
            refused.append(number)
            continue
        host, entry = sealed_hashes(key, url)
        hosts.add(host)
        entries.add(entry)
    _stop_for_no_list(len(entries), len(refused))
    if not may_shrink:
        _stop_for_half_a_list(data, key, name, len(entries))
    packed = (b"".join(sorted(hashes)) for hashes in (hosts, entries))
    content = _Content(VERSION, name, now, len(entries), *packed)
    _write(data / FOLDER / (name + SUFFIX), _under_seal(key, content))
    return Imported(len(entries), tuple(refused[:MOST_REFUSED]), len(refused))


def remove_sealed(
    data: Path, name: str, required: Iterable[str], reason: str, now: datetime
) -> None:
    """Remove a list that the settings do not require, and keep when and why."""
    if name in set(required):
        raise UnusableError(
            f"The sealed list {name} is required by the settings ([sealed] required), "
            "so it cannot be removed. Import it anew to replace it."
        )
    file = data / FOLDER / (name + SUFFIX)
    if not NAME.fullmatch(name) or not file.is_file():
        raise UnusableError(f"There is no sealed list {name!r}. See `safeguard sealed status`.")
    told = {"removed": name, "at": now.isoformat(), "reason": reason}
    with (data / FOLDER / REMOVALS).open("a", encoding="utf-8") as removals:
        removals.write(json.dumps(told) + "\n")
    file.unlink()


def _stop_for_no_list(usable: int, refused: int) -> None:
    if usable == 0 or refused > usable:
        raise UnusableError(
            f"Of this file {usable} entries are a URL or a host and {refused} lines are not, so "
            "it is hardly a list, and nothing has changed. Give it as it came: one address a line."
        )


def _stop_for_half_a_list(data: Path, key: bytes, name: str, usable: int) -> None:
    before = _open(data / FOLDER / (name + SUFFIX), key)
    if isinstance(before, _Content) and usable * 2 < before.count:
        raise UnusableError(
            f"This file has {usable} entries and the list in force has {before.count}, so nothing "
            "has changed. If it is whole all the same, say so with --smaller."
        )


def _address(text: str) -> Url | None:
    """A wildcard before a host means the host, since an entry covers all below it anyway.

    A name without a dot is a slip: it would cover every site below `com`.
    """
    url = split(text.removeprefix("*."))
    return url if url and ("." in url.host or ":" in url.host) else None


def _files(data: Path) -> list[Path]:
    return sorted((data / FOLDER).glob(f"*{SUFFIX}"))


def _mark(file: Path) -> tuple[str, int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (file.name, -1, 0, 0)
    return (file.name, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _read_key(data: Path) -> bytes:
    """Return the key, empty where there is none that can be used: then every list is at fault."""
    try:
        key = (data / KEY_FILE).read_bytes()
    except OSError:
        return b""
    return key if len(key) == KEY_BYTES else b""


def _key_for(data: Path, name: str) -> bytes:
    """Return the key, made where there is none and no other list could need the lost one."""
    key = _read_key(data)
    if key:
        return key
    if (data / KEY_FILE).exists() or any(file.stem != name for file in _files(data)):
        raise UnusableError(
            f"The key {data / KEY_FILE} is missing, cannot be read or is damaged, and sealed lists "
            f"depend on it: put it back from your backup, or remove it and {data / FOLDER}, "
            "and import every list anew."
        )
    make_key(data / KEY_FILE)
    return _read_key(data)


def _open(file: Path, key: bytes) -> _Content | Fault:
    try:
        raw = file.read_bytes()
    except OSError:
        return Fault.UNREADABLE
    try:
        sealed = msgspec.msgpack.decode(raw, type=_Sealed)
        if not key or not hmac.compare_digest(sealed.seal, _seal(key, sealed.content)):
            return Fault.ALTERED
        content = msgspec.msgpack.decode(sealed.content, type=_Content)
    except msgspec.DecodeError:
        return Fault.ALTERED
    if content.version != VERSION:
        return Fault.UNREADABLE
    return content if content.name == file.stem else Fault.ALTERED


def _kept(last: Sealing | None, name: str) -> list[SealedList]:
    return [one for one in last.lists.lists if one.name == name] if last else []


def _list_of(content: _Content, key: bytes) -> SealedList:
    return SealedList(content.name, key, _parted(content.hosts), _parted(content.entries))


def _parted(hashes: bytes) -> frozenset[bytes]:
    return frozenset(
        hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)
    )


def _under_seal(key: bytes, content: _Content) -> bytes:
    packed = msgspec.msgpack.encode(content)
    return msgspec.msgpack.encode(_Sealed(_seal(key, packed), packed))


def _seal(key: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(content, key=key, digest_size=32, person=b"sealed file").digest()


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else to read."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
    part.replace(file)
