"""Cases: what a person opened about a pupil, and all that people do with cases and concerns."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, by_staff, maybe_by_staff, of_school

ABOUT_ONE = "(concern_id IS NULL) <> (case_id IS NULL)"


def about_concern() -> Mapped[str | None]:
    return mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("concerns.id", ondelete="CASCADE"),
        index=True,
        comment="The concern it is about, or empty.",
    )


def about_case() -> Mapped[str | None]:
    return mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("cases.id", ondelete="CASCADE"),
        index=True,
        comment="The case it is about, or empty.",
    )


class CaseRow(Row):
    """What a person opened. It may hold several concerns and several pupils."""

    __tablename__ = "cases"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    school_id: Mapped[int] = of_school()
    reference: Mapped[str] = mapped_column(String(9), unique=True, comment="What staff say aloud.")
    title: Mapped[bytes] = mapped_column(comment="In the words of who opened it, encrypted.")
    severity: Mapped[int] = mapped_column(comment="0 none to 4 urgent, as a person put it.")
    state: Mapped[str] = mapped_column(server_default=text("'open'"), comment="open or closed.")
    opened_at: Mapped[datetime] = mapped_column(comment="When.")
    opened_by: Mapped[int] = by_staff("By whom.")
    owner: Mapped[int | None] = maybe_by_staff("Who has it now; its history: assignments.")
    due_at: Mapped[datetime | None] = mapped_column(comment="When to follow up.")
    closed_at: Mapped[datetime | None] = mapped_column(comment="When it was closed; empty: open.")
    keep_until: Mapped[datetime | None] = mapped_column(
        comment="From when it may be removed, by its outcome; empty: not decided."
    )
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Grows with every change: of two at once, one is refused."
    )

    __table_args__ = (Index(None, "state", "due_at"),)


class CasePersonRow(Row):
    """Whom a case is about."""

    __tablename__ = "case_people"

    case_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True,
        comment="The case.",
    )  # fmt: skip
    person: Mapped[str] = mapped_column(
        String(32), primary_key=True, index=True, comment="people.id."
    )
    school_id: Mapped[int] = of_school()


class CaseConcernRow(Row):
    """A concern put to a case. Taken out again, the row stays and says so."""

    __tablename__ = "case_concerns"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("cases.id", ondelete="CASCADE"), index=True,
        comment="The case.",
    )  # fmt: skip
    concern_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("concerns.id", ondelete="CASCADE"), comment="The concern."
    )
    at: Mapped[datetime]
    staff_id: Mapped[int] = by_staff("Who put it there.")
    taken_out_at: Mapped[datetime | None] = mapped_column(comment="Empty: it is in the case.")
    taken_out_by: Mapped[int | None] = maybe_by_staff("Who took it out.")

    __table_args__ = (
        Index(None, "concern_id"),
        Index(
            "uq_case_concerns_in",
            "case_id",
            "concern_id",
            unique=True,
            sqlite_where=text("taken_out_at IS NULL"),
            postgresql_where=text("taken_out_at IS NULL"),
        ),
    )


class NoteRow(Row):
    """What a person wrote. Notes are added, never changed."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    concern_id: Mapped[str | None] = about_concern()
    case_id: Mapped[str | None] = about_case()
    at: Mapped[datetime]
    staff_id: Mapped[int] = by_staff("Who wrote it.")
    kind: Mapped[str] = mapped_column(comment="note, action taken, or hand-over.")
    sealed: Mapped[bytes] = mapped_column(comment="The text, encrypted.")

    __table_args__ = (CheckConstraint(ABOUT_ONE, name="ck_notes_about_one"),)


class OutcomeRow(Row):
    """What was concluded. One that is undone stays, and says so."""

    __tablename__ = "outcomes"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    concern_id: Mapped[str | None] = about_concern()
    case_id: Mapped[str | None] = about_case()
    at: Mapped[datetime]
    staff_id: Mapped[int] = by_staff("Who concluded it.")
    outcome: Mapped[str] = mapped_column(
        comment="acted, no action, not a concern, wrong pupil or duplicate."
    )
    reason: Mapped[bytes] = mapped_column(comment="Why, in their words, encrypted.")
    batch: Mapped[str] = mapped_column(
        String(32), server_default=text("''"), index=True, comment="Closed together, undone so."
    )
    undone_at: Mapped[datetime | None] = mapped_column(comment="Empty: it stands.")
    undone_by: Mapped[int | None] = maybe_by_staff("Who undid it.")

    __table_args__ = (CheckConstraint(ABOUT_ONE, name="ck_outcomes_about_one"),)


class AssignmentRow(Row):
    """Who had a concern or a case, from when to when."""

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    concern_id: Mapped[str | None] = about_concern()
    case_id: Mapped[str | None] = about_case()
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), index=True, comment="Who has it from now."
    )
    given_by: Mapped[int] = by_staff("Who gave it to them.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Empty: they have it.")

    __table_args__ = (CheckConstraint(ABOUT_ONE, name="ck_assignments_about_one"),)
