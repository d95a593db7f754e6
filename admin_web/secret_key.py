"""The key that signs sessions: made once, kept in the data folder, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from safeguard.problems import UnusableError

KEY_BYTES = 32
OTHERS = 0o077


def load_or_create(data: Path) -> bytes:
    """The key in DATA/keys/admin.key, made where there is none."""
    path = data / "keys" / "admin.key"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_once(path)
        return _checked(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnusableError(
            f"The key that signs sessions, {path}, cannot be read or made: {reason}. "
            "Let this account write to the folder."
        ) from error


def _create_once(path: Path) -> None:
    if path.exists():
        return
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        fresh.unlink()


def _checked(path: Path) -> bytes:
    if path.stat().st_mode & OTHERS:
        raise UnusableError(f"Others can read {path}. Run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise UnusableError(f"{path} is not a whole key. Delete it: everyone then signs in again.")
    return key
