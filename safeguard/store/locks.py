"""What only one transaction (or one node) may do at a time, where several share PostgreSQL.

SQLite has one writer anyway. The numbers are any that nothing else uses: one list keeps them apart.
"""

from enum import IntEnum

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session


class Lock(IntEnum):
    """What is locked: the key of PostgreSQL's advisory lock."""

    AUDIT = 0xA0D17  # the end of the audit chain
    SEALED_QUESTIONS = 0x5EA1ED  # the count of questions about sealed lists
    CONCERNS = 0xC04CE24  # which concerns there are, and what is in them
    LEADING = 0x5AFE_1EAD  # a session's: the node that does what one does for all
    POLICY = 0x5AFE_9011C1  # which version is in force, and the number of the next
    UNBLOCKING = 0x5AFE_0CE2  # which sites are asked for, and which codes were used
    ACCESS_DAYS = 0x5AFE_ACCE5  # making and dropping days of the access log
    STAFF = 0x5AFE_57AFF  # who holds which role: the last lead stays
    UPGRADE = 0x5AFE_60A2D  # the schema: one node upgrades, others wait


def one_at_a_time(session: Session | Connection, what: Lock) -> None:
    """Wait until no other transaction holds it, and hold it until this one ends."""
    connection = session.connection() if isinstance(session, Session) else session
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(what)))
