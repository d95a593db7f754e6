"""Word of roles and of broken glass to all who are told of concerns, in the change's transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from safeguard.store.outbox import STAFF, NewMessage, put_within
from safeguard.store.tables.notices import ContactRow


def tell(session: Session, what: str, number: int, now: datetime) -> datetime | None:
    """Put a message to every contact into the outbox; return now, or None where there is nobody.

    All contacts, not those of leads alone: who could be told of a pupil may know who reads of
    pupils. It is urgent: no quiet hour holds it.
    """
    query = select(ContactRow.id, ContactRow.channel).where(ContactRow.active)
    messages = [
        NewMessage(
            f"staff:{what}:{number}:{now.isoformat()}:{one.id}",
            STAFF,
            f"{what}:{number}",
            one.id,
            one.channel,
            now,
            urgent=True,
        )
        for one in session.execute(query)
    ]
    return now if put_within(session, messages, now) else None
