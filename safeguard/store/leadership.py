"""One node does what must be done once for all: it holds a lock of the database's.

The lock belongs to a connection of its own and goes with it: a node that dies, or that cannot
reach the database, leads no longer, and another does within seconds. On SQLite there is one
node, and it leads.

For a moment two nodes may believe that they lead (one has lost its connection and does not know
yet), so what a leader does must bear being done twice.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from safeguard.store.locks import Lock
from safeguard.store.session import AwayError, Store, plain_away_named, plain_connection

if TYPE_CHECKING:
    import psycopg

LOOK_EVERY = 1.0


class Leadership:
    """Whether this node leads. Any thread may ask; open it after a fork."""

    def __init__(self, store: Store, steady: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._steady = steady
        self._connection: psycopg.Connection | None = None
        self._leads = False
        self._look_at = 0.0
        self._lock = threading.Lock()

    def held(self) -> bool:
        """Say whether this node leads. Cheap: once a second it looks, and then tries to lead."""
        if self._store.engine.dialect.name != "postgresql":
            return True
        with self._lock:
            if self._steady() >= self._look_at:
                self._leads = self._look()
                self._look_at = self._steady() + LOOK_EVERY
            return self._leads

    def close(self) -> None:
        """Lead no longer: another node may, at once."""
        with self._lock:
            self._let_go()

    def _look(self) -> bool:
        try:
            with plain_away_named(self._store.engine):
                return self._asked()
        except AwayError:
            self._let_go()
            return False

    def _asked(self) -> bool:
        if self._connection is None:
            self._connection = plain_connection(self._store.engine)
        if self._leads:
            self._connection.execute("SELECT 1")  # the lock is there for as long as this answers
            return True
        row = self._connection.execute(
            "SELECT pg_try_advisory_lock(%s)", (Lock.LEADING,)
        ).fetchone()
        return row == (True,)

    def _let_go(self) -> None:
        led, self._leads = self._leads, False
        self._look_at = 0.0
        if self._connection is not None:
            with suppress(AwayError), plain_away_named(self._store.engine):
                if led:
                    # Closing alone is only a message: the server may see it after another has asked.
                    self._connection.execute("SELECT pg_advisory_unlock(%s)", (Lock.LEADING,))
            with suppress(AwayError), plain_away_named(self._store.engine):
                self._connection.close()
            self._connection = None
