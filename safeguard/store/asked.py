"""Questions of staff that were answered “withheld”: each is an event, and there are few an hour.

Counting and keeping are one transaction, so that no two who ask at once get one answer too many.
"""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from safeguard.core.events import SealedEvent, first_id_at
from safeguard.core.types import Channel
from safeguard.store.intake import row_of
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow


def asked_since(store: Store, since: datetime) -> int:
    """Return how many such answers were given."""
    with store.reading() as session:
        return _count(session, since)


def keep_within(store: Store, asked: SealedEvent, since: datetime, most: int) -> bool:
    """Keep that it was asked, unless as many were kept before: then nothing is, and it is False."""
    with store.writing() as session:
        if _count(session, since) >= most:
            return False
        session.add(EventRow(**row_of(asked)))
        return True


def _count(session: Session, since: datetime) -> int:
    return session.scalar(_asked(since)) or 0


def _asked(since: datetime) -> Select[tuple[int]]:
    return select(func.count()).where(
        EventRow.id >= first_id_at(since), EventRow.channel == Channel.TESTER.value
    )
