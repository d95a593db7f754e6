"""Takes up what changed of the sessions, and tells the database who of them is still active.

It runs where the engine refreshes: off the loop that answers, several times a second.
"""

from datetime import datetime, timedelta

from safeguard.core.groups import Groups
from safeguard.identity.finder import Finder
from safeguard.identity.live import LiveSessions
from safeguard.identity.roster import Roster
from safeguard.settings import Settings
from safeguard.store import portal, sessions
from safeguard.store.session import Store

TELL = timedelta(seconds=10)


class Following:
    """Keeps one worker's copy of the sessions as the database has them."""

    def __init__(self, settings: Settings) -> None:
        self.live = LiveSessions()
        self._lasts = portal.Lasts(settings.identity.portal_idle, settings.identity.portal_longest)
        self._told: datetime | None = None
        self._begun = False
        self._finder = Finder(Roster(), self.live)

    def finder(self, roster: Roster, groups: Groups) -> Finder:
        """Return what finds who asks by this roster; what it remembers goes with the roster."""
        if self._finder.roster is not roster or self._finder.groups is not groups:
            self._finder = Finder(roster, self.live, groups)
        return self._finder

    def begin(self, store: Store, now: datetime) -> None:
        """Know all sessions anew."""
        found = sessions.live(store, now)
        self.live.begin(found.number, found.sessions)
        self._begun = True

    def follow(self, store: Store, number: int, finder: Finder, now: datetime) -> None:
        """Take up the changes up to that number, and say who is active."""
        if not self._begun or number < self.live.number:  # a backup was restored
            self.begin(store, now)
            finder.forget_all()
        elif number > self.live.number:
            found = sessions.changed_since(store, self.live.number)
            finder.forget(self.live.take_up(found.number, found.sessions))
        self.live.sweep(now)
        if self._told is None or not timedelta() <= now - self._told < TELL:
            self._told = now
            portal.keep_alive(store, finder.taken_active(), self._lasts, now)
