"""Overrides in the database: lifted by staff, taken up by every worker, ended by the clock.

Whether one may be is decided by core/overrides.py against the policy in force, here and again
each time it is loaded: a ceiling that was lowered meanwhile holds for those that live.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Text, func, select, type_coerce, update
from sqlalchemy.orm import Session

from filter_rules.overlay import canonical_entry
from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.overrides import Override, refusal
from safeguard.core.policy import Who
from safeguard.core.policy_documents import Document
from safeguard.problems import UnusableError
from safeguard.store import audit, generation
from safeguard.store.columns import holding
from safeguard.store.session import Store
from safeguard.store.tables.policy import OverrideRow

MOST_LIVING = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """An override as staff see it. `came_from`: code, request, or empty where staff lifted it."""

    override: Override
    came_from: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""


def lift(
    store: Store,
    wanted: Override,
    document: Document,
    actor: Actor,
    how: str = "",
    school_id: int = SCHOOL,
) -> Override:
    """Lift something for a while, where the ceiling lets it; its number is given here."""
    with store.writing() as session:
        made = add(session, wanted, document, school_id=school_id)
        tell(session, made, actor, how=how)
        return made


def add(
    session: Session,
    wanted: Override,
    document: Document,
    came_from: str = "",
    school_id: int = SCHOOL,
) -> Override:
    """Add an override within the caller's transaction. The caller tells the audit last: see `tell`."""
    if sentence := refusal(wanted, document.policy, document.ceiling):
        raise UnusableError(sentence)
    living = select(func.count()).where(*_living(wanted.since, school_id))
    if (session.scalar(living) or 0) >= MOST_LIVING:
        raise UnusableError(
            f"{MOST_LIVING:,} overrides are in force already. End some of them, or change the policy."
        )
    row = OverrideRow(
        school_id=school_id,
        groups=tuple(sorted(wanted.who.groups)),
        people=tuple(sorted(wanted.who.people)),
        rooms=tuple(sorted(rooms_of(wanted.who))),
        categories=tuple(sorted(wanted.categories)),
        site=(canonical_entry(wanted.site) or "") if wanted.site else "",
        since=wanted.since,
        until=wanted.until,
        by=wanted.by,
        reason=wanted.reason,
        came_from=came_from,
    )
    session.add(row)
    session.flush()
    generation.bump(session)
    return _override(row)


def tell(
    session: Session, made: Override, actor: Actor, came_from: str = "", how: str = ""
) -> None:
    """Tell the audit chain of an override that was added in this transaction."""
    told = {"after": _said(made), "reason": made.reason, "came from": came_from, "how": how}
    audit.record_by(session, actor, "lifted", "override", str(made.id), told)


def end(
    store: Store, number: int, actor: Actor, why: str, how: str = "", school_id: int = SCHOOL
) -> bool:
    """End one before its time; False where none of this number lives."""
    if not why.strip():
        raise UnusableError("Nothing was changed: say why it is ended.")
    ending = (
        update(OverrideRow)
        .where(OverrideRow.id == number, *_living(actor.at, school_id))
        .values(ended_at=actor.at, ended_by=actor.who)
    )
    with store.writing() as session:
        row = session.scalars(ending.returning(OverrideRow)).first()
        if row is None:
            return False
        generation.bump(session)
        told = {"before": _said(_override(row)), "reason": why.strip(), "how": how}
        audit.record_by(session, actor, "ended", "override", str(number), told)
        return True


def living(store: Store, now: datetime, school_id: int = SCHOOL) -> list[Told]:
    """Return those that are not over yet, the one that ends first before the others."""
    query = select(OverrideRow).where(*_living(now, school_id))
    with store.reading() as session:
        return [_told(row) for row in session.scalars(query.order_by(OverrideRow.until))]


def over(store: Store, now: datetime, limit: int = 50, school_id: int = SCHOOL) -> list[Told]:
    """Return those that ended last."""
    query = select(OverrideRow).where(
        OverrideRow.school_id == school_id,
        (OverrideRow.until <= now) | OverrideRow.ended_at.is_not(None),
    )
    with store.reading() as session:
        rows = session.scalars(query.order_by(OverrideRow.until.desc()).limit(limit))
        return [_told(row) for row in rows]


def forget_person(session: Session, person: str) -> None:
    """Take a person out of what was lifted for them; what was for nobody else goes."""
    named = type_coerce(OverrideRow.people, Text()).like(holding(person), escape="\\")
    for row in session.scalars(select(OverrideRow).where(named)):
        row.people = tuple(one for one in row.people if one != person)
        if not (row.people or row.groups or row.rooms):
            session.delete(row)
    generation.bump(session)


def allowed(found: Iterable[Override], document: Document) -> list[Override]:
    """Return those that may still be under the policy that is in force now."""
    return [one for one in found if not refusal(one, document.policy, document.ceiling)]


def who_of(groups: Iterable[str], people: Iterable[str], rooms: Iterable[str]) -> Who:
    """Return whom an override is for."""
    given = {"groups": groups, "people": people} | ({"rooms": rooms} if rooms else {})
    return Who(**{name: frozenset(one) for name, one in given.items()})


def rooms_of(who: Who) -> frozenset[str]:
    rooms: frozenset[str] = getattr(who, "rooms", frozenset())
    return rooms


def from_document(document: Document, above: int) -> list[Override]:
    """Return the overrides of the document itself, numbered so that none is taken for another."""
    return [replace(one, id=above + one.id) for one in document.overrides]


def _living(now: datetime, school_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        OverrideRow.school_id == school_id,
        OverrideRow.ended_at.is_(None),
        OverrideRow.until > now,
    )


def _said(one: Override) -> dict[str, object]:
    return {
        "groups": sorted(one.who.groups),
        "people": sorted(one.who.people),
        "rooms": sorted(rooms_of(one.who)),
        "categories": sorted(one.categories),
        "site": one.site,
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
    }


def _told(row: OverrideRow) -> Told:
    return Told(_override(row), row.came_from, row.ended_at, row.ended_by or "")


def _override(row: OverrideRow) -> Override:
    return Override(
        id=row.id,
        who=who_of(row.groups, row.people, row.rooms),
        since=row.since,
        until=row.until,
        by=row.by,
        reason=row.reason,
        categories=frozenset(row.categories),
        site=row.site,
    )
