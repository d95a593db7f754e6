"""The audit chain: every view of a pupil's data and every change, each row chained to the last.

A row holds a salted digest of its payload; payload and salt stand apart, so that erasure can
remove them and the chain still verifies.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row


class AuditRow(Row):
    """A link of the chain. It is never changed and never removed."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 …: none is missing."
    )
    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id"), comment="The school that this row belongs to."
    )
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(comment="staff:ID, or the part of Safeguard that acted.")
    what: Mapped[str] = mapped_column(comment="What was done, a short word: viewed, closed …")
    about_kind: Mapped[str] = mapped_column(comment="What it was done to: person, concern, rule …")
    about: Mapped[str] = mapped_column(comment="The id of what it was done to; no name.")
    digest: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="Of the salt and the payload; stays when those are erased."
    )
    previous: Mapped[bytes] = mapped_column(LargeBinary(32), comment="The hash of the row before.")
    hash: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="Of this row's columns, the previous hash among them."
    )

    __table_args__ = (
        Index(None, "about_kind", "about", "id"),
        Index(None, "what", "about_kind", "id"),
        Index(None, "who", "id"),
        Index(None, "at", "id"),
    )


class AuditPayloadRow(Row):
    """What a link says beyond its columns. Erasure removes the row; the link stays."""

    __tablename__ = "audit_payloads"

    id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("audit_chain.id"), primary_key=True, autoincrement=False
    )
    salt: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="Random: without it, nobody can guess what the digest is of."
    )
    payload: Mapped[bytes] = mapped_column(comment="Before, after, reason: encrypted.")
