"""All that is kept about one person erased, and a tombstone in the audit chain that says so.

In steps that may be repeated: the person's own row goes last, with the tombstone, so that what
was killed half way is found by its name and done to its end. What staff must keep (a hold, a
case) is not erased: the law of safeguarding records comes before.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from safeguard.core.concerns import Known
from safeguard.problems import UnusableError
from safeguard.store import access_retention, audit, holds, overrides, sessions, unblock_requests
from safeguard.store.removal import Copies, remove, removing
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.store.tables.cases import CaseConcernRow, CasePersonRow, CaseRow
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow, EvidenceRow
from safeguard.store.tables.events import EventRow
from safeguard.store.tables.people import PersonRow

BATCH = 500
RUNS_AT_ONCE = 25  # each may be a row of the chain that says so
WHY = "the person was erased"


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went."""

    visits: int
    concerns: int
    events: int
    details: int


def person_of(store: Store, asked: str) -> PersonRow:
    """Return who is meant: by id, by the school's own number, or by the whole name."""
    with store.reading() as session:
        for column in (PersonRow.id, PersonRow.reference, PersonRow.name):
            found = session.scalars(select(PersonRow).where(column == asked)).all() if asked else []
            if len(found) == 1:
                session.expunge_all()
                return found[0]
            if found:
                raise UnusableError(
                    f"{len(found)} people are called that: give the id instead, one of "
                    f"{', '.join(sorted(one.id for one in found))}."
                )
    raise UnusableError("Nobody of that name, number or id is known: see `safeguard users list`.")


def refuse_where_kept(store: Store, person: str) -> None:
    """Raise UnusableError where something must be kept of the person."""
    if person in holds.people_held(store):
        raise UnusableError(
            "A legal hold names this person or a case of theirs: nothing was erased. Lift it first."
        )
    query = (
        select(CaseRow.reference)
        .join(CasePersonRow, CasePersonRow.case_id == CaseRow.id)
        .where(CasePersonRow.person == person)
        .order_by(CaseRow.reference)
    )
    with store.reading() as session:
        cases = session.scalars(query).all()
    if cases:
        raise UnusableError(
            f"This person is in {len(cases)} cases ({', '.join(cases)}): nothing was erased. Cases "
            "are kept to their own date; whoever decides otherwise takes the person out of them."
        )


def erase(store: Store, person: str, who: str, why: str, now: datetime) -> Erased:
    """Erase what is kept of the person; `who` decided it, and `why` is kept in the tombstone."""
    refuse_where_kept(store, person)
    visits = access_retention.forget(store, person)
    concerns = _remove(
        store, ConcernRow.id, _concerns_of(person), now, who, "concern", EvidenceRow.concern_id
    )
    events = _remove(store, EventRow.id, _events_of(person), now, who, "event")
    details = _erase_details(store, [person], "person", now, who)
    erased = Erased(visits, concerns, events, details)
    with removing(store) as session:
        sessions.forget(session, person)
        unblock_requests.forget_person(session, person)
        overrides.forget_person(session, person)
        session.execute(delete(PersonRow).where(PersonRow.id == person))
        audit.record(session, now, who, "erased", "person", person, {"why": why, **asdict(erased)})
    return erased


def _concerns_of(person: str) -> Select[Any]:
    """The person's concerns, unless they are in somebody else's case."""
    in_a_case = exists().where(CaseConcernRow.concern_id == ConcernRow.id)
    return select(ConcernRow.id).where(
        ConcernRow.subject_kind == Known.PERSON, ConcernRow.subject == person, ~in_a_case
    )


def _events_of(person: str) -> Select[Any]:
    """The person's events, unless a concern that stays is made of them."""
    in_a_case = (
        exists()
        .where(ConcernEventRow.event_id == EventRow.id)
        .where(CaseConcernRow.concern_id == ConcernEventRow.concern_id)
    )
    return select(EventRow.id).where(EventRow.person == person, ~in_a_case)


def _remove(
    store: Store,
    key: InstrumentedAttribute[str],
    query: Select[Any],
    now: datetime,
    who: str,
    kind: str,
    copies: Copies | None = None,
) -> int:
    """Remove these rows, and what the audit chain says of each beyond who, what and when."""

    def ended(session: Session, ids: Sequence[str]) -> None:
        session.execute(delete(key.class_).where(key.in_(ids)))

    gone = 0
    while True:
        with store.reading() as session:
            ids = session.scalars(query.limit(BATCH)).all()
        _erase_details(store, ids, kind, now, who)  # first: afterwards nobody knows the ids
        gone += remove(store, ids, query, ended, copies)
        if len(ids) < BATCH:
            return gone


def _erase_details(store: Store, ids: Sequence[str], kind: str, now: datetime, who: str) -> int:
    query = (
        select(AuditRow.id)
        .join(AuditPayloadRow, AuditPayloadRow.id == AuditRow.id)
        .where(AuditRow.about_kind == kind, AuditRow.about.in_(ids))
        .order_by(AuditRow.id)
    )
    with store.reading() as session:
        rows = session.scalars(query).all()
    gone = 0
    for part in batched(rows, RUNS_AT_ONCE):
        with removing(store) as session:
            gone += audit.erase_payload(session, now, who, part, WHY)
    return gone
