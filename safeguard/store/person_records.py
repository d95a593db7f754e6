"""What is known of people, to list and to look at. Special needs are opened for one person alone.

Whoever shows them sees to it that it is a lead who looks, and that the audit says so.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from safeguard.core.events import SCHOOL
from safeguard.problems import UnusableError
from safeguard.store.columns import escaped
from safeguard.store.people import Person
from safeguard.store.rolls import needs_in
from safeguard.store.session import Store
from safeguard.store.tables.cases import CasePersonRow
from safeguard.store.tables.people import DeviceRow, PersonRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people: whose name or group holds the text, of this group alone, who left or not."""

    text: str = ""
    group: str = ""
    left: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known of one person. `needs` are for leads."""

    id: str
    name: str
    group: str
    reference: str
    login: str
    year: str
    form: str
    born: date | None
    source: str
    left_at: datetime | None
    devices: tuple[str, ...]
    needs: tuple[str, ...]


def people(store: Store, wanted: Wanted, limit: int, offset: int = 0) -> list[Person]:
    """Return people by name."""
    like = f"%{escaped(wanted.text)}%"
    query = select(
        PersonRow.id, PersonRow.name, PersonRow.group, PersonRow.reference, PersonRow.login
    ).where(
        PersonRow.school_id == SCHOOL,
        PersonRow.left_at.is_not(None) if wanted.left else PersonRow.left_at.is_(None),
    )
    if wanted.text:
        query = query.where(
            or_(PersonRow.name.ilike(like, escape="\\"), PersonRow.group.ilike(like, escape="\\"))
        )
    if wanted.group:
        query = query.where(PersonRow.group == wanted.group)
    query = query.order_by(PersonRow.name, PersonRow.id).limit(limit).offset(offset)
    with store.reading() as session:
        return [Person(*row) for row in session.execute(query)]


def births(store: Store, case: str) -> list[date | None]:
    """Return when those whom a case is about were born, None where nobody said.

    How long the case is kept is counted from that: see core.retention.keep_until.
    """
    query = (
        select(PersonRow.born)
        .select_from(CasePersonRow)
        .outerjoin(PersonRow, PersonRow.id == CasePersonRow.person)
        .where(CasePersonRow.case_id == case)
    )
    with store.reading() as session:
        return list(session.scalars(query))


def record(store: Store, person: str) -> Record:
    """Return what is known of a person."""
    with store.reading() as session:
        row = session.get(PersonRow, person)
        if row is None:
            raise UnusableError("Nobody of that id is known: see `safeguard users list`.")
        devices = session.scalars(
            select(DeviceRow.address)
            .where(DeviceRow.person_id == person)
            .order_by(DeviceRow.address)
        ).all()
        return Record(
            row.id,
            row.name,
            row.group,
            row.reference,
            row.login,
            row.year,
            row.form,
            row.born,
            row.source,
            row.left_at,
            tuple(devices),
            needs_in(store.vault, row.needs),
        )
