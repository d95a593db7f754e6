"""Searches that a member of staff keeps: they may name a pupil, so they are encrypted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from safeguard.core.events import SCHOOL
from safeguard.problems import UnusableError
from safeguard.store.case_lists import opened
from safeguard.store.session import Store
from safeguard.store.tables.case_work import SavedSearchRow

MOST = 30
LONGEST_NAME = 60
LONGEST_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search by its name; `query` is what the address holds after its question mark."""

    id: int
    name: str
    query: str


def keep(store: Store, staff_id: int, name: str, query: str, now: datetime) -> int:
    """Keep a search for this member of staff; return its number."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise UnusableError(f"Give the search a name of at most {LONGEST_NAME} characters.")
    if not query or len(query) > LONGEST_QUERY:
        raise UnusableError("There is nothing to keep: choose what to look for first.")
    with store.writing() as session:
        many = select(func.count()).where(SavedSearchRow.staff_id == staff_id)
        if (session.scalar(many) or 0) >= MOST:
            raise UnusableError(f"You keep {MOST} searches: let one go first.")
        row = SavedSearchRow(
            school_id=SCHOOL,
            staff_id=staff_id,
            at=now,
            name=store.vault.seal(name.strip().encode()),
            query=store.vault.seal(query.encode()),
        )
        session.add(row)
        session.flush()
        return row.id


def of_staff(store: Store, staff_id: int) -> list[SavedSearch]:
    """Return the searches that someone keeps; those that cannot be opened are left out."""
    query = select(SavedSearchRow).where(SavedSearchRow.staff_id == staff_id)
    found = []
    with store.reading() as session:
        for row in session.scalars(query.order_by(SavedSearchRow.id)):
            name, readable = opened(store.vault, row.name)
            if readable:
                found.append(SavedSearch(row.id, name, opened(store.vault, row.query)[0]))
    return found


def let_go(store: Store, staff_id: int, number: int) -> bool:
    """Let a search of one's own go; False where there is none."""
    mine = SavedSearchRow.id == number, SavedSearchRow.staff_id == staff_id
    with store.writing() as session:
        gone = delete(SavedSearchRow).where(*mine).returning(SavedSearchRow.id)
        return session.scalar(gone) is not None
