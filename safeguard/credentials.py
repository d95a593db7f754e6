"""Whether a name and a password belong together: asked off the loop, remembered, bounded.

Laws: nobody waits longer than `patience`, and who asks nothing never waits. A password is not
kept: what is remembered is a keyed digest that only this process could make. Guessing is
bounded, for a name from an address, for an address and for a name.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Protocol

from safeguard.logins import Typed, plain

MOST_REMEMBERED = 20_000
MOST_COUNTED = 20_000
MOST_WAITING = 64
THREADS = 8
WRONG_SECONDS = 60.0  # a wrong password is not asked about again for so long
REST_SECONDS = 10.0  # after which a directory that was away is asked again
WINDOW_SECONDS = 300.0
FOR_AN_ADDRESS = 3  # times as many as for one name: several people may share it
FOR_A_NAME = 5


class DirectoryAwayError(Exception):
    """Whoever knows the passwords cannot be asked now. It says no name and no password."""


class Passwords(Protocol):
    """Whoever knows the passwords. `check` may block: it is called in a thread."""

    def check(self, typed: Typed) -> str | None:
        """Return the login that this is, None where it is wrong; DirectoryAwayError."""

    def close(self) -> None:
        """Let go of what is open."""


class Outcome(StrEnum):
    """What came of asking."""

    RIGHT = "right"
    WRONG = "wrong"
    AWAY = "away"  # nobody could be asked: the address stands for itself
    TOO_MANY = "too many wrong passwords"
    BUSY = "too many are being asked about"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking, and whose the password is; never for the log."""

    outcome: Outcome
    login: str = ""


WRONG = Answer(Outcome.WRONG)
AWAY = Answer(Outcome.AWAY)
TOO_MANY = Answer(Outcome.TOO_MANY)
BUSY = Answer(Outcome.BUSY)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long what holds, in seconds; `tries` are wrong passwords for a name from an address."""

    right: float
    outlive: float
    patience: float
    tries: int


class Tries:
    """How often was tried within the window, by key. Bounded: the longest unused are dropped."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._counts: OrderedDict[object, tuple[float, int]] = OrderedDict()

    def spent(self, key: object, now: float) -> bool:
        return self._counted(key, now)[1] >= self.most

    def add(self, key: object, now: float, by: int = 1) -> None:
        since, count = self._counted(key, now)
        self._counts[key] = since, max(count + by, 0)
        self._counts.move_to_end(key)
        if len(self._counts) > MOST_COUNTED:
            self._counts.popitem(last=False)

    def _counted(self, key: object, now: float) -> tuple[float, int]:
        since, count = self._counts.get(key, (now, 0))
        return (since, count) if now - since < WINDOW_SECONDS else (now, 0)


class Guesses:
    """Bounds guessing: each check counts until it was found right, or nobody could be asked."""

    def __init__(self, tries: int) -> None:
        self._pairs = Tries(tries)
        self._addresses = Tries(tries * FOR_AN_ADDRESS)
        self._names = Tries(tries * FOR_A_NAME)

    def spent(self, address: str, login: str, now: float) -> bool:
        return any(table.spent(key, now) for table, key in self._of(address, login))

    def add(self, address: str, login: str, now: float, by: int = 1) -> None:
        for table, key in self._of(address, login):
            table.add(key, now, by)

    def _of(self, address: str, login: str) -> tuple[tuple[Tries, object], ...]:
        name = plain(login)  # however it is written
        return (
            (self._pairs, (address, name)),
            (self._addresses, address),
            (self._names, name),
        )


class Checker:
    """Asks whoever knows, for everybody on this loop. `key` is random, and this process's own."""

    def __init__(
        self, passwords: Passwords, limits: Limits, clock: Callable[[], float], key: bytes
    ) -> None:
        self.passwords = passwords
        self.limits = limits
        self.clock = clock
        self._key = key
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self._known: OrderedDict[bytes, tuple[str | None, float]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Future[str | None]] = {}
        self._guesses = Guesses(limits.tries)
        self._rests_until: float | None = None  # None: the last one who was asked answered

    async def ask(self, typed: Typed, address: str) -> Answer:
        digest, now = self._digest(typed), self.clock()
        fresh = self._fresh(digest, now)
        if fresh is not None:
            return fresh
        asking = self._asking.get(digest)
        if asking is None and self._guesses.spent(address, typed.login, now):
            return TOO_MANY
        if asking is None and self._must_wait(now):
            return self._outlived(digest, now)
        return await self._waited_for(asking or self._begin(digest, typed, address), digest)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.passwords.close()

    async def _waited_for(self, asking: asyncio.Future[str | None], digest: bytes) -> Answer:
        now = self.clock()
        try:
            async with asyncio.timeout(self.limits.patience):
                login = await asyncio.shield(asking)  # others may wait for the same
        except Exception as error:  # noqa: BLE001  whatever it was, nobody could be asked
            if isinstance(error, TimeoutError):
                self._rests_until = now + self.limits.patience + REST_SECONDS
            return self._outlived(digest, now)
        return Answer(Outcome.RIGHT, login) if login else WRONG

    def _fresh(self, digest: bytes, now: float) -> Answer | None:
        """What is remembered, while it need not be asked about again."""
        found = self._known.get(digest)
        if found is None:
            return None
        login, at = found
        if now - at >= (self.limits.right if login else WRONG_SECONDS):
            return None
        return Answer(Outcome.RIGHT, login) if login else WRONG

    def _outlived(self, digest: bytes, now: float) -> Answer:
        """What is remembered counts for longer while nobody can be asked."""
        login, at = self._known.get(digest, (None, now))
        return Answer(Outcome.RIGHT, login) if login and now - at < self.limits.outlive else AWAY

    def _must_wait(self, now: float) -> bool:
        """Whether to ask nobody now: one who was away is asked by one person at a time."""
        if self._rests_until is not None:
            return now < self._rests_until or bool(self._asking)
        return len(self._asking) >= MOST_WAITING

    def _begin(self, digest: bytes, typed: Typed, address: str) -> asyncio.Future[str | None]:
        self._guesses.add(address, typed.login, self.clock())
        loop = asyncio.get_running_loop()
        asking = loop.run_in_executor(self._pool, self.passwords.check, typed)
        self._asking[digest] = asking
        asking.add_done_callback(partial(self._done, digest, address, typed.login))
        return asking

    def _done(
        self, digest: bytes, address: str, login: str, asked: asyncio.Future[str | None]
    ) -> None:
        del self._asking[digest]
        now = self.clock()
        if asked.cancelled() or asked.exception() is not None:
            self._rests_until = now + REST_SECONDS
            self._guesses.add(address, login, now, -1)
            return
        self._rests_until = None
        found = asked.result()
        if found:
            self._guesses.add(address, login, now, -1)
        self._known[digest] = found, now
        self._known.move_to_end(digest)
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)

    def _digest(self, typed: Typed) -> bytes:
        login = typed.login.encode()
        text = len(login).to_bytes(4, "big") + login + typed.password.encode()
        return hashlib.blake2b(text, key=self._key, digest_size=32).digest()
