"""The keys that seal what a person typed or read, kept beside the database, never in it.

A copy of the database alone tells nobody's words. Each sealed text begins with the id of its
key, so that keys can be changed: the new one seals from then on, old ones still open.

    DATA/keys/content.key                     the key in use
    DATA/keys/content-<day>-<key id>.key      keys of before, with the day they went out of use
    DATA/keys/index.key                       of digests and word tokens: it opens nothing

The index key comes from the first content key, and has a file from the first change of key on.
Nodes that share a database share this folder's files: copy them together.
"""

import fcntl
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from safeguard.problems import UnusableError

KEY_BYTES = 32
KEY_ID_BYTES = 4
NONCE_BYTES = 12
TOKEN_BYTES = 10
KEY_FILE = Path("keys/content.key")
INDEX_FILE = "index.key"
_OLD = re.compile(r"content-(\d{4}-\d\d-\d\d)-([0-9a-f]{8})\.key")

type Mark = tuple[int, int]


class UnsealError(Exception):
    """A sealed text that these keys do not open: another key's, or altered."""


@dataclass(frozen=True, slots=True)
class OldKey:
    """A key that seals no more, and still opens."""

    id: bytes
    retired: date
    path: Path


@dataclass(frozen=True, slots=True)
class _Ring:
    """The key in use, and all that open."""

    id: bytes
    ciphers: dict[bytes, AESGCM]

    @classmethod
    def of(cls, key: bytes, older: Iterable[bytes]) -> "_Ring":
        every = {key_id(one): AESGCM(one) for one in (*older, key)}
        return cls(key_id(key), every)


class Vault:
    """Seals with one key and opens with all there are (AES-256-GCM).

    Opened from a folder, it sees that the key was changed there, also by another process.
    """

    def __init__(self, key: bytes, older: Iterable[bytes] = (), path: Path | None = None) -> None:
        self._ring = _Ring.of(key, older)
        self._path = path
        self._mark: Mark | None = (
            None  # the key may be changed while it is read: looked at when used
        )
        self._index_key = _index_key(key, path)

    @property
    def key_id(self) -> bytes:
        """The id of the key that seals now."""
        self._look()
        return self._ring.id

    def seal(self, plain: bytes) -> bytes:
        self._look()
        ring = self._ring  # another thread may put a new one there meanwhile
        nonce = os.urandom(NONCE_BYTES)
        return ring.id + nonce + ring.ciphers[ring.id].encrypt(nonce, plain, ring.id)

    def unseal(self, sealed: bytes) -> bytes:
        wanted, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        if wanted not in self._ring.ciphers and self._path is not None:
            self._read(self._path)
        cipher = self._ring.ciphers.get(wanted)
        if cipher is None:
            raise UnsealError("this was sealed with another key")
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], wanted)
        except (InvalidTag, ValueError) as error:
            raise UnsealError("this was altered after it was sealed") from error

    def digest(self, plain: bytes, size: int = 16) -> bytes:
        """Return a keyed digest: it tells what is the same, and nobody can try guesses against it.

        It stays the same when the content key is changed.
        """
        return hashlib.blake2b(
            plain, key=self._index_key, digest_size=size, person=b"sg digest"
        ).digest()

    def token(self, word: str) -> bytes:
        """Return what stands for a word in the index: found by who knows it, never read back."""
        return hmac.digest(self._index_key, b"word" + word.encode(), "sha256")[:TOKEN_BYTES]

    @classmethod
    def load_or_create(cls, path: Path, in_use: Callable[[], bool] = lambda: False) -> "Vault":
        """Open the key, or make it at first start.

        `in_use` is asked only where there is no key: is there sealed data already? A new key
        could never open that, so a missing key stops us then.
        """
        with _named(path):
            if not path.exists():
                # Asked again: another process may have made it meanwhile, and sealed with it.
                if in_use() and not path.exists():
                    raise UnusableError(
                        f"The content key {path} is missing, and there are events sealed with it: "
                        "put the key back from your backup."
                    )
                make_key(path)
            return cls(*_keys(path), path)

    def _look(self) -> None:
        """See whether the key was changed since: one look at a file, two microseconds."""
        if self._path is not None and _mark(self._path) not in {self._mark, None}:
            self._read(self._path)

    def _read(self, path: Path) -> None:
        try:
            mark = _mark(path)
            ring = _Ring.of(*_keys(path))
        except (OSError, UnusableError):
            return  # what is known goes on: nothing may be lost for want of a file
        self._ring, self._mark = ring, mark


def open_vault(data: Path, in_use: Callable[[], bool] = lambda: False) -> Vault:
    """Return the vault of a data folder."""
    return Vault.load_or_create(data / KEY_FILE, in_use)


def key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"safeguard key id" + key).digest()[:KEY_ID_BYTES]


def rotate(data: Path, day: date) -> bytes:
    """Put a new key in use and keep the one of before; return the id of the new one.

    Killed at any point, a key that sealed something is still there to open it: the old one is
    on disk under its new name before the new one takes its place.
    """
    path = data / KEY_FILE
    with _named(path), _alone(path.parent):
        old = _whole(path)
        kept = path.with_name(f"content-{day}-{key_id(old).hex()}.key")
        _write(kept, old)
        _write(path.with_name(INDEX_FILE), _index_key(old, path))
        new = secrets.token_bytes(KEY_BYTES)
        _write(path, new)
        return key_id(new)


def old_keys(data: Path) -> list[OldKey]:
    """Return the keys that are out of use, the oldest first."""
    with _named(data / KEY_FILE):
        return list(_old_keys(data / KEY_FILE))


def destroy(key: OldKey) -> None:
    """Overwrite the key and remove it: what it sealed cannot be opened by anyone any more."""
    with _named(key.path):
        with key.path.open("r+b") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        key.path.unlink()
        _sync(key.path.parent)


def make_key(path: Path) -> None:
    """Make the key whole or not at all; of two processes that make one, the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, secrets.token_bytes(KEY_BYTES))
    try:
        os.link(draft, path)
        _sync(path.parent)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _write(path: Path, key: bytes) -> None:
    _draft(path, key).replace(path)
    _sync(path.parent)


def _draft(path: Path, key: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _keys(path: Path) -> tuple[bytes, list[bytes]]:
    older = [one.path.read_bytes() for one in _old_keys(path)]
    return _whole(path), [one for one in older if len(one) == KEY_BYTES]


def _old_keys(path: Path) -> Iterator[OldKey]:
    now = key_id(path.read_bytes())
    for file in sorted(path.parent.glob("content-*.key")):
        found = _OLD.fullmatch(file.name)
        if found and bytes.fromhex(found[2]) != now:  # a change of key was cut short: it is in use
            yield OldKey(bytes.fromhex(found[2]), date.fromisoformat(found[1]), file)


def _whole(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise UnusableError(
            f"The content key {path} is damaged (it has {len(key)} bytes, not {KEY_BYTES}): "
            "put it back from your backup."
        )
    return key


def _index_key(key: bytes, path: Path | None) -> bytes:
    file = None if path is None else path.with_name(INDEX_FILE)
    if file is not None and file.exists():
        return _whole(file)
    return hmac.digest(key, b"safeguard index key", "sha256")


def _mark(path: Path) -> Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two changes at once would lose the key of the first."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnusableError(
            f"The content key {path} cannot be read or made ({error.strerror}): "
            "let the account that runs Safeguard read and write that folder."
        ) from error
