"""Who is at an address: what several sources say of it at one moment, weighed into one Subject.

Each source makes claims: this address is this person's, from when until when. The strongest
claim that lives stands; the order is METHODS. Where claims of the same strength name different
people, where several people share what is there, or where nobody has confirmed a claim for
long, nothing is guessed: the person is unknown, the method says "ambiguous", and the group is
the one that all agree on, else the strictest.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from safeguard.core.types import Subject

SURE, LIKELY, NOBODY = "sure", "likely", "none"
UNIDENTIFIED = "unidentified"


class Method(StrEnum):
    """How somebody was found; the word stands on each event."""

    KERBEROS = "kerberos"  # this very request carried a ticket
    PASSWORD = "password"  # this very request carried a name and a password  # noqa: S105  a word
    HEADER = "header"  # a proxy that the school trusts named the person
    PORTAL = "portal"  # signed in on the page for people's own devices
    RADIUS = "radius"  # the wireless network or the switch said who signed in
    DEVICE = "device"  # the usual user of the device at this address
    NETWORK = "network"  # nobody: the network stands for a group
    NONE = "none"
    AMBIGUOUS = "ambiguous"  # it could be one of several, so it is nobody


@dataclass(frozen=True, slots=True)
class Strength:
    """How firmly a method names a person, and why it stands where it stands in the order."""

    method: Method
    confidence: str
    because: str


# The strongest first. The page docs/reference/identity.md is made of it.
METHODS = (
    Strength(Method.KERBEROS, SURE, "this very request proved it, without a password on the way"),
    Strength(Method.PASSWORD, SURE, "this very request proved it, by what the person knows"),
    Strength(Method.HEADER, SURE, "another proxy of the school proved it for this very request"),
    Strength(Method.PORTAL, SURE, "the person signed in to us from this address, this session"),
    Strength(Method.RADIUS, SURE, "the person signed in to the network, which told us of it"),
    Strength(Method.DEVICE, LIKELY, "the device has a usual user, who may have lent it"),
    Strength(Method.NETWORK, NOBODY, "the place stands for a group, and for nobody in it"),
    Strength(Method.NONE, NOBODY, "nothing is known of the address"),
    Strength(Method.AMBIGUOUS, NOBODY, "it could be one of several people, so it is nobody"),
)
ORDER = {one.method: place for place, one in enumerate(METHODS)}
OF_A_REQUEST = frozenset({Method.KERBEROS.value, Method.PASSWORD.value, Method.HEADER.value})
CONFIDENCE = {one.method.value: one.confidence for one in METHODS}


BEGINNING = datetime.min.replace(tzinfo=UTC)  # of what is written down: it holds at any time
END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Claim:
    """That a person or a device is at an address, who says so, from when until when.

    `person`, `device`: ids of ours, empty where unknown. `until`: from when it says nothing.
    `doubted`: from when nobody has confirmed it for so long that it names nobody any more.
    `shared`: several people use what is there, so it names nobody of them. `mac`: of what is
    at the address, as 02:00:00:aa:bb:cc, where known.
    """

    address: str
    method: Method
    since: datetime
    until: datetime
    person: str = ""
    device: str = ""
    group: str = ""
    room: str = ""
    shared: bool = False
    mac: str = ""
    doubted: datetime | None = None

    def lives(self, now: datetime) -> bool:
        return self.since <= now < self.until

    def is_doubtful(self, now: datetime) -> bool:
        """Whether whoever it names may not be there."""
        return self.is_late(now) or (self.shared and bool(self.person))

    def is_late(self, now: datetime) -> bool:
        return self.doubted is not None and now >= self.doubted


def strongest(claims: Iterable[Claim], now: datetime) -> tuple[Claim, ...]:
    """Return the living claims of the strongest method; none where nothing lives."""
    living = [one for one in claims if one.lives(now)]
    best = min((ORDER[one.method] for one in living), default=0)
    return tuple(one for one in living if ORDER[one.method] == best)


def resolve(claims: Collection[Claim], now: datetime, address: str) -> Subject:
    """Return who is at the address, by all that is claimed of it, in whatever order.

    The strongest firm claims stand. A doubtful one that is as strong, or stronger, stands
    against them, unless they name the same person.
    """
    living = sorted((one for one in claims if one.lives(now)), key=_place)
    naming = [one for one in living if one.person or one.group]
    best = strongest((one for one in naming if not one.is_doubtful(now)), now)
    least = ORDER[best[0].method] if best else len(ORDER)
    people = {one.person for one in best}
    against = [
        one
        for one in naming
        if one.is_doubtful(now) and ORDER[one.method] <= least and one.person not in people
    ]
    groups = {one.group for one in (*best, *against)}
    if against and not best:
        groups.add("")  # it may be anybody
    unclear = bool(against) or len(people) > 1 or (people == {""} and len(groups) > 1)
    return _subject(address, (*best, *against), living, groups, unclear=unclear)


def next_change(claims: Iterable[Claim], now: datetime) -> datetime:
    """Return the next moment at which `resolve` may say something else of these claims."""
    edges = (edge for one in claims for edge in (one.since, one.doubted, one.until) if edge)
    return min((edge for edge in edges if edge > now), default=END)


def confidence(subject: Subject) -> str:
    """Say how sure it is who asked. A device's usual user is likely, and no more than that."""
    return CONFIDENCE.get(subject.method, NOBODY) if subject.person else NOBODY


def _subject(
    address: str,
    deciding: Sequence[Claim],
    living: Sequence[Claim],
    groups: Collection[str],
    *,
    unclear: bool,
) -> Subject:
    group = next(iter(groups)) if len(groups) == 1 else ""
    method = deciding[0].method if deciding else Method.NONE
    since = max((one.since for one in deciding), default=BEGINNING)
    until = min((one.until for one in deciding), default=END)
    return Subject(
        group or UNIDENTIFIED,
        address,
        "" if unclear or not deciding else deciding[0].person,
        next((one.device for one in living if one.device), ""),
        (Method.AMBIGUOUS if unclear else method).value,
        next((one.room for one in living if one.room), ""),
        None if since == BEGINNING else since,
        None if until == END else until,
    )


def _place(claim: Claim) -> tuple[int, bool, datetime, str, str, str]:
    """The order in which claims are read: where two differ, it is the same each time."""
    strength = ORDER[claim.method]
    return strength, not claim.person, claim.since, claim.person, claim.device, claim.room
