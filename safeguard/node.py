"""One machine among those that share a database: whether it leads, and that it keeps up.

`jobs` holds it, asks it before it does what one node does for all, and calls `tick` every
second. Where the database is this machine's own, as on SQLite, it leads and has nothing to share.
"""

import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from safeguard import logs
from safeguard.building import rules_in_force
from safeguard.fetching import share
from safeguard.store.leadership import Leadership
from safeguard.store.nodes import Presence, node_id
from safeguard.store.session import Store

SAY_EVERY = timedelta(seconds=10)
AFTER_TROUBLE = timedelta(seconds=30)  # to take rules costs their whole size, whatever comes of it

log = logs.logger("safeguard.node")


class ThisNode:
    """Open it after a fork, close it at the end. Only `leads` may be asked by other threads."""

    def __init__(
        self,
        data: Path,
        store: Store,
        name: str = "",
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._data = data
        self._store = store
        self._id = node_id(data, randomness)
        self._presence = Presence(
            store, self._id, name or socket.gethostname(), randomness(16).hex()
        )
        self._leadership = Leadership(store)
        self._led = self._leadership.held()
        self._said_at: datetime | None = None
        self._shared_at: datetime | None = None
        self._trouble = ""

    def leads(self) -> bool:
        """Whether this node does what one node does for all. Cheap: ask before each piece."""
        return self._leadership.held()

    def tick(self, now: datetime) -> None:
        """Take or share rules, and say now and then that this node runs.

        Raises AwayError where the database is away.
        """
        leads = self.leads()
        trouble = self._share(now)
        changed = (leads, trouble) != (self._led, self._trouble)
        if changed or self._said_at is None or not timedelta() <= now - self._said_at < SAY_EVERY:
            artefact = rules_in_force(self._data)
            said = self._presence.say(now, artefact, leads=leads, trouble=trouble)
            if said and said != self._trouble:
                log.error("this node needs a person", trouble=said)
            if leads != self._led:
                log.info("this node leads" if leads else "this node leads no longer")
            self._led, self._trouble, self._said_at = leads, trouble, now

    def _share(self, now: datetime) -> str:
        """Return any trouble; after one, it is tried again only when some time has passed."""
        passed = now - self._shared_at if self._shared_at else AFTER_TROUBLE
        if self._trouble and timedelta() <= passed < AFTER_TROUBLE:
            return self._trouble
        trouble = share(self._data, self._store, self._id, now)
        self._shared_at = now
        return trouble

    def close(self) -> None:
        """Lead no longer: another node may, at once."""
        self._leadership.close()
