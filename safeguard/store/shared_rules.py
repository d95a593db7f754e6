"""Rules that one node built, kept in the database for the others: the last three."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.signals import Topic, tell
from safeguard.store.tables.nodes import SharedRulesPartRow, SharedRulesRow

KEPT = 3


@dataclass(frozen=True, slots=True)
class Shared:
    """Rules in the database. The highest number is in force; 0: there are none."""

    number: int = 0
    fingerprint: str = ""
    node: str = ""
    parts: int = 0
    digest: str = ""


def latest(store: Store) -> Shared:
    """Return the rules that are in force for all."""
    query = select(SharedRulesRow).order_by(SharedRulesRow.number.desc()).limit(1)
    with store.reading() as session:
        row = session.scalar(query)
        if row is None:
            return Shared()
        return Shared(row.number, row.fingerprint, row.node, row.parts, row.digest)


def put(store: Store, shared: Shared, parts: Iterable[bytes], now: datetime) -> bool:
    """Put rules in force for all, whole or not at all.

    False where other rules came first: those are to be taken before.
    """
    number = shared.number
    try:
        with store.writing() as session:
            highest = session.scalar(select(func.max(SharedRulesRow.number))) or 0
            if highest != number - 1:
                return False
            row = SharedRulesRow(
                number=number,
                fingerprint=shared.fingerprint,
                node=shared.node,
                at=now,
                parts=0,
                digest=shared.digest,
            )
            session.add(row)
            session.flush()  # a second node's waits here, and is refused
            count = 0
            for count, content in enumerate(parts, 1):
                session.add(SharedRulesPartRow(number=number, part=count - 1, content=content))
                session.flush()
                session.expunge_all()
            which = SharedRulesRow.number == number
            session.execute(update(SharedRulesRow).where(which).values(parts=count))
            session.execute(delete(SharedRulesRow).where(SharedRulesRow.number <= number - KEPT))
            tell(session, Topic.RULES, str(number))
    except IntegrityError:
        return False
    return True


def parts_of(store: Store, shared: Shared) -> Iterator[bytes]:
    """Yield the parts in order, one at a time; one that is gone meanwhile ends it."""
    for part in range(shared.parts):
        with store.reading() as session:
            found = session.get(SharedRulesPartRow, (shared.number, part))
            if found is None:
                return
            yield found.content
