"""Who is told of which concern, and when: ladders, quiet hours, floors.

The law: an urgent concern is due at once, whatever the hour and whatever a ladder says, and
climbs its ladder until someone opens it. Quiet hours only delay. Nobody is told before the
step below was, and nobody twice of the same news. What was told is an argument: the outbox
keeps it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from filter_rules.types import Severity
from safeguard.core.school_hours import SchoolHours

# What is never left out, whatever a ladder says: standards ask for each of these.
FLOORS = frozenset({"self-harm", "exploitation", "extremism", "home", "unlawful"})
STUCK = timedelta(minutes=5)  # a step that nothing reached by then is passed
LONGEST_HOLD = timedelta(days=3)  # a weekend; a holiday holds nothing for weeks
SPACING = timedelta(minutes=10)  # what is not urgent reaches one contact so often at most


class How(StrEnum):
    """Whether someone is told at once, in the digest, or not."""

    INSTANT = "instant"
    DIGEST = "digest"
    NONE = "none"


class OutOfHours(StrEnum):
    """What becomes of a notice, not urgent, while the school is closed."""

    SEND = "send"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to tell where nobody has opened it so long after the first step was told."""

    contacts: tuple[int, ...]
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is told of what, in which order. No groups: all; no families: all."""

    id: int
    groups: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    severity: Severity = Severity.NONE
    how: How = How.INSTANT
    out_of_hours: OutOfHours = OutOfHours.HOLD
    steps: tuple[Step, ...] = ()

    def is_about(self, family: str, group: str) -> bool:
        return (not self.families or family in self.families) and (
            not self.groups or group in self.groups
        )

    @property
    def rank(self) -> tuple[bool, bool, Severity]:
        """How narrow it is: the narrowest that covers a concern is the one that counts."""
        return bool(self.families), bool(self.groups), self.severity


@dataclass(frozen=True, slots=True)
class ToTell:
    """An open concern, as far as notices go.

    `occasion` grows with each review: what comes back is news. `changed_at`: when anything was
    last added; `opened_at`: when a person last looked.
    """

    id: str
    severity: Severity
    family: str
    group: str
    raised_at: datetime
    changed_at: datetime
    opened_at: datetime | None = None
    occasion: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that was put on its way. `arrived`: accepted by the other side."""

    contact: int
    severity: Severity
    at: datetime
    occasion: int = 0
    arrived: bool = False
    failed: bool = False

    def is_lost(self, now: datetime) -> bool:
        return self.failed or (not self.arrived and now - self.at >= STUCK)


@dataclass(frozen=True, slots=True)
class Notice:
    """One concern, for one contact, now. Its key makes it one, however often it is planned."""

    about: str
    contact: int
    step: int
    severity: Severity
    occasion: int
    due_at: datetime

    @property
    def key(self) -> str:
        return f"concern:{self.about}:{self.occasion}:{self.severity.value}:{self.contact}"

    @property
    def urgent(self) -> bool:
        return self.severity is Severity.URGENT


def due_notices(
    concerns: Iterable[ToTell],
    told: Mapping[str, Sequence[Told]],
    ladders: Sequence[Ladder],
    contacts: Collection[int],
    hours: SchoolHours,
    now: datetime,
) -> list[Notice]:
    """Return whom to tell now of these concerns, all of which are open; each key once.

    `contacts` are those that are in use; `told` holds what was put on its way, by concern.
    """
    found: dict[str, Notice] = {}
    for one in concerns:
        heard = [each for each in told.get(one.id, ()) if each.occasion == one.occasion]
        for ladder in ladders_for(one, ladders, contacts):
            for notice in _climb(one, heard, ladder, hours, now):
                found.setdefault(notice.key, notice)
    return list(found.values())


def ladders_for(
    one: ToTell, ladders: Sequence[Ladder], contacts: Collection[int]
) -> tuple[Ladder, ...]:
    """Return the ladders by which someone is told of it at once.

    The narrowest ones count. What is urgent is told by the next wider ones where those have
    nobody, and to everyone there is where no ladder has anybody.
    """
    usable = [_with(ladder, contacts) for ladder in ladders if _covers(ladder, one)]
    if one.severity < Severity.URGENT:
        return tuple(each for each in _narrowest(usable) if each.how is How.INSTANT)
    peopled = [each for each in usable if each.steps]
    everyone = Ladder(0, steps=(Step(tuple(sorted(contacts))),))
    return _narrowest(peopled) or (_with(everyone, contacts),)


