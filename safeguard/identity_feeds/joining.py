"""Accounting and leases, joined into claims, and what of them is not written down yet.

Accounting often says who, and on which hardware, before the device has an address; leases say
which hardware has which address. Together they say who is where. Nothing here waits: writing
down may fail for hours, and then what is newest is written.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from safeguard.core.identifying import Claim, Method
from safeguard.identity.roster import Roster
from safeguard.identity_feeds.accounting import Accounting, Kind
from safeguard.identity_feeds.accounting_sessions import Key, Session, Sessions
from safeguard.identity_feeds.claiming import Claiming
from safeguard.identity_feeds.leases import Lease

LONGEST = 80  # letters of each part of a key
RADIUS, DHCP = "radius", "dhcp"
AT_MOST = timedelta(hours=24)  # a claim says no more at once: a server may be switched off for good
RENEWED = timedelta(hours=12)  # before its end, where there is more to say

NOTED = timedelta(hours=1)  # unknown hardware is noted anew only after that


@dataclass(frozen=True, slots=True)
class Put:
    """A claim to write down, under what its source calls it."""

    source: str
    key: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class End:
    """What a source no longer says."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Hardware that no device of the register has, where it was seen last."""

    mac: str
    address: str
    name: str


type Change = Put | End


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes to write down in one transaction, and what they are of."""

    keys: tuple[Key, ...]
    changes: tuple[Change, ...]


class Joined:
    """What all feeds say now. One thread uses it."""

    def __init__(self, sessions: Sessions, own: Collection[str]) -> None:
        self._sessions = sessions
        self._own = own
        self._claiming = Claiming(Roster(), own)
        self._radius: dict[Key, Key] = {}  # a session by what it is written down under
        self._leases: dict[Key, Lease] = {}
        self._since: dict[Key, datetime] = {}
        self._of_mac: dict[str, set[Key]] = {}
        self._noted: dict[tuple[str, str], datetime] = {}
        self._written: dict[Key, dict[str, Claim]] = {}
        self._waiting: dict[Key, None] = {}  # in the order of their change

    @property
    def waiting(self) -> int:
        """How many sessions and leases have something that is not written down."""
        return len(self._waiting)

    def knows(self, roster: Roster) -> None:
        """Take up people and devices anew: any claim may read otherwise now."""
        self._claiming = Claiming(roster, self._own)
        self._await((*(self._of_radius(key) for key in self._sessions.keys), *self._leases))

    def remembers(self, written: Iterable[tuple[str, str, datetime, datetime]]) -> None:
        """Take up what an earlier run wrote: source, key, since, until of each."""
        for source, key, since, until in written:
            of, address = _of_row(source, key)
            claim = Claim(address, Method.NONE, since, until)
            self._written.setdefault(of, {})[address] = claim

    def accounting(self, said: Accounting, now: datetime) -> bool:
        """Take in what a packet says; False where there is no room for it."""
        if not self._sessions.has_room_for(said):
            return False
        self._await(self._of_radius(key) for key in self._sessions.take(said, now))
        if said.kind in {Kind.ON, Kind.OFF}:
            self._await(self._of_an_earlier_run(said.nas, now - said.delay))
        return True

    def leases(self, file: str, found: Sequence[Lease], now: datetime, *, whole: bool) -> None:
        """Take in what a file says; where it is whole, what it does not say is over."""
        said = {(DHCP, f"{shortened(file)} {lease.address}"): lease for lease in found}
        for key, lease in said.items():
            self._lease(key, lease, now)
        if whole:
            start = f"{shortened(file)} "
            for key in [one for one in self._leases if one[1].startswith(start)]:
                if key in said:
                    continue
                self._lease(key, replace(self._leases[key], over=True), now)

    def sweep(self, now: datetime) -> None:
        """See what has run out, and what must be said again before it does. Each minute or so."""
        over = [self._of_radius(key) for key in self._sessions.sweep(now)]
        self._await(over)
        for key in over:
            del self._radius[key]
        for key, lease in tuple(self._leases.items()):
            if not lease.lives(now):
                self._lease(key, lease, now)
            elif any(_runs_out(one, lease, now) for one in self._written.get(key, {}).values()):
                self._await((key,))
        self._await(
            key
            for key, claims in self._written.items()
            if all(one.until <= now for one in claims.values())
        )

    def batch(self, now: datetime, most: int) -> Batch:
        """Take out what is to be written down next; say `wrote` or `failed` of it."""
        keys = tuple(self._waiting)[:most]
        for key in keys:
            del self._waiting[key]
        return Batch(keys, tuple(one for key in keys for one in self._change(key, now)))

    def failed(self, batch: Batch) -> None:
        self._await(batch.keys)

    def wrote(self, batch: Batch) -> None:
        """Note that this stands in the database now."""
        for one in batch.changes:
            of, address = _of_row(one.source, one.key)
            claims = self._written.setdefault(of, {})
            if isinstance(one, Put):
                claims[address] = one.claim
            else:
                claims.pop(address, None)
            if not claims:
                del self._written[of]

    def unknown(self, now: datetime) -> tuple[Unknown, ...]:
        """Return hardware that has an address and is in no register, and was not noted of late."""
        return tuple(
            Unknown(lease.mac, lease.address, lease.name)
            for lease in self._leases.values()
            if lease.mac
            and lease.lives(now)
            and not self._claiming.knows(lease.mac)
            and self._noted.get((lease.mac, lease.address), now - NOTED) <= now - NOTED
        )

    def noted(self, unknown: Iterable[Unknown], now: datetime) -> None:
        """Take it that these are written down now."""
        late = {key: at for key, at in self._noted.items() if at > now - NOTED}
        self._noted = late | {(one.mac, one.address): now for one in unknown}

    def _change(self, key: Key, now: datetime) -> Iterator[Change]:
        wanted = {one.address: one for one in self._claims(key, now)}
        written = self._written.get(key, {})
        for address, claim in wanted.items():
            before = written.get(address)
            if before != claim and not (key[0] == DHCP and _says_enough(before, claim, now)):
                yield Put(key[0], _row(key, address), claim)
        for address in written.keys() - wanted.keys():
            yield End(key[0], _row(key, address))

    def _claims(self, key: Key, now: datetime) -> Iterator[Claim]:
        lease = self._leases.get(key)
        if lease is not None:
            if lease.lives(now):
                until = min(lease.until, now + AT_MOST)
                yield from self._claiming.of_device(
                    lease.mac, lease.address, self._since[key], until
                )
            return
        session = self._sessions.get(self._radius.get(key, ("", "")))
        if session is None or session.until <= now:
            return
        for address, until in self._addresses(session, now).items():
            yield from self._claiming.of_session(session, address, min(until, session.until))

    def _addresses(self, session: Session, now: datetime) -> Mapping[str, datetime]:
        """Return where a session is: by its own word, and by the leases of its hardware."""
        found = dict.fromkeys(session.addresses, session.until)
        for key in self._of_mac.get(session.mac, ()):
            lease = self._leases[key]
            if lease.lives(now):
                found.setdefault(lease.address, min(lease.until, now + AT_MOST))
        return found

    def _lease(self, key: Key, lease: Lease, now: datetime) -> None:
        before = self._leases.pop(key, None)
        if before is not None and before.mac:
            self._unlist(before.mac, key)
        if lease.lives(now):
            self._leases[key] = lease
            if before is None or before.mac != lease.mac:
                self._since[key] = now
            if lease.mac:
                self._of_mac.setdefault(lease.mac, set()).add(key)
        else:
            self._since.pop(key, None)
        if before != lease or not lease.lives(now):
            self._await((key,) if before or lease.lives(now) or key in self._written else ())
            macs = {lease.mac, before.mac if before else ""} - {""}
            for mac in macs:
                self._await(self._of_radius(one) for one in self._sessions.of_mac(mac))

    def _unlist(self, mac: str, key: Key) -> None:
        keys = self._of_mac.get(mac, set())
        keys.discard(key)
        if not keys:
            self._of_mac.pop(mac, None)

    def _of_an_earlier_run(self, nas: str, at: datetime) -> Iterator[Key]:
        """Sessions of an access point that only the database knows, and that are over now."""
        start = f"{shortened(nas)} "
        for key, claims in self._written.items():
            if (
                key[0] == RADIUS
                and key[1].startswith(start)
                and all(one.since <= at for one in claims.values())
            ):
                yield key

    def _of_radius(self, key: Key) -> Key:
        """Return what a session is written down under."""
        written = RADIUS, f"{shortened(key[0])} {shortened(key[1])}"
        self._radius[written] = key
        return written

    def _await(self, keys: Iterable[Key]) -> None:
        for key in keys:
            self._waiting.setdefault(key)


def shortened(name: str) -> str:
    """Return a name without spaces that is short enough to be part of a key."""
    plain = name.replace(" ", "_")
    return plain if len(plain) <= LONGEST else hashlib.sha256(name.encode()).hexdigest()[:32]


def _row(key: Key, address: str) -> str:
    """Return what one claim is written down under: a session may be at several addresses."""
    return f"{key[1]} {address}" if key[0] == RADIUS else key[1]


def _of_row(source: str, row: str) -> tuple[Key, str]:
    name, _, address = row.rpartition(" ")
    return (source, name if source == RADIUS else row), address


def _says_enough(written: Claim | None, claim: Claim, now: datetime) -> bool:
    """Whether what is written says the same, and only ends earlier, in a long time."""
    if written is None or replace(written, until=claim.until) != claim:
        return False
    return written.until < claim.until and written.until - now > RENEWED


def _runs_out(written: Claim, lease: Lease, now: datetime) -> bool:
    return written.until < lease.until and written.until - now < RENEWED
