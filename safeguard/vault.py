"""The key that seals what a person typed or read, kept beside the database, never in it.

A copy of the database alone tells nobody's words. Each sealed text begins with the id of
its key, so that keys can be changed later without guessing.
"""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from safeguard.problems import UnusableError

KEY_BYTES = 32
KEY_ID_BYTES = 4
NONCE_BYTES = 12
KEY_FILE = Path("keys/content.key")


class UnsealError(Exception):
    """A sealed text that this key does not open: another key's, or altered."""


class Vault:
    """Seals and unseals with one key (AES-256-GCM)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._key_id = hashlib.sha256(b"safeguard key id" + key).digest()[:KEY_ID_BYTES]

    def seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return self._key_id + nonce + self._cipher.encrypt(nonce, plain, self._key_id)

    def unseal(self, sealed: bytes) -> bytes:
        key_id, rest = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES:]
        if key_id != self._key_id:
            raise UnsealError("this was sealed with another key")
        try:
            return self._cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], key_id)
        except (InvalidTag, ValueError) as error:
            raise UnsealError("this was altered after it was sealed") from error

    @classmethod
    def load_or_create(cls, path: Path, in_use: Callable[[], bool] = lambda: False) -> "Vault":
        """Open the key, or make it at first start.

        `in_use` is asked only where there is no key: is there sealed data already? A new key
        could never open that, so a missing key stops us then.
        """
        try:
            if not path.exists():
                if in_use():
                    raise UnusableError(
                        f"The content key {path} is missing, and there are events sealed with it: "
                        "put the key back from your backup."
                    )
                make_key(path)
            key = path.read_bytes()
        except OSError as error:
            raise UnusableError(
                f"The content key {path} cannot be read or made ({error.strerror}): "
                "let the account that runs Safeguard read and write that folder."
            ) from error
        if len(key) != KEY_BYTES:
            raise UnusableError(
                f"The content key {path} is damaged (it has {len(key)} bytes, not {KEY_BYTES}): "
                "put it back from your backup."
            )
        return cls(key)


def open_vault(data: Path, in_use: Callable[[], bool] = lambda: False) -> Vault:
    """Return the vault of a data folder."""
    return Vault.load_or_create(data / KEY_FILE, in_use)


def make_key(path: Path) -> None:
    """Make the key whole or not at all; of two processes that make one, the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
