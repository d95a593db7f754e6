"""Contacts and ladders: whom to tell, where, and in which order. Every change is audited."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.events import SCHOOL
from safeguard.core.notices import How, Ladder, OutOfHours, Step
from safeguard.store.audit import record
from safeguard.store.session import Store
from safeguard.store.tables.notices import ContactRow, LadderRow, LadderStepRow
from safeguard.vault import UnsealError, Vault

EVERYONE = "Everyone"
MINUTE = timedelta(minutes=1)
AFTER = (0, 30, 60)  # minutes: the lead, the deputy, the head


class Way(StrEnum):
    """How a contact is reached."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contact is reached. Kept encrypted: an address of Apprise holds its password."""

    address: str
    secret: str = ""
    initials: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone, or a service, that can be told. `place` is None where it cannot be unsealed."""

    id: int
    name: str
    way: Way
    place: Place | None
    active: bool = True
    tested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LadderSpec:
    """A ladder as staff write it, before it has an id."""

    name: str
    groups: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    severity: Severity = Severity.HIGH
    how: How = How.INSTANT
    out_of_hours: OutOfHours = OutOfHours.HOLD
    steps: tuple[Step, ...] = ()


def contacts(store: Store) -> list[Contact]:
    """Return all contacts, by name."""
    with store.reading() as session:
        rows = session.scalars(select(ContactRow).order_by(ContactRow.name, ContactRow.id))
        return [_contact(store.vault, row) for row in rows]


def contact(store: Store, contact_id: int) -> Contact | None:
    with store.reading() as session:
        row = session.get(ContactRow, contact_id)
        return None if row is None else _contact(store.vault, row)


def add(store: Store, name: str, way: Way, place: Place, who: str, now: datetime) -> int:
    """Add a contact; return its id."""
    row = ContactRow(
        school_id=SCHOOL,
        name=name,
        channel=way.value,
        address=store.vault.seal(json.dumps(asdict(place)).encode()),
        active=True,
    )
    with store.writing() as session:
        session.add(row)
        session.flush()
        made = row.id
        record(session, now, who, "added", "contact", str(made), {"name": name, "way": way.value})
    return made


def set_active(store: Store, contact_id: int, who: str, now: datetime, *, active: bool) -> bool:
    """Switch a contact on or off; False where there is none. What was sent to it stays on record."""
    change = update(ContactRow).where(ContactRow.id == contact_id).values(active=active)
    with store.writing() as session:
        if session.scalar(change.returning(ContactRow.id)) is None:
            return False
        what = "switched on" if active else "switched off"
        record(session, now, who, what, "contact", str(contact_id))
        return True


def note_test(store: Store, contact_id: int, now: datetime) -> None:
    """Keep when a test last arrived."""
    with store.writing() as session:
        session.execute(update(ContactRow).where(ContactRow.id == contact_id).values(tested_at=now))


def ladders(store: Store) -> list[Ladder]:
    """Return the ladders in use, with their steps in order."""
    return [
        Ladder(
            number,
            frozenset(one.groups),
            frozenset(one.families),
            one.severity,
            one.how,
            one.out_of_hours,
            one.steps,
        )
        for number, one in named_ladders(store).items()
    ]


def named_ladders(store: Store) -> dict[int, LadderSpec]:
    """Return the same as staff wrote them, by their ids."""
    steps: dict[int, dict[int, list[LadderStepRow]]] = {}
    with store.reading() as session:
        for step in session.scalars(
            select(LadderStepRow).order_by(LadderStepRow.step, LadderStepRow.contact_id)
        ):
            steps.setdefault(step.ladder_id, {}).setdefault(step.step, []).append(step)
        rows = session.scalars(select(LadderRow).where(LadderRow.active).order_by(LadderRow.id))
        return {row.id: _spec(row, steps.get(row.id, {}).values()) for row in rows}


def add_ladder(store: Store, spec: LadderSpec, who: str, now: datetime) -> int:
    """Add a ladder; return its id."""
    with store.writing() as session:
        return _add_ladder(session, spec, who, now)


def set_ladder(store: Store, spec: LadderSpec, who: str, now: datetime) -> int:
    """Put this ladder in the place of the one of its name, or add it; return its id.

    It is one change: nobody is left untold between the two.
    """
    named = select(LadderRow).where(LadderRow.name == spec.name, LadderRow.active)
    with store.writing() as session:
        row = session.scalar(named.order_by(LadderRow.id).limit(1))
        if row is None:
            return _add_ladder(session, spec, who, now)
        for name, value in _columns(spec).items():
            setattr(row, name, value)
        session.execute(delete(LadderStepRow).where(LadderStepRow.ladder_id == row.id))
        session.add_all(_steps(row.id, spec))
        record(session, now, who, "changed", "ladder", str(row.id), _told(spec))
        return row.id


def put_on_ladder(store: Store, contact_id: int, step: int, who: str, now: datetime) -> None:
    """Put a contact on a step (0 first) of the ladder for everyone, which is made if need be."""
    with store.writing() as session:
        ladder = session.scalar(
            select(LadderRow.id).where(LadderRow.name == EVERYONE).order_by(LadderRow.id)
        )
        if ladder is None:
            ladder = _add_ladder(session, LadderSpec(EVERYONE), who, now)
        session.merge(
            LadderStepRow(
                ladder_id=ladder,
                step=step,
                contact_id=contact_id,
                after_minutes=AFTER[min(step, len(AFTER) - 1)],
            )
        )
        told = {"contact": contact_id, "step": step}
        record(session, now, who, "changed", "ladder", str(ladder), told)


def remove_ladder(store: Store, ladder_id: int, who: str, now: datetime) -> bool:
    """Remove a ladder; False where there is none."""
    with store.writing() as session:
        gone = delete(LadderRow).where(LadderRow.id == ladder_id).returning(LadderRow.id)
        if session.scalar(gone) is None:
            return False
        record(session, now, who, "removed", "ladder", str(ladder_id))
        return True


def _add_ladder(session: Session, spec: LadderSpec, who: str, now: datetime) -> int:
    row = LadderRow(school_id=SCHOOL, name=spec.name, active=True, **_columns(spec))
    session.add(row)
    session.flush()
    session.add_all(_steps(row.id, spec))
    record(session, now, who, "added", "ladder", str(row.id), _told(spec))
    return row.id


def _columns(spec: LadderSpec) -> dict[str, Any]:
    return {
        "groups": spec.groups,
        "families": spec.families,
        "severity": spec.severity.value,
        "how": spec.how.value,
        "out_of_hours": spec.out_of_hours.value,
    }


def _steps(ladder: int, spec: LadderSpec) -> list[LadderStepRow]:
    return [
        LadderStepRow(
            ladder_id=ladder, step=number, contact_id=one, after_minutes=step.after // MINUTE
        )
        for number, step in enumerate(spec.steps)
        for one in step.contacts
    ]


def _told(spec: LadderSpec) -> dict[str, object]:
    """Return what the audit chain keeps of it: all that decides who is told of what."""
    steps = [{"contacts": one.contacts, "minutes": one.after // MINUTE} for one in spec.steps]
    told = {"name": spec.name, **_columns(spec), "severity": spec.severity.word}
    return {**told, "steps": steps}


def _contact(vault: Vault, row: ContactRow) -> Contact:
    try:
        place = Place(**json.loads(vault.unseal(row.address)))
    except (UnsealError, ValueError, TypeError):
        place = None
    return Contact(row.id, row.name, Way(row.channel), place, row.active, row.tested_at)


def _spec(row: LadderRow, steps: Iterable[list[LadderStepRow]]) -> LadderSpec:
    made, latest = [], 0
    for step in steps:
        # A later step is never told before an earlier one, whatever was written.
        latest = max(latest, *(one.after_minutes for one in step))
        made.append(Step(tuple(one.contact_id for one in step), latest * MINUTE))
    return LadderSpec(
        row.name,
        row.groups,
        row.families,
        Severity(row.severity),
        How(row.how),
        OutOfHours(row.out_of_hours),
        tuple(made),
    )
