"""The key that case files are signed with: this installation's own, never in the database.

Who holds the public key's fingerprint can tell a file that this installation made from one that
somebody else made. A lost key is made anew: files of before keep their own public key.
"""

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from safeguard.problems import UnusableError
from safeguard.vault import KEY_BYTES, make_key

KEY_FILE = Path("keys/case-files.key")


class Signer:
    """Signs with one Ed25519 key."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, content: bytes) -> bytes:
        return self._key.sign(content)

    @property
    def public_pem(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self._key.public_key())


def open_signer(data: Path) -> Signer:
    """Return the signer of a data folder; its key is made when it is first asked for."""
    path = data / KEY_FILE
    try:
        if not path.exists():
            make_key(path)
        seed = path.read_bytes()
    except OSError as error:
        raise UnusableError(
            f"The key of case files {path} cannot be read or made ({error.strerror}): "
            "let the account that runs Safeguard read and write that folder."
        ) from error
    if len(seed) != KEY_BYTES:
        raise UnusableError(
            f"The key of case files {path} is damaged (it has {len(seed)} bytes, not {KEY_BYTES}): "
            "put it back from your backup, or move it away and a new one is made."
        )
    return Signer(seed)


def public_key_of(pem: bytes) -> Ed25519PublicKey | None:
    """Return the public key, or None where it is no Ed25519 key."""
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """Return what `openssl pkey -pubin -outform DER | sha256sum` says of the key."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def is_signed(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
