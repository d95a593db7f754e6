"""One number that tells every worker that people, devices or the school's entries changed."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from safeguard.store.session import Store
from safeguard.store.tables.rules import GenerationRow

ONLY = 1


def current(store: Store) -> int:
    """Return the number now. Cheap: every worker asks several times a second."""
    with store.reading() as session:
        return session.execute(
            select(GenerationRow.number).where(GenerationRow.id == ONLY)
        ).scalar_one()


def bump(session: Session) -> None:
    """Count one change, in the transaction that makes it."""
    session.execute(
        update(GenerationRow)
        .where(GenerationRow.id == ONLY)
        .values(number=GenerationRow.number + 1)
    )
