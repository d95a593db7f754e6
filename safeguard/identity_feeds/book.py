"""Where the feeds read what the school knows, and write down who is where."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from safeguard.identity.roster import Roster, load_roster
from safeguard.identity_feeds.joining import DHCP, RADIUS, Change, End, Put, Unknown
from safeguard.store import generation, sessions, unknown_devices
from safeguard.store.session import Store

SOURCES = (DHCP, RADIUS)  # what a lease says ends other sessions there: so it is written first

type Written = tuple[str, str, datetime, datetime]  # source, key, since, until


class Book(Protocol):
    """What the feeds need of the database. Each raises AwayError where that is away."""

    def roster(self) -> Roster | None:
        """Return people and devices, where they changed since they were last asked for."""

    def written(self, now: datetime) -> Iterable[Written]:
        """Return what feeds wrote down before and still holds."""

    def keep(self, changes: Sequence[Change], now: datetime) -> None:
        """Write changes down: the same again does no harm."""

    def meet(self, unknown: Sequence[Unknown], now: datetime) -> None:
        """Note hardware that is in no register."""


class StoreBook:
    """The book that is the database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._generation = -1

    def roster(self) -> Roster | None:
        number = generation.current(self._store)
        if number == self._generation:
            return None
        roster = load_roster(self._store)
        self._generation = number
        return roster

    def written(self, now: datetime) -> Iterable[Written]:
        for one in sessions.live(self._store, now).sessions:
            if one.source in SOURCES:
                yield one.source, one.key, one.claim.since, one.claim.until

    def keep(self, changes: Sequence[Change], now: datetime) -> None:
        for source in SOURCES:
            of = [one for one in changes if one.source == source]
            gone = [one.key for one in of if isinstance(one, End)]
            if gone:
                sessions.end_all(self._store, source, gone, now)
            claims = [(one.claim, one.key) for one in of if isinstance(one, Put)]
            sessions.put_all(self._store, claims, source, now)

    def meet(self, unknown: Sequence[Unknown], now: datetime) -> None:
        seen = [(one.mac, one.address, one.name) for one in unknown]
        unknown_devices.note(self._store, seen, now)
