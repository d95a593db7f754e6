"""Folders packed and encrypted by age, to public keys; and opened again with a private one."""

import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import pyrage

from safeguard.problems import UnusableError

type Recipients = list[pyrage.x25519.Recipient]
type Identities = list[pyrage.x25519.Identity]


def new_identity(file: Path) -> str:
    """Write a new private key for age where there is no file yet; return its public key."""
    identity = pyrage.x25519.Identity.generate()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"# public key: {identity.to_public()}\n{identity}\n")
    except OSError as error:
        raise UnusableError(f"The key {file} cannot be made ({error.strerror}).") from error
    return str(identity.to_public())


def recipients_of(keys: Iterable[str]) -> Recipients:
    """Read public keys."""
    try:
        return [pyrage.x25519.Recipient.from_str(one) for one in keys]
    except pyrage.RecipientError as error:
        raise UnusableError("A key of backup.recipients is no public key for age.") from error


def identities_of(file: Path) -> Identities:
    try:
        lines = file.read_text(encoding="ascii").splitlines()
        found = [line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")]
        identities = [pyrage.x25519.Identity.from_str(one) for one in found]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise UnusableError(f"The key {file} cannot be read as a private key for age.") from error
    if not identities:
        raise UnusableError(f"There is no private key for age in {file}.")
    return identities


def encrypt(what: Iterable[Path], part: Path, recipients: Recipients) -> None:
    """Pack and encrypt in one go, so that nothing is written plain where backups go."""
    troubles: list[BaseException] = []
    reading, writing = os.pipe()

    def pack() -> None:
        try:
            with (
                os.fdopen(writing, "wb") as stream,
                tarfile.open(fileobj=stream, mode="w|") as tar,
            ):
                for path in what:
                    tar.add(path, path.name)
        except BaseException as error:  # noqa: BLE001  # it is raised where it can be heard
            troubles.append(error)

    packing = Thread(target=pack)
    packing.start()
    with os.fdopen(reading, "rb") as source, _private(part) as target:
        try:
            pyrage.encrypt_io(source, target, recipients)
        finally:
            source.close()
            packing.join()
        if troubles:
            part.unlink()
            raise troubles[0]
        target.flush()
        os.fsync(target.fileno())


def decrypt(file: Path, target: Path, identities: Identities) -> None:
    try:
        with file.open("rb") as source, _private(target) as stream:
            pyrage.decrypt_io(source, stream, identities)
    except FileNotFoundError as error:
        raise UnusableError(f"There is no backup {file}. Check its name.") from error
    except pyrage.DecryptError as error:
        raise UnusableError(
            f"The backup {file} cannot be opened: it is damaged, or encrypted to another key than "
            "the one given. Nothing was changed. Try the backup before it."
        ) from error


@contextmanager
def _private(file: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w+b") as stream:
        yield stream
