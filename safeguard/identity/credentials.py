"""Whether a login and a password belong together, for the page where people sign in.

What knows the passwords is behind `Credentials`: the school's directory, or passwords of ours.
"""

import hashlib
import hmac
from typing import Protocol

from safeguard.logins import plain
from safeguard.store import passwords
from safeguard.store.passwords import Kept
from safeguard.store.session import Store

COST = 2**14  # 16 MiB and about 50 ms, for each try
SALT_BYTES = 16
NOBODY = Kept("", b"nobody's salt...", bytes(32))  # an unknown login takes as long as a known one


class UnreachableError(Exception):
    """Whoever knows the passwords cannot be asked now. It says no login and no password."""


class Credentials(Protocol):
    """Whoever knows the passwords. It may take a while: never ask it on a loop."""

    def check(self, login: str, password: str) -> str:
        """Return the id of the person; empty where it is wrong. Raises UnreachableError."""


class OwnPasswords:
    """The passwords that the school gave people here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(self, login: str, password: str) -> str:
        kept = passwords.of_login(self._store, plain(login)) or NOBODY
        right = hmac.compare_digest(hashed(password, kept.salt), kept.hash)
        return kept.person if right else ""


def hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=8, p=1, dklen=32)
