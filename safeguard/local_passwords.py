"""Passwords for the proxy alone, in a file of ours: a line each, `login:scrypt:salt:hash`.

They open nothing else, so they may be sent over a port without TLS. The file is read again
when it has changed.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
import threading
from collections.abc import Mapping
from pathlib import Path

from safeguard.credentials import DirectoryAwayError
from safeguard.logins import Typed, plain
from safeguard.problems import UnusableError

COST = 2**14  # 16 MiB and about 50 ms: once for each person in ten minutes
KIND = "scrypt"
ENTRY = re.compile(r"([^:]+):scrypt:([A-Za-z0-9+/]{22}==):([A-Za-z0-9+/]{43}=)")
SALT_BYTES = 16
NOBODY = (b"nobody's salt...", bytes(32))  # so that an unknown name takes as long as a known one
LEAST_CHARACTERS = 10


def hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=8, p=1, dklen=32)


class FilePasswords:
    """The passwords of one file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._entries: Mapping[str, tuple[bytes, bytes]] = {}

    def check(self, typed: Typed) -> str | None:
        login = plain(typed.login)
        salt, wanted = self._read().get(login, NOBODY)
        right = hmac.compare_digest(hashed(typed.password, salt), wanted)
        return login if right and wanted != NOBODY[1] else None

    def close(self) -> None:
        """Nothing is kept open."""

    def _read(self) -> Mapping[str, tuple[bytes, bytes]]:
        try:
            with self._lock:
                found = self.file.stat()
                stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
                if stamp != self._stamp:
                    self._entries, self._stamp = read(self.file), stamp
                return self._entries
        except (OSError, UnusableError) as error:
            raise DirectoryAwayError(type(error).__name__) from None


def read(file: Path) -> dict[str, tuple[bytes, bytes]]:
    """Return salt and hash by login; UnusableError names the line that cannot be read."""
    entries = {}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = ENTRY.fullmatch(line)
        if entry is None:
            raise UnusableError(
                f"{file}, line {number} is no proxy password. Take the line out, and set the "
                "password again with `safeguard sign-in password`."
            )
        login, salt, wanted = entry.groups()
        entries[login] = base64.b64decode(salt), base64.b64decode(wanted)
    return entries


def put(file: Path, login: str, password: str | None) -> bool:
    """Set a password, or take it away (None); True where there was one before.

    The file is replaced whole, readable for its owner alone.
    """
    name = plain(login)
    if not name or ":" in name or not name.isprintable():
        raise UnusableError(f"“{login}” cannot be a login: it is empty or holds a colon.")
    if password is not None and len(password) < LEAST_CHARACTERS:
        raise UnusableError(f"A proxy password needs at least {LEAST_CHARACTERS} characters.")
    entries = read(file) if file.exists() else {}
    before = name in entries
    entries.pop(name, None)
    if password is not None:
        salt = secrets.token_bytes(SALT_BYTES)
        entries[name] = salt, hashed(password, salt)
    _write(file, entries)
    return before


def _write(file: Path, entries: Mapping[str, tuple[bytes, bytes]]) -> None:
    lines = [
        ":".join((login, KIND, *(base64.b64encode(part).decode() for part in entry))) + "\n"
        for login, entry in sorted(entries.items())
    ]
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as out:  # noqa: PTH123  it was opened for its owner alone
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def check_file(file: Path) -> None:
    """UnusableError where the file is missing, broken, or readable by others."""
    check_private(file, "The file of proxy passwords")
    read(file)


def check_private(file: Path, what: str) -> None:
    """UnusableError where a file of secrets cannot be read, or others can."""
    try:
        mode = file.stat().st_mode
        with file.open("rb"):
            pass
    except OSError as error:
        raise UnusableError(f"{what} {file} cannot be read ({error.strerror}).") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnusableError(f"{what} {file} can be read by others: run `chmod 600 {file}`.")
