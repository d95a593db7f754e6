"""The numbers of today, as often as anybody asks: counted anew only where concerns changed.

Many open pages ask every few seconds. Where the database tells of changes they are answered from
memory until it does; on SQLite they are counted at most once a second.
"""

import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock as ThreadLock

from safeguard.store.concern_numbers import Today, today
from safeguard.store.session import Store
from safeguard.store.signals import Listener, Topic

COUNT_AGAIN = 30.0  # seconds: what was snoozed wakes, a day ends, a signal may have been missed
COUNT_AGAIN_UNTOLD = 1.0  # where nobody tells


class LiveNumbers:
    """The numbers of one store, for all threads of a process. Nothing is opened before it is asked."""

    def __init__(self, store: Store, steady: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._steady = steady
        self._listener = Listener(store, Topic.CONCERNS, steady=steady)
        self._counted: Today | None = None
        self._good_until = 0.0
        self.untold = False  # nobody tells: SQLite, or a connection that is new
        self._turn = ThreadLock()

    def now(self, now: datetime, midnight: datetime) -> Today:
        """Return the numbers of the day that began at `midnight`; they name nobody."""
        with self._turn:
            heard = self._listener.heard()
            self.untold = heard is None
            told = heard is not None and Topic.CONCERNS in heard
            if self._counted is None or told or self._steady() >= self._good_until:
                self._counted = today(self._store, now, midnight)
                patience = COUNT_AGAIN_UNTOLD if self.untold else COUNT_AGAIN
                self._good_until = self._steady() + patience
            return self._counted

    def close(self) -> None:
        self._listener.close()
