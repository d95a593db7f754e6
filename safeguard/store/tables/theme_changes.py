"""What the school changed of the themes."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.policy import BY
from safeguard.store.tables.row import Row, of_school


class ThemeChangeRow(Row):
    """A phrase of the school's own, one that weighs less, or one that a group is exempt from."""

    __tablename__ = "theme_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    way: Mapped[str] = mapped_column(comment="add, weaken or exempt.")
    theme: Mapped[str] = mapped_column(comment="Which theme.")
    pattern: Mapped[str] = mapped_column(comment="Which phrase, as it is written in a theme.")
    weight: Mapped[float] = mapped_column(comment="What it weighs from then on; 0 of exempt.")
    group: Mapped[str] = mapped_column("group", comment="Which group is exempt; or empty.")
    reason: Mapped[str] = mapped_column(comment="Why, in the words of who made it.")
    by: Mapped[str] = mapped_column(comment=BY)
    at: Mapped[datetime] = mapped_column(comment="When it was made.")
    ended_at: Mapped[datetime | None] = mapped_column(index=True, comment="When it was taken back.")
    ended_by: Mapped[str | None] = mapped_column(comment=BY)
