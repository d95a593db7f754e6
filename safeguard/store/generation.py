"""One number that tells every worker that people, devices or the school's entries changed.

Sessions (who is at which address) have a number of their own: see sessions.py.
"""

import time
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from safeguard.store import sessions
from safeguard.store.session import Store
from safeguard.store.signals import Listener, Topic, tell
from safeguard.store.tables.rules import GenerationRow

ONLY = 1
LOOK_AGAIN = 5.0  # seconds after which a signal may have been missed


def current(store: Store) -> int:
    """Return the number now. Cheap: every worker asks several times a second."""
    with store.reading() as session:
        return session.execute(
            select(GenerationRow.number).where(GenerationRow.id == ONLY)
        ).scalar_one()


def bump(session: Session) -> None:
    """Count one change, in the transaction that makes it, and tell those who listen."""
    number = session.execute(
        update(GenerationRow)
        .where(GenerationRow.id == ONLY)
        .values(number=GenerationRow.number + 1)
        .returning(GenerationRow.number)
    ).scalar_one()
    tell(session, Topic.GENERATION, str(number))


class Watch:
    """Knows both numbers without asking each time, where the database tells of changes."""

    def __init__(self, store: Store, steady: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._steady = steady
        self._listener = Listener(store, Topic.GENERATION, Topic.SESSIONS, steady=steady)
        self._number = 0
        self.sessions = 0  # as of the last call of `number`
        self._look_at = 0.0

    def number(self) -> int:
        """Return the number now; raises AwayError where the database cannot be reached."""
        heard = self._listener.heard()
        if heard is None or self._steady() >= self._look_at:
            self._number, self.sessions = _both(self._store)
            self._look_at = self._steady() + LOOK_AGAIN
        else:
            self._number = int(heard.get(Topic.GENERATION, self._number))
            self.sessions = int(heard.get(Topic.SESSIONS, self.sessions))
        return self._number

    def close(self) -> None:
        self._listener.close()


def _both(store: Store) -> tuple[int, int]:
    with store.reading() as session:
        number = session.execute(select(GenerationRow.number).where(GenerationRow.id == ONLY))
        return number.scalar_one(), sessions.number_in(session)
