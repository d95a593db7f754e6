"""Who asks from an address, at a moment: what is written down and what goes on, weighed.

It is asked for each request, so what it found is remembered for as long as it holds.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from safeguard.core.groups import Groups
from safeguard.core.identifying import Claim, Method, next_change, resolve
from safeguard.core.types import Subject
from safeguard.identity.live import LiveSessions
from safeguard.identity.roster import Roster, one_spelling

MOST_REMEMBERED = 50_000
NO_GROUPS = Groups()  # where nothing is said of groups, each stands by itself
LONGEST = timedelta(minutes=1)  # then one who signed in to us is looked up again: is active


class Finder:
    """Finds who asks, by one roster and the sessions that go on.

    One whose group is gone is as one whom nobody knows.
    """

    def __init__(self, roster: Roster, sessions: LiveSessions, groups: Groups = NO_GROUPS) -> None:
        self.roster = roster
        self.sessions = sessions
        self.groups = groups
        self._found: dict[str, tuple[datetime, datetime, Subject]] = {}
        self._spelt: dict[str, str] = {}
        self._active: set[str] = set()

    def subject_at(self, address: str, now: datetime) -> Subject:
        """Return who asks from this address."""
        found = self._found.get(self._spelt.get(address, address))
        if found is not None and found[0] <= now < found[1]:
            return found[2]
        return self._look(self._one(address), now)

    def subject_of(self, claim: Claim, now: datetime) -> Subject:
        """Return who asks, where the request itself claims who: it is weighed with the rest."""
        address = self._one(claim.address)
        claims = (*self._claims(address), *self.roster.completed(claim))
        return self._resolved(claims, now, address)

    def forget(self, addresses: Iterable[str]) -> None:
        """Something else is claimed of these addresses."""
        for address in addresses:
            self._found.pop(address, None)

    def forget_all(self) -> None:
        self._found.clear()

    def taken_active(self) -> set[str]:
        """Return where people who signed in have asked for something since the last call."""
        active, self._active = self._active, set()
        return active

    def _look(self, address: str, now: datetime) -> Subject:
        version = self.sessions.version
        claims = tuple(self._claims(address))
        subject = self._resolved(claims, now, address)
        until = next_change(claims, now)
        if any(one.method is Method.PORTAL and one.lives(now) for one in claims):
            self._active.add(address)
            until = min(until, now + LONGEST)
        if len(self._found) >= MOST_REMEMBERED:
            self._found.clear()
        self._found[address] = (now, until, subject)
        if self.sessions.version != version:  # it changed meanwhile, and `forget` may be over
            self._found.pop(address, None)
        return subject

    def _resolved(self, claims: tuple[Claim, ...], now: datetime, address: str) -> Subject:
        subject = resolve(claims, now, address)
        group = self.groups.known(subject.group)
        return subject if group == subject.group else replace(subject, group=group)

    def _claims(self, address: str) -> Iterable[Claim]:
        yield from self.roster.claims_at(address)
        for claim in self.sessions.claims_at(address):
            yield from self.roster.completed(claim)

    def _one(self, address: str) -> str:
        one = one_spelling(address)
        if one != address:
            if len(self._spelt) >= MOST_REMEMBERED:
                self._spelt.clear()
            self._spelt[address] = one
        return one
