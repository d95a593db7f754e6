"""What sealed lists are on disk: a file of hashes under a keyed seal, the key, and a record.

    DATA/sealed/<name>.sealed    hashes, and a seal over all of them under the key
    DATA/keys/sealed.key         the key
    DATA/keys/sealed.newest      which serial number each list has reached, under the same seal

No address is written anywhere. The record is what tells a list from an older copy of itself,
whose seal is as good; it lies away from the lists, and is kept in the same backup as the key.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from filter_rules.hash_set import HASH_BYTES, HashSet
from filter_rules.sealed import CATEGORIES, SealedList
from safeguard.problems import UnusableError
from safeguard.vault import KEY_BYTES, make_key

FOLDER = "sealed"
SUFFIX = ".sealed"
TROUBLE = ".trouble"  # the alarm of a list whose last update failed
KEY_FILE = Path("keys/sealed.key")
NEWEST_FILE = Path("keys/sealed.newest")
VERSION = 2
NOT_YET = 0

type Marks = tuple[tuple[str, int, int, int], ...]


class Fault(StrEnum):
    """Why a list is not in force."""

    MISSING = "it is missing"
    UNREADABLE = "it cannot be read"
    ALTERED = "it was altered, or was sealed with another key"
    OLDER = "it was replaced by an older copy of itself"
    UNPROVEN = "the record of what was imported last is missing or was altered"


class Content(msgspec.Struct, frozen=True):
    """What a file holds under its seal: hashes end to end, sorted."""

    version: int
    name: str
    category: str
    serial: int
    imported: datetime
    broad: bool
    sites: bytes
    hosts: bytes
    entries: bytes

    @property
    def count(self) -> int:
        return len(self.entries) // HASH_BYTES


class _Sealed(msgspec.Struct, frozen=True):
    seal: bytes
    content: bytes


def marks(data: Path) -> Marks:
    """Return what changes when a list or the key does; cheap enough for several times a second."""
    files = [data / KEY_FILE, data / NEWEST_FILE, *files_of(data), *files_of(data, TROUBLE)]
    return tuple(_mark(file) for file in files)


def files_of(data: Path, suffix: str = SUFFIX) -> list[Path]:
    return sorted((data / FOLDER).glob(f"*{suffix}"))


def file_of(data: Path, name: str) -> Path:
    return data / FOLDER / (name + SUFFIX)


def read_key(data: Path) -> bytes:
    """Return the key, empty where there is none that can be used: then every list is at fault."""
    try:
        key = (data / KEY_FILE).read_bytes()
    except OSError:
        return b""
    return key if len(key) == KEY_BYTES else b""


def key_is_open(data: Path) -> bool:
    """Whether others than the owner may read or change the key."""
    try:
        return bool((data / KEY_FILE).stat().st_mode & 0o077)
    except OSError:
        return False  # that it is missing is told elsewhere


def key_for(data: Path, name: str) -> bytes:
    """Return the key, made where there is none and no other list could need the lost one."""
    with alone(data):  # another import may make the first key, and the first list, this moment
        key = read_key(data)
        if key:
            return key
        if (data / KEY_FILE).exists() or any(file.stem != name for file in files_of(data)):
            raise UnusableError(
                f"The key {data / KEY_FILE} is missing, cannot be read or is damaged, and sealed "
                f"lists depend on it: put it back from your backup, or remove it and "
                f"{data / FOLDER}, and import every list anew."
            )
        make_key(data / KEY_FILE)
        return read_key(data)


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Wait until nobody else changes sealed lists: two imports at once would lose one's record."""
    folder = (data / KEY_FILE).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def read_list(file: Path, key: bytes) -> Content | Fault:
    """Return what a file holds where its seal is whole; whether it is the newest is not asked."""
    content = _read(file, key, Content)
    if isinstance(content, Fault):
        return content
    if content.version != VERSION or content.category not in CATEGORIES:
        return Fault.UNREADABLE
    return content if content.name == file.stem else Fault.ALTERED


def read_newest(data: Path, key: bytes) -> dict[str, int] | None:
    """Return the serial number that each list has reached; None: nobody can tell."""
    found = _read(data / NEWEST_FILE, key, dict[str, int])
    return None if isinstance(found, Fault) else found


def write_list(data: Path, key: bytes, content: Content) -> None:
    """Write the list, then that it is the newest: killed at any point, nothing is at fault.

    A list that is new is recorded before it is there, as having reached nothing yet.
    """
    newest = read_newest(data, key) or {}
    if content.name not in newest:
        write_newest(data, key, {**newest, content.name: NOT_YET})
    write(file_of(data, content.name), _under_seal(key, content))
    write_newest(data, key, {**newest, content.name: content.serial})


def write_newest(data: Path, key: bytes, newest: dict[str, int]) -> None:
    write(data / NEWEST_FILE, _under_seal(key, newest))


def next_serial(data: Path, key: bytes, name: str, now: datetime) -> int:
    """Return a number above all that the list ever had, though the clock be set back."""
    there = read_list(file_of(data, name), key)
    last = there.serial if isinstance(there, Content) else 0
    recorded = (read_newest(data, key) or {}).get(name, 0)
    return max(int(now.timestamp() * 1000), last + 1, recorded + 1)


def list_of(content: Content, key: bytes) -> SealedList:
    return SealedList(
        content.name,
        key,
        HashSet(content.sites),
        HashSet(content.hosts),
        HashSet(content.entries),
        content.category,
        content.broad,
    )


def write(file: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else to read."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UnusableError(
            f"{file} cannot be written ({error.strerror}), so what was there stays in force. "
            "Make room, or let the account that runs Safeguard write there."
        ) from error


def _mark(file: Path) -> tuple[str, int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (file.name, -1, 0, 0)
    return (file.name, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _read(file: Path, key: bytes, kind: Any) -> Any:  # what `kind` says, or a Fault
    try:
        raw = file.read_bytes()
    except OSError:
        return Fault.UNREADABLE
    try:
        sealed = msgspec.msgpack.decode(raw, type=_Sealed)
        if not key or not hmac.compare_digest(sealed.seal, _seal(key, sealed.content)):
            return Fault.ALTERED
        return msgspec.msgpack.decode(sealed.content, type=kind)
    except msgspec.DecodeError:  # of a part that is whole: another version's
        return Fault.ALTERED


def _under_seal(key: bytes, content: object) -> bytes:
    packed = msgspec.msgpack.encode(content)
    return msgspec.msgpack.encode(_Sealed(_seal(key, packed), packed))


def _seal(key: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(content, key=key, digest_size=32, person=b"sealed file").digest()
