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
MOST_CUTS = 200  # different sets of groups that staff look after


class LiveNumbers:
    """The numbers of one store, for all threads of a process. Nothing is opened before it is asked."""

    def __init__(self, store: Store, steady: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._steady = steady
        self._listener = Listener(store, Topic.CONCERNS, steady=steady)
        self._counted: dict[frozenset[str] | None, tuple[Today, float]] = {}
        self.untold = False  # nobody tells: SQLite, or a connection that is new
        self._turn = ThreadLock()

    def now(self, now: datetime, midnight: datetime, within: frozenset[str] | None = None) -> Today:
        """Return the numbers of the day that began at `midnight`; they name nobody.

        `within`: of these groups alone.
        """
        with self._turn:
            heard = self._listener.heard()
            self.untold = heard is None
            if heard is not None and Topic.CONCERNS in heard:
                self._counted.clear()
            kept = self._counted.get(within)
            if kept is not None and self._steady() < kept[1]:
                return kept[0]
            counted = today(self._store, now, midnight, within=within)
            if len(self._counted) >= MOST_CUTS:
                self._counted.clear()
            patience = COUNT_AGAIN_UNTOLD if self.untold else COUNT_AGAIN
            self._counted[within] = counted, self._steady() + patience
            return counted

    def close(self) -> None:
        self._listener.close()
