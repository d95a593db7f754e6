"""The page where people with their own devices sign in: what it asks, and what comes of it.

Laws: it exists for the networks that the settings name alone; nobody goes on without having
read that this network is filtered and monitored; where the passwords cannot be asked about,
nobody is signed in.
"""

import hashlib
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safeguard.identity.credentials import Credentials, UnreachableError
from safeguard.identity.roster import one_spelling
from safeguard.identity_settings import Identity
from safeguard.store import people, portal
from safeguard.store.session import Store

GUEST = "guest"
NOTICE = (
    "This network is filtered and monitored to keep pupils and staff safe. The school can see "
    "which sites this device asks for, when, and that it is you, until you sign out. On a pupil’s "
    "account, what is searched for and typed may be read where it is needed to keep somebody "
    "safe. Nothing is recorded of visits to helplines."
)


class Outcome(StrEnum):
    """What came of signing in."""

    SIGNED_IN = "signed in"
    UNREAD = "the notice was not agreed to"
    WRONG = "the login or the password is not right"
    AWAY = "the passwords cannot be asked about now"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in at an address. `name` is empty for a guest."""

    name: str
    until: datetime


class Portal:
    """Signs people in and out, at an address."""

    def __init__(
        self,
        settings: Identity,
        store: Store,
        credentials: Credentials,
        fresh: Callable[[], str] = secrets.token_hex,
    ) -> None:
        self.notice = tuple(one for one in (NOTICE, settings.portal_notice) if one)
        self.version = hashlib.blake2b("\n".join(self.notice).encode(), digest_size=8).hexdigest()
        self.has_guests = settings.portal_guests
        self.hours = settings.portal_hours
        self._lasts = portal.Lasts(settings.portal_idle, settings.portal_longest)
        self._networks = tuple(
            ipaddress.ip_network(one, strict=False) for one in settings.portal_networks
        )
        self._store = store
        self._credentials = credentials
        self._fresh = fresh

    def serves(self, address: str) -> bool:
        """Whether people may sign in from this address."""
        try:
            asked = ipaddress.ip_address(one_spelling(address))
        except ValueError:
            return False
        return any(asked in network for network in self._networks)

    def at(self, address: str, now: datetime) -> SignedIn | None:
        """Return who is signed in at an address."""
        found = portal.signed_in(self._store, one_spelling(address), now)
        if found is None:
            return None
        person = people.person(self._store, found.claim.person)
        return SignedIn(person.name if person else "", found.claim.until)

    def sign_in(
        self, login: str, password: str, address: str, now: datetime, *, agreed: bool
    ) -> Outcome:
        """Sign a person in at an address. Whoever has agreed to this notice before need not again."""
        try:
            person = self._credentials.check(login, password)
        except UnreachableError:
            return Outcome.AWAY
        if not person:
            return Outcome.WRONG
        if not agreed and not portal.has_seen(self._store, person, self.version):
            return Outcome.UNREAD
        self._begin(portal.Visitor(self._fresh(), person), address, now)
        return Outcome.SIGNED_IN

    def go_on_as_guest(self, address: str, now: datetime, *, agreed: bool) -> Outcome:
        if not self.has_guests:
            return Outcome.WRONG
        if not agreed:
            return Outcome.UNREAD
        self._begin(portal.Visitor(self._fresh(), group=GUEST), address, now)
        return Outcome.SIGNED_IN

    def sign_out(self, address: str, now: datetime) -> bool:
        return portal.sign_out(self._store, one_spelling(address), now)

    def _begin(self, visitor: portal.Visitor, address: str, now: datetime) -> None:
        one = one_spelling(address)
        portal.sign_in(self._store, visitor, one, self._lasts, self.version, now)
