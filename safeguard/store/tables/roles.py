"""Which member of staff holds which role, and who broke the glass."""

from datetime import datetime

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, maybe_by_staff, of_school


class GrantRow(Row):
    """A role that a member of staff holds, held, or is to hold once it is confirmed."""

    __tablename__ = "grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), index=True, comment="Who holds it."
    )
    role: Mapped[str] = mapped_column(comment="The role's word, such as lead or year-lead.")
    every_school: Mapped[bool] = mapped_column(
        server_default=false(), comment="Whether it is for every school of the trust."
    )
    groups: Mapped[tuple[str, ...]] = mapped_column(comment="For these groups; empty: all.")
    why: Mapped[str] = mapped_column(comment="Why it was given. Nobody writes of a pupil here.")
    since: Mapped[datetime] = mapped_column(comment="From when it counts, once confirmed.")
    until: Mapped[datetime | None] = mapped_column(comment="From when it does not; empty: no end.")
    granted_by: Mapped[int | None] = maybe_by_staff("Who gave it; empty: by command or set-up.")
    confirmed_by: Mapped[int | None] = maybe_by_staff("Who confirmed it, where that was needed.")
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="When; empty: it waits.")
    told_at: Mapped[datetime | None] = mapped_column(comment="When word of it was sent out.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When someone ended it.")
    ended_by: Mapped[int | None] = maybe_by_staff("Who ended it; empty: by command.")


class BreakGlassRow(Row):
    """A spell in which a technician could see safeguarding content. Why is in the audit chain."""

    __tablename__ = "break_glass"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), index=True, comment="Who broke it."
    )
    since: Mapped[datetime] = mapped_column(index=True, comment="From when.")
    until: Mapped[datetime] = mapped_column(comment="It ends by itself then.")
    told_at: Mapped[datetime | None] = mapped_column(comment="When word of it was sent out.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When someone ended it before.")
    ended_by: Mapped[int | None] = maybe_by_staff("Who ended it; empty: by command.")
