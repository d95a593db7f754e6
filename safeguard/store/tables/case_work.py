"""What hangs on a case: what is to be done, papers, who alone may read it, what was merged into it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, by_staff, maybe_by_staff, of_school


def of_case(comment: str = "The case.") -> Mapped[str]:
    return mapped_column(
        Uuid(as_uuid=False), ForeignKey("cases.id", ondelete="CASCADE"), index=True, comment=comment
    )


class CaseActionRow(Row):
    """What somebody is to do in a case. Done, it stays and says so."""

    __tablename__ = "case_actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    case_id: Mapped[str] = of_case()
    at: Mapped[datetime]
    staff_id: Mapped[int] = by_staff("Who wrote it down.")
    owner: Mapped[int] = by_staff("Who is to do it.")
    due_at: Mapped[datetime] = mapped_column(comment="By when.")
    sealed: Mapped[bytes] = mapped_column(comment="What is to be done, encrypted.")
    done_at: Mapped[datetime | None] = mapped_column(comment="Empty: it is still to be done.")
    done_by: Mapped[int | None] = maybe_by_staff("Who said that it is done.")

    __table_args__ = (Index(None, "done_at", "due_at"),)


class CaseFileRow(Row):
    """A paper put to a case. Taken away, its content goes and the row stays."""

    __tablename__ = "case_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    case_id: Mapped[str] = of_case()
    at: Mapped[datetime]
    staff_id: Mapped[int] = by_staff("Who put it there.")
    kind: Mapped[str] = mapped_column(comment="What it is, by its content: a media type.")
    size: Mapped[int] = mapped_column(comment="How many bytes.")
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), comment="Of the content.")
    name: Mapped[bytes] = mapped_column(comment="The file's name, encrypted.")
    sealed: Mapped[bytes | None] = mapped_column(
        comment="The content, encrypted; empty: it was taken away."
    )
    removed_at: Mapped[datetime | None] = mapped_column(comment="When it was taken away.")
    removed_by: Mapped[int | None] = maybe_by_staff("By whom.")


class CaseReaderRow(Row):
    """Who may read a restricted case, beside who has it. A case without such rows is not one."""

    __tablename__ = "case_readers"

    case_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True,
        comment="The case.",
    )  # fmt: skip
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, comment="Who may read it."
    )
    school_id: Mapped[int] = of_school()
    at: Mapped[datetime]
    given_by: Mapped[int] = by_staff("Who said so.")


class CaseMergeRow(Row):
    """That a case became part of another. Undone, the row stays and says so."""

    __tablename__ = "case_merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    case_id: Mapped[str] = of_case("The case that became part of another.")
    into_id: Mapped[str] = of_case("The case that it became part of.")
    at: Mapped[datetime]
    staff_id: Mapped[int] = by_staff("Who merged them.")
    concerns: Mapped[list[str]] = mapped_column(comment="The concerns that came with it.")
    people: Mapped[list[str]] = mapped_column(comment="The people who came with it.")
    undone_at: Mapped[datetime | None] = mapped_column(comment="Empty: it stands.")
    undone_by: Mapped[int | None] = maybe_by_staff("Who undid it.")


class SavedSearchRow(Row):
    """A search that a member of staff keeps for another day."""

    __tablename__ = "saved_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), index=True, comment="Whose it is."
    )
    at: Mapped[datetime]
    name: Mapped[bytes] = mapped_column(comment="What they call it, encrypted.")
    query: Mapped[bytes] = mapped_column(comment="What is looked for, encrypted.")
