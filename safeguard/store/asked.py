"""Questions of staff that were answered “withheld”: each is an event, and there are few an hour.

Counting and keeping are one transaction, so that no two who ask at once get one answer too many.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from safeguard.core.events import SealedEvent, first_id_at
from safeguard.core.types import Channel
from safeguard.store import audit
from safeguard.store.intake import row_of
from safeguard.store.locks import Lock, one_at_a_time
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow


def asked_since(store: Store, since: datetime) -> int:
    """Return how many such answers were given."""
    with store.reading() as session:
        return _count(session, since)


def keep_within(store: Store, asked: SealedEvent, since: datetime, most: int, who: str) -> bool:
    """Keep that it was asked, unless as many were kept before: then nothing is, and it is False."""
    with store.writing() as session:
        one_at_a_time(session, Lock.SEALED_QUESTIONS)
        if _count(session, since) >= most:
            return False
        session.add(EventRow(**row_of(asked)))
        told = {"by": asked.event.rule, "list": asked.event.list}
        audit.record(session, asked.event.at, who, "asked", "sealed list", asked.event.id, told)
        return True


def _count(session: Session, since: datetime) -> int:
    asked = (EventRow.id >= first_id_at(since), EventRow.channel == Channel.TESTER.value)
    return session.scalar(select(func.count()).where(*asked)) or 0