def how_told(one: ToTell, ladders: Sequence[Ladder]) -> How:
    """Return how someone is told of it, floors included."""
    if one.severity is Severity.URGENT:
        return How.INSTANT
    chosen = {each.how for each in _narrowest([each for each in ladders if _covers(each, one)])}
    if How.INSTANT in chosen:
        return How.INSTANT
    if How.DIGEST in chosen or one.family in FLOORS or not chosen:
        return How.DIGEST
    return How.NONE


def is_needless(notice: Told, step: int, concern: ToTell | None) -> bool:
    """Say whether nobody needs to be told any more of what still waits to be sent.

    `concern` is None where it is open no longer. Of what is urgent the first step is always told.
    """
    if concern is None:
        return True
    if concern.opened_at is None or concern.opened_at < notice.at:
        return False
    return step > 0 or notice.severity < Severity.URGENT


def spaced(
    notices: Iterable[Notice], latest: Mapping[int, datetime], now: datetime
) -> list[Notice]:
    """Let what is not urgent wait for the rest: one message a contact in each SPACING.

    `latest`: when the last such notice of a contact is (or was) due.
    """
    return [
        one if one.urgent else replace(one, due_at=_slot(latest.get(one.contact), now))
        for one in notices
    ]


def _slot(latest: datetime | None, now: datetime) -> datetime:
    # A clock that was set back must not make anyone wait for long.
    if latest is None or latest > now + SPACING:
        return now
    return latest if latest > now else max(now, latest + SPACING)


def _covers(ladder: Ladder, one: ToTell) -> bool:
    return one.severity >= ladder.severity and ladder.is_about(one.family, one.group)


def _narrowest(ladders: Sequence[Ladder]) -> tuple[Ladder, ...]:
    rank = max((each.rank for each in ladders), default=None)
    return tuple(each for each in ladders if each.rank == rank)


def _with(ladder: Ladder, contacts: Collection[int]) -> Ladder:
    """Return the ladder with the contacts that are in use; a step of none is no step."""
    steps = [
        replace(step, contacts=tuple(one for one in step.contacts if one in contacts))
        for step in ladder.steps
    ]
    return replace(ladder, steps=tuple(step for step in steps if step.contacts))


def _climb(
    one: ToTell, heard: Sequence[Told], ladder: Ladder, hours: SchoolHours, now: datetime
) -> Iterator[Notice]:
    """Tell each step that is reached, the lowest first; stop at the first that is not."""
    if _is_held(one, ladder, hours, now):
        return
    aware = {each.contact for each in heard if each.severity >= one.severity}
    seen = _is_seen(one, heard)
    for number, step in enumerate(ladder.steps):
        if not _is_reached(number, ladder, heard, now):
            return
        if seen and (number > 0 or one.severity < Severity.URGENT):
            return
        for contact in step.contacts:
            if contact not in aware:
                yield Notice(one.id, contact, number, one.severity, one.occasion, now)


def _is_held(one: ToTell, ladder: Ladder, hours: SchoolHours, now: datetime) -> bool:
    return (
        one.severity < Severity.URGENT
        and ladder.out_of_hours is OutOfHours.HOLD
        and not hours.is_open(now)
        and now - one.raised_at < LONGEST_HOLD
    )


def _is_seen(one: ToTell, heard: Sequence[Told]) -> bool:
    """Say whether a person has looked since it became what it is, or since it was told so."""
    if one.opened_at is None:
        return False
    news = [each.at for each in heard if each.severity >= one.severity]
    return one.opened_at >= min([one.changed_at, *news])


def _is_reached(number: int, ladder: Ladder, heard: Sequence[Told], now: datetime) -> bool:
    """Say whether a step's time has come: by the clock, or because those below are out of reach.

    The clock runs from when the first step was told, so that a morning's notice, or one that
    was late, gives the lead the same time as any other.
    """
    if number == 0:
        return True
    first, below = ladder.steps[0].contacts, ladder.steps[number - 1].contacts
    began = min((each.at for each in heard if each.contact in first), default=now)
    if now - began >= ladder.steps[number].after:
        return any(each.contact in below for each in heard)
    lost = {each.contact for each in heard if each.is_lost(now)}
    reached = {each.contact for each in heard if not each.is_lost(now)}
    return lost.issuperset(below) and reached.isdisjoint(below)
