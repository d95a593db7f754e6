"""How long things are kept, and the proof that the filter works."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, by_staff, maybe_by_staff, of_school


class LegalHoldRow(Row):
    """A reason not to remove anything about a person or a case."""

    __tablename__ = "legal_holds"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    person: Mapped[str] = mapped_column(index=True, comment="people.id, or empty: a case.")
    case_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("cases.id"), index=True, comment="Or the case."
    )
    reason: Mapped[bytes] = mapped_column(comment="Why, in their words, encrypted.")
    placed_at: Mapped[datetime] = mapped_column(comment="From when it holds.")
    placed_by: Mapped[int] = by_staff("Who placed it.")
    lifted_at: Mapped[datetime | None] = mapped_column(comment="Empty: it holds.")
    lifted_by: Mapped[int | None] = maybe_by_staff("Who lifted it.")


class RetentionRunRow(Row):
    """What was removed because its time was over."""

    __tablename__ = "retention_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(comment="The class of records, such as access log.")
    before: Mapped[datetime] = mapped_column(comment="What is older was removed.")
    removed: Mapped[int] = mapped_column(comment="How many rows (of the access log: days).")
    held: Mapped[int] = mapped_column(comment="How many stayed because of a hold.")
    took_ms: Mapped[int] = mapped_column(comment="How long it took, in milliseconds.")
    said: Mapped[str] = mapped_column(comment="Empty, or why it was not finished.")


class SelfTestRow(Row):
    """A canary sent through the real path, and what became of it: evidence for a review."""

    __tablename__ = "self_tests"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    run: Mapped[str] = mapped_column(index=True, comment="The run it was part of.")
    at: Mapped[datetime]
    node: Mapped[str] = mapped_column(comment="The machine that was tested.")
    group: Mapped[str] = mapped_column("group", comment="As whom it was tried.")
    route: Mapped[str] = mapped_column(comment="By which way: proxy, dns, a way round …")
    canary: Mapped[str] = mapped_column(comment="What was tried, by its name.")
    expected: Mapped[str] = mapped_column(comment="allow or block.")
    found: Mapped[str] = mapped_column(comment="allow, block, or what went wrong.")
    passed: Mapped[bool] = mapped_column(comment="Whether that was right.")
    took_ms: Mapped[int] = mapped_column(comment="How long it took, in milliseconds.")
    artefact: Mapped[str] = mapped_column(comment="Fingerprint of the rules in force.")

    __table_args__ = (Index(None, "at"),)
