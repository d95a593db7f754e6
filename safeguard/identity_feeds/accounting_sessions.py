"""The sessions that RADIUS accounting tells of: what is known of each after any packet. Pure.

Packets come twice, late and in the wrong order. The laws: the same packet again changes nothing;
start, interim and stop in any order end as stopped; only a start well after a stop, under the
same id, begins anew.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from safeguard.identity_feeds.accounting import Accounting, Kind

MOST_SESSIONS = 50_000
MISSED = 2  # so many interims that do not come, and the session is idle
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
OVERTAKEN = timedelta(seconds=10)  # by which packets of one session may pass each other
REMEMBERED = timedelta(minutes=10)  # for so long an ended session's late packets are known for that

type Key = tuple[str, str]  # which access point or switch, and what it calls the session


@dataclass(frozen=True, slots=True)
class Session:
    """One session, as its packets so far tell of it. `heard`: when the newest was sent."""

    nas: str
    id: str
    since: datetime
    heard: datetime
    interim: timedelta
    name: str = ""
    mac: str = ""
    addresses: tuple[str, ...] = ()
    ended: datetime | None = None

    @property
    def key(self) -> Key:
        return self.nas, self.id

    @property
    def until(self) -> datetime:
        """From when nothing is known of it: it was stopped, or has not been heard of."""
        return self.ended or self.heard + MISSED * self.interim


def session_after(
    before: Session | None, said: Accounting, now: datetime, usual: timedelta
) -> Session:
    """Return what is known of a session after a packet. `usual`: how often interims come."""
    at = now - said.delay
    interim = min(max(said.interval or usual, SHORTEST), LONGEST)
    ended = at if said.kind is Kind.STOP else None
    since = at - said.lasted
    told = Session(
        said.nas, said.session, since, at, interim, said.name, said.mac, said.addresses, ended
    )
    if before is None or _is_another(before, told, said.kind):
        return told
    older, newer = (before, told) if before.heard <= at else (told, before)
    ends = [one for one in (before.ended, told.ended) if one is not None]
    return Session(
        said.nas,
        said.session,
        min(older.since, newer.since),
        newer.heard,
        interim if said.interval else before.interim,
        newer.name or older.name,
        newer.mac or older.mac,
        newer.addresses or older.addresses,
        min(ends, default=None),
    )


def _is_another(before: Session, told: Session, kind: Kind) -> bool:
    """Whether an id is used anew: it starts well after its end."""
    return kind is Kind.START and before.ended is not None and told.since > before.ended + OVERTAKEN


class Sessions:
    """All sessions in memory, so many at most."""

    def __init__(self, usual: timedelta, most: int = MOST_SESSIONS) -> None:
        self._usual = usual
        self._most = most
        self._all: dict[Key, Session] = {}
        self._at: dict[str, Key] = {}
        self._of_mac: dict[str, set[Key]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def get(self, key: Key) -> Session | None:
        return self._all.get(key)

    def of_mac(self, mac: str) -> Collection[Key]:
        return tuple(self._of_mac.get(mac, ()))

    @property
    def keys(self) -> Collection[Key]:
        return self._all.keys()

    def has_room_for(self, said: Accounting) -> bool:
        """Whether it can be taken in: where all is full, who is known stays so, and no one is added."""
        return len(self._all) < self._most or (said.nas, said.session) in self._all

    def take(self, said: Accounting, now: datetime) -> tuple[Key, ...]:
        """Take in what a packet says; return the keys of the sessions that it changes."""
        if said.kind in {Kind.ON, Kind.OFF}:
            return tuple(self._end_all(said.nas, now - said.delay))
        before = self._all.get((said.nas, said.session))
        after = session_after(before, said, now, self._usual)
        if after == before:
            return ()
        displaced = tuple(self._displaced(after))
        self._put(after)
        return (after.key, *displaced)

    def sweep(self, now: datetime) -> tuple[Key, ...]:
        """Let go of what is over for long: its late packets have come by now. Return their keys."""
        over = tuple(key for key, one in self._all.items() if one.until + REMEMBERED <= now)
        for key in over:
            self._drop(key)
        return over

    def _end_all(self, nas: str, at: datetime) -> Iterator[Key]:
        """The access point starts or stops: whatever it told of before is over."""
        for key, one in tuple(self._all.items()):
            if one.nas == nas and one.ended is None and one.since <= at:
                self._put(replace(one, ended=at))
                yield key

    def _displaced(self, new: Session) -> Iterator[Key]:
        """An address is with one device at a time: who had it before, has it no longer.

        So it is where the same access point says so, or the same device has moved. Where
        another access point speaks of another device, both stand, and nobody is guessed.
        """
        for address in new.addresses if new.ended is None else ():
            other = self._all.get(self._at.get(address, ("", "")))
            if other is None or other.key == new.key or other.since > new.since:
                continue
            if other.nas == new.nas or (new.mac and other.mac == new.mac):
                left = tuple(one for one in other.addresses if one != address)
                self._put(replace(other, addresses=left))
                yield other.key

    def _put(self, one: Session) -> None:
        self._drop(one.key)
        self._all[one.key] = one
        if one.mac:
            self._of_mac.setdefault(one.mac, set()).add(one.key)
        if one.ended is None:
            self._at.update(dict.fromkeys(one.addresses, one.key))

    def _drop(self, key: Key) -> None:
        gone = self._all.pop(key, None)
        if gone is None:
            return
        for address in gone.addresses:
            if self._at.get(address) == key:
                del self._at[address]
        keys = self._of_mac.get(gone.mac, set())
        keys.discard(key)
        if not keys:
            self._of_mac.pop(gone.mac, None)
