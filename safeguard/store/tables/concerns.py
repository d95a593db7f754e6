"""Concerns: what needs a person's eye, what it is made of, and what people said it was."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, maybe_by_staff, of_school, where_set


class ConcernRow(Row):
    """Events of one subject and one family of themes in one spell of time."""

    __tablename__ = "concerns"

    id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), primary_key=True, comment="UUID version 7: sorts by its beginning."
    )
    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id"), comment="The school that this row belongs to."
    )
    subject_kind: Mapped[str] = mapped_column(
        comment="What the subject is: pupil, device, address, or group (a class-wide item)."
    )
    subject: Mapped[str] = mapped_column(comment="people.id, devices.id, an IP address or a group.")
    moved_from: Mapped[str] = mapped_column(
        server_default=text("''"),
        comment="kind:subject as it was found, where a lead said whose it is instead.",
    )
    group: Mapped[str] = mapped_column("group", comment="The group then.")
    family: Mapped[str] = mapped_column(comment="The family of themes.")
    day: Mapped[date] = mapped_column(comment="The school day, in the school's time zone.")
    themes: Mapped[tuple[str, ...]] = mapped_column(comment="The themes that were met.")
    severity: Mapped[int] = mapped_column(comment="0 none to 4 urgent, climbed as its rules say.")
    confidence: Mapped[str] = mapped_column(comment="How sure we are that it is one.")
    identity: Mapped[str] = mapped_column(comment="How sure we are of the subject.")
    care: Mapped[bool] = mapped_column(comment="Whether help was sought: shown as care.")
    why: Mapped[list[str]] = mapped_column(
        comment="The sentences that explain it: no words typed, no name."
    )
    facts: Mapped[bytes] = mapped_column(comment="What its events say, added up, encrypted.")
    fresh: Mapped[bytes | None] = mapped_column(
        comment="The same of what no review has seen, encrypted; empty: all is reviewed."
    )
    reviews: Mapped[bytes | None] = mapped_column(
        comment="Of which facts each review was, encrypted; the reviews themselves: outcomes."
    )
    rules: Mapped[tuple[str, ...]] = mapped_column(comment="The rules that its events were hit by.")
    started_at: Mapped[datetime] = mapped_column(comment="Its first event.")
    last_at: Mapped[datetime] = mapped_column(comment="Its latest event.")
    events: Mapped[int] = mapped_column(comment="How many events it has.")
    count: Mapped[int] = mapped_column(comment="How many requests those events stand for.")
    subjects: Mapped[int] = mapped_column(
        server_default=text("1"), comment="How many subjects: more than 1 in a class-wide item."
    )
    artefact: Mapped[str] = mapped_column(comment="Fingerprint of the rules of its latest event.")
    policy_version: Mapped[str] = mapped_column(comment="The policy of its latest event.")
    built_at: Mapped[datetime] = mapped_column(comment="When it was last built from its events.")
    version: Mapped[int] = mapped_column(
        server_default=text("1"), comment="Grows with every change: of two at once, one is refused."
    )
    standing: Mapped[str] = mapped_column(
        server_default=text("'new'"), comment="new, reviewed, came back or getting worse."
    )
    follows: Mapped[str | None] = mapped_column(
        ForeignKey("concerns.id", ondelete="SET NULL"),
        index=True,
        comment="The reviewed concern that this one continues.",
    )
    opened_at: Mapped[datetime | None] = mapped_column(comment="When a person first looked.")
    opened_by: Mapped[int | None] = maybe_by_staff("Who first looked.")
    owner: Mapped[int | None] = maybe_by_staff("Who has it now; its history: assignments.")
    due_at: Mapped[datetime | None] = mapped_column(comment="When to follow up.")
    snoozed_until: Mapped[datetime | None] = mapped_column(comment="Quiet until then.")
    closed_at: Mapped[datetime | None] = mapped_column(comment="When it was reviewed.")
    context_due_at: Mapped[datetime | None] = mapped_column(
        comment="When to copy the visits around it into its evidence (again); empty: all are."
    )

    __table_args__ = (
        # All that a list is ordered and narrowed by: rows are read of what is shown alone.
        Index(
            "ix_concerns_listed",
            "school_id", "standing", "severity", "last_at", "id", "group", "family", "owner",
            "snoozed_until",
        ),
        Index(None, "school_id", "standing", "built_at", "opened_at"),
        Index(None, "school_id", "family", "day"),
        Index(None, "subject", "started_at"),
        where_set("ix_concerns_closed", "closed_at", "school_id", "standing", "closed_at"),
        where_set("ix_concerns_follow_up", "due_at", "school_id", "standing", "due_at"),
        where_set("ix_concerns_snoozed", "snoozed_until", "school_id", "standing", "snoozed_until"),
        where_set("ix_concerns_to_copy", "context_due_at", "context_due_at"),
    )  # fmt: skip


class ConcernEventRow(Row):
    """Which events a concern is made of. An event may be part of several: one a family."""

    __tablename__ = "concern_events"

    concern_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("concerns.id", ondelete="CASCADE"), primary_key=True,
        comment="The concern.",
    )  # fmt: skip
    event_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("events.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )


class EvidenceRow(Row):
    """What was visited around a concern, copied into it, so that whole days can be dropped."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    concern_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("concerns.id", ondelete="CASCADE"),
        comment="The concern it belongs to (15 minutes on each side), or empty.",
    )
    case_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("cases.id", ondelete="CASCADE"),
        comment="The case it belongs to (the day), or empty.",
    )
    at: Mapped[datetime]
    digest: Mapped[bytes] = mapped_column(
        LargeBinary(16), comment="Keyed, of what is sealed: copied twice, it is kept once."
    )
    sealed: Mapped[bytes] = mapped_column(comment="The visit as it stood, encrypted.")

    __table_args__ = (
        UniqueConstraint("concern_id", "digest"),
        UniqueConstraint("case_id", "digest"),
        Index(None, "concern_id", "at"),
        Index(None, "case_id", "at"),
    )


class FeedbackRow(Row):
    """What a person said of a rule's work: precision is counted from here."""

    __tablename__ = "concern_feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    concern_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("concerns.id", ondelete="SET NULL"),
        index=True,
        comment="About which concern; empty: it is kept no longer, its lesson is.",
    )
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), comment="Who said so.")
    verdict: Mapped[str] = mapped_column(
        comment="real, lesson, another meaning, background, wrong pupil or too broad."
    )
    theme: Mapped[str] = mapped_column(comment="The theme it was about.")
    rule: Mapped[str] = mapped_column(comment="The policy rule or the phrase rule.")
    list: Mapped[str] = mapped_column(comment="The list or phrase set that was hit.")
    undone_at: Mapped[datetime | None] = mapped_column(comment="When it was taken back.")

    __table_args__ = (Index(None, "rule", "verdict"),)
