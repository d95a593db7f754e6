"""The school's own entries, and the number that tells workers of changes."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, of_school


class OverlayRow(Row):
    """An address that the school itself allows or blocks."""

    __tablename__ = "overlay_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    address: Mapped[str] = mapped_column(index=True, comment="A host, or host/path.")
    action: Mapped[str] = mapped_column(comment="allow or block.")
    groups: Mapped[tuple[str, ...]] = mapped_column(comment="For whom; empty: everyone.")
    reason: Mapped[str] = mapped_column(comment="Why, in the words of who added it.")
    added_by: Mapped[str] = mapped_column(comment="E-mail address of who added it.")
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(comment="E-mail address of who removed it.")
    removed_at: Mapped[datetime | None] = mapped_column(comment="Empty: in force.")


class GenerationRow(Row):
    """One number that grows with each change of overlay, people, devices or networks."""

    __tablename__ = "generation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
