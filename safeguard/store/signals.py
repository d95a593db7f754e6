"""What one node tells the others the moment it happens, where they share PostgreSQL.

A signal is sent with the transaction that it is about, so nobody hears of what is not there. It
may be missed (a connection is lost, a node sleeps): whoever listens looks again, now and then.
On SQLite there is nothing to listen to, and everybody looks.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.orm import Session

from safeguard.store.session import AwayError, Store, plain_away_named, plain_connection

if TYPE_CHECKING:
    import psycopg

MOST_AT_ONCE = 1000
FIRST_WAIT, LONGEST_WAIT = 0.25, 2.0  # seconds between two tries to connect


class Topic(StrEnum):
    """What a signal is about; the name of its channel."""

    GENERATION = "safeguard_generation"  # of overlay, people and policy: the number follows
    RULES = "safeguard_rules"  # other rules are shared: their number follows
    CONCERNS = "safeguard_concerns"  # concerns changed, or there are new ones: nothing follows
    SESSIONS = "safeguard_sessions"  # who is at which address: the number of the change follows


def tell(session: Session, topic: Topic, said: str = "") -> None:
    """Tell everyone who listens, once this transaction is committed."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_notify(:topic, :said)"), {"topic": topic.value, "said": said}
        )


class Listener:
    """One connection that hears of some topics. Open it after a fork; it heals by itself."""

    def __init__(
        self, store: Store, *topics: Topic, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._topics = topics
        self._steady = steady
        self._connection: psycopg.Connection | None = None
        self._again_at = 0.0
        self._wait = FIRST_WAIT

    def heard(self, patience: float = 0.0) -> dict[Topic, str] | None:
        """Return the last word on each topic since the last call.

        None: this connection is new (or there is none, on SQLite), so anything may have been
        missed. Raises AwayError where the database cannot be reached.
        """
        if self._store.engine.dialect.name != "postgresql":
            return None
        if self._connection is None:
            self._connect()
            return None
        try:
            with plain_away_named(self._store.engine):
                most = 1 if patience else MOST_AT_ONCE  # who waits goes on at the first
                found = self._connection.notifies(timeout=patience, stop_after=most)
                return {Topic(one.channel): one.payload for one in found}
        except AwayError:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            with suppress(AwayError), plain_away_named(self._store.engine):
                self._connection.close()
            self._connection = None

    def _connect(self) -> None:
        if self._steady() < self._again_at:
            raise AwayError("the database cannot be reached")
        try:
            connection = plain_connection(self._store.engine)
            with plain_away_named(self._store.engine):
                for topic in self._topics:
                    connection.execute(f"LISTEN {topic.value}".encode())
        except AwayError:
            self._again_at = self._steady() + self._wait
            self._wait = min(2 * self._wait, LONGEST_WAIT)
            raise
        self._connection, self._wait = connection, FIRST_WAIT
