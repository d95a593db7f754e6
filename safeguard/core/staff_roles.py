"""Grants -> what a member of staff may do: `may` answers for everything there is.

The law: without a grant in force nothing; a grant that waits, has ended or has run out equals
none; who is a technician or the set-up account sees no concern through any other grant, except
by breaking the glass. What a grant covers is its school (or the whole trust) and, where it
names groups, those and the groups below them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from safeguard.core.groups import Groups
from safeguard.core.staff_rights import (
    APART,
    BOXED,
    CONFIRMED,
    DEEDS,
    GIVEN,
    MAY,
    SAFEGUARDING,
    SCOPED,
    TITLES,
    Deed,
    Role,
)

MINUTE = timedelta(minutes=1)
GLASS_LASTS = timedelta(minutes=30)
GLASS_LASTS_AT_MOST = timedelta(hours=2)
GLASS_LASTS_AT_LEAST = timedelta(minutes=5)
BOX_AT_MOST = timedelta(days=92)  # an auditor's time: a term


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that someone holds. `school`: None for every school of the trust.

    `groups`: those that it is for; empty: all. `until`: from when it is none; None: no end.
    """

    role: Role
    school: int | None
    since: datetime
    until: datetime | None = None
    groups: frozenset[str] = frozenset()
    confirmed: bool = True
    ended: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Say whether it counts now. A role of named groups that names none counts for nothing."""
        ends = [one for one in (self.until, self.ended) if one is not None]
        begun = self.confirmed or self.role not in CONFIRMED
        boxed = self.until is not None or self.role not in BOXED | {Role.GLASS}
        scoped = bool(self.groups) or self.role not in SCOPED
        return begun and boxed and scoped and self.since <= now and all(now < end for end in ends)


@dataclass(frozen=True, slots=True)
class About:
    """What a deed is about: the school, and the group with those above it, the deepest first.

    No groups: the whole school.
    """

    school: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done, by this role."""

    role: Role


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not be done, and why: a sentence for the one who asks."""

    says: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a deed may go in a school: everyone, or these groups (with those below)."""

    everyone: bool = False
    groups: frozenset[str] = field(default_factory=frozenset)

    @property
    def cut(self) -> frozenset[str] | None:
        """The groups that a list is cut to; None: it is not cut."""
        return None if self.everyone else self.groups


def may(
    grants: Iterable[Grant], deed: Deed, about: About | None, now: datetime
) -> Allowed | Refused:
    """Say whether the holder of these grants may do it. `about` None: to anyone at all."""
    held = counting(grants, deed, now)
    if not held:
        return Refused(f"None of your roles lets you {DEEDS[deed]}.")
    for one in held:
        if about is None or _covers(one, about):
            return Allowed(one.role)
    title = TITLES[held[0].role].lower()
    return Refused(f"As {title} you may {DEEDS[deed]}, but not of this group or school.")


def reach(grants: Iterable[Grant], deed: Deed, school: int, tree: Groups, now: datetime) -> Reach:
    """Return whom a list of this school may show to the holder of these grants."""
    held = [one for one in counting(grants, deed, now) if one.school in {None, school}]
    if any(not one.groups for one in held):
        return Reach(everyone=True)
    return Reach(groups=tree.below(frozenset().union(*(one.groups for one in held))))


def counting(grants: Iterable[Grant], deed: Deed, now: datetime) -> list[Grant]:
    """Return the grants that let this be done: to someone, at least."""
    held = [one for one in grants if one.in_force(now)]
    apart = {one.role for one in held} & APART
    if Role.SETUP in apart:
        held = [one for one in held if one.role is Role.SETUP]
    elif apart and deed in SAFEGUARDING | {Deed.CONFIRM_ROLES}:
        held = [one for one in held if one.role is Role.GLASS]
    elif not apart:  # the glass is for technicians: what is left of it goes with their role
        held = [one for one in held if one.role is not Role.GLASS]
    return [one for one in held if (one.role, deed) in MAY]


def _covers(grant: Grant, about: About) -> bool:
    at_school = grant.school is None or grant.school == about.school
    return at_school and (not grant.groups or not grant.groups.isdisjoint(about.groups))


def problem_with(new: Grant, held: Sequence[Grant], now: datetime) -> str:
    """Say in a sentence why a role cannot be given so; empty where it can.

    `held`: what the account holds already, grants that wait included.
    """
    title = TITLES[new.role]
    if new.role not in GIVEN:
        return "Nobody is given this: a technician breaks the glass."
    if new.until is not None and new.until <= now:
        return "The end lies in the past."
    if new.role in SCOPED and not new.groups:
        return f"{title}: say for which groups. This role is never for the whole school."
    if new.groups and new.role not in SCOPED:
        return f"{title}: this role is for the whole school; leave the groups out."
    return _boxed_badly(new, now) or _kept_apart(new, held, now)


def _boxed_badly(new: Grant, now: datetime) -> str:
    if new.role not in BOXED:
        return ""
    if new.until is None:
        return f"{TITLES[new.role]}: say until when. This role always ends."
    if new.until > now + BOX_AT_MOST:
        return f"{TITLES[new.role]}: {BOX_AT_MOST.days} days at most, then give it anew."
    return ""


def _kept_apart(new: Grant, held: Iterable[Grant], now: datetime) -> str:
    """Say which role that the account holds, or is to hold, does not go with the new one."""
    live = {one.role for one in held if one.ended is None and (not one.until or one.until > now)}
    together = (live | {new.role}) - {Role.GLASS}
    if Role.SETUP in together and together != {Role.SETUP}:
        return "A set-up account manages accounts and does nothing else: use another account."
    sees = {role for role, deed in MAY if deed in SAFEGUARDING | {Deed.CONFIRM_ROLES}}
    if Role.TECHNICIAN in together and together & sees:
        return (
            "Who is technician sees no safeguarding content and gives no such role: "
            "use another account, or end the other role first."
        )
    return ""
