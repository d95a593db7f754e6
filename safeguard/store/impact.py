"""What an impact assessment asks of the database, and numbers that tell of no pupil."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, or_, select

from safeguard.core.small_counts import Count, suppressed
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.every import EVERY_TABLE
from safeguard.store.tables.notices import ContactRow
from safeguard.store.tables.people import StaffRow
from safeguard.store.tables.roles import GrantRow


def fields() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Return every table with its columns and what each is for."""
    for table in sorted(EVERY_TABLE.sorted_tables, key=lambda one: one.name):
        yield table.name, [(column.name, column.comment or "") for column in table.c]


def rows(store: Store) -> list[tuple[str, int]]:
    """Return how many rows each table has."""
    with store.reading() as session:
        return [
            (table.name, session.scalar(select(func.count()).select_from(table)) or 0)
            for table in sorted(EVERY_TABLE.sorted_tables, key=lambda one: one.name)
        ]


def staff(store: Store, now: datetime) -> dict[str, int]:
    """Return how many members of staff hold each role."""
    query = (
        select(GrantRow.role, func.count(GrantRow.staff_id.distinct()))
        .join(StaffRow, StaffRow.id == GrantRow.staff_id)
        .where(StaffRow.active, GrantRow.ended_at.is_(None), GrantRow.confirmed_at.is_not(None))
        .where(or_(GrantRow.until.is_(None), GrantRow.until > now))
        .group_by(GrantRow.role)
        .order_by(GrantRow.role)
    )
    with store.reading() as session:
        return {row.role: row[1] for row in session.execute(query)}


def contacts(store: Store) -> dict[str, int]:
    """Return how many contacts are told by each channel."""
    query = (
        select(ContactRow.channel, func.count())
        .where(ContactRow.active)
        .group_by(ContactRow.channel)
        .order_by(ContactRow.channel)
    )
    with store.reading() as session:
        return {row[0]: row[1] for row in session.execute(query)}


def counts(store: Store) -> list[Count]:
    """Return concerns by month, group and family, without those that few pupils make up."""
    found: dict[tuple[str, str, str], tuple[int, set[str]]] = {}
    query = select(ConcernRow.day, ConcernRow.group, ConcernRow.family, ConcernRow.subject)
    with store.reading() as session:
        for day, group, family, subject in session.execute(query):
            events, pupils = found.setdefault((f"{day:%Y-%m}", group, family), (0, set()))
            pupils.add(subject)
            found[f"{day:%Y-%m}", group, family] = (events + 1, pupils)
    return suppressed(
        Count(*key, events, len(pupils)) for key, (events, pupils) in sorted(found.items())
    )
