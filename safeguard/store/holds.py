"""Legal holds: whom and what nothing may be removed of, until somebody lifts it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, union, update

from safeguard.core.concerns import Known
from safeguard.core.events import SCHOOL
from safeguard.store import audit
from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseConcernRow, CasePersonRow, CaseRow
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.keeping import LegalHoldRow

_HOLDS = LegalHoldRow.lifted_at.is_(None)
_PEOPLE = select(LegalHoldRow.person).where(_HOLDS, LegalHoldRow.person != "")
_CASES = select(LegalHoldRow.case_id).where(_HOLDS, LegalHoldRow.case_id.is_not(None))

# A hold on a person holds their cases, and a hold on a case its people.
PEOPLE: Select[str] = select(
    union(
        _PEOPLE, select(CasePersonRow.person).where(CasePersonRow.case_id.in_(_CASES))
    ).subquery().c.person
)  # fmt: skip
CASES: Select[str] = select(
    union(
        _CASES, select(CasePersonRow.case_id).where(CasePersonRow.person.in_(_PEOPLE))
    ).subquery().c.case_id
)  # fmt: skip
CONCERNS: Select[str] = select(ConcernRow.id).where(
    or_(
        and_(ConcernRow.subject_kind == Known.PERSON, ConcernRow.subject.in_(PEOPLE)),
        ConcernRow.id.in_(
            select(CaseConcernRow.concern_id).where(CaseConcernRow.case_id.in_(CASES))
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that stands, on a person (their id) or on a case (its reference)."""

    number: int
    placed_at: datetime
    person: str
    case: str


def place(
    store: Store,
    staff_id: int,
    reason: str,
    now: datetime,
    person: str = "",
    case_id: str = "",
    how: str = "",
) -> int:
    """Hold all that is kept of a person, or of a case; return the number of the hold."""
    if bool(person) == bool(case_id):
        raise ValueError("a hold is on a person or on a case")
    with store.writing() as session:
        row = LegalHoldRow(
            school_id=SCHOOL,
            person=person,
            case_id=case_id or None,
            reason=store.vault.seal(reason.encode()),
            placed_at=now,
            placed_by=staff_id,
        )
        session.add(row)
        session.flush()
        kind, about = ("person", person) if person else ("case", case_id)
        told = {"hold": row.id, "how": how}
        audit.record(session, now, f"staff:{staff_id}", "held", kind, about, told)
        return row.id


def lift(
    store: Store, hold: int, staff_id: int, now: datetime, why: str = "", how: str = ""
) -> bool:
    """Lift a hold; False where it does not hold (any more)."""
    lifting = update(LegalHoldRow).where(LegalHoldRow.id == hold, _HOLDS)
    with store.writing() as session:
        found = session.execute(
            lifting.values(lifted_at=now, lifted_by=staff_id).returning(
                LegalHoldRow.person, LegalHoldRow.case_id
            )
        ).first()
        if found is None:
            return False
        kind, about = ("person", found.person) if found.person else ("case", found.case_id)
        told = {"hold": hold, "why": why, "how": how}
        audit.record(session, now, f"staff:{staff_id}", "lifted", kind, about, told)
        return True


def standing(store: Store) -> list[Hold]:
    """Return the holds that stand, the oldest first."""
    query = (
        select(LegalHoldRow, CaseRow.reference)
        .outerjoin(CaseRow, CaseRow.id == LegalHoldRow.case_id)
        .where(_HOLDS)
        .order_by(LegalHoldRow.id)
    )
    with store.reading() as session:
        return [
            Hold(row.id, row.placed_at, row.person, case or "")
            for row, case in session.execute(query)
        ]


def people_held(store: Store) -> set[str]:
    """Return the ids of the people of whom nothing may be removed."""
    with store.reading() as session:
        return set(session.scalars(PEOPLE))


def concerns_held(store: Store) -> set[str]:
    """Return the ids of the concerns of which nothing may be removed."""
    with store.reading() as session:
        return set(session.scalars(CONCERNS))


def cases_held(store: Store) -> set[str]:
    """Return the ids of the cases of which nothing may be removed."""
    with store.reading() as session:
        return set(session.scalars(CASES))
