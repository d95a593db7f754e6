"""Verdicts kept, what people concluded about them, and the numbers beside them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, of_school

# As the indexes say it: SQLite uses those of some rows for queries that say it in these words.
FLAGGED = text("flagged")
TO_FOLD = text("flagged AND NOT folded")


class EventRow(Row):
    """A verdict kept. The id sorts by time (UUID version 7), so it is the index by time too."""

    __tablename__ = "events"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id"), comment="The school that this row belongs to."
    )
    reference: Mapped[str] = mapped_column(String(9), comment="What the block page showed.")
    at: Mapped[datetime] = mapped_column(comment="When; of a counted one, the first.")
    last: Mapped[datetime] = mapped_column(comment="Of a counted one, the last.")
    count: Mapped[int] = mapped_column(Integer, comment="How many blocks this stands for.")
    person: Mapped[str] = mapped_column(comment="people.id, or empty: not identified.")
    device: Mapped[str] = mapped_column(comment="devices.id, or empty.")
    address: Mapped[str] = mapped_column(comment="IP address of who asked.")
    group: Mapped[str] = mapped_column("group", comment="The group then.")
    method: Mapped[str] = mapped_column(comment="How the person was found.")
    confidence: Mapped[str] = mapped_column(
        server_default=text("''"), comment="How sure that is: sure, likely, none."
    )
    identified_since: Mapped[datetime | None] = mapped_column(
        comment="From when it was claimed who asks; empty: it is written down."
    )
    identified_until: Mapped[datetime | None] = mapped_column(
        comment="Until when that was claimed."
    )
    channel: Mapped[str] = mapped_column(comment="web or dns.")
    kind: Mapped[str] = mapped_column(comment="search, chat, page; empty: no text was judged.")
    host: Mapped[str] = mapped_column(comment="The host asked for, the first of them.")
    hosts: Mapped[tuple[str, ...]] = mapped_column(comment="Up to 20 hosts of a counted one.")
    category: Mapped[str] = mapped_column(comment="The category that decided.")
    categories: Mapped[tuple[str, ...]] = mapped_column(comment="All that were hit.")
    themes: Mapped[tuple[str, ...]] = mapped_column(comment="theme:severity, worst first.")
    severity: Mapped[int] = mapped_column(comment="0 none to 4 urgent.")
    action: Mapped[str] = mapped_column(comment="allow or block: what was done.")
    flagged: Mapped[bool] = mapped_column(comment="Whether a person should look.")
    reason: Mapped[str] = mapped_column(comment="Why, one of docs/reference/reasons.md.")
    rule: Mapped[str] = mapped_column(comment="The policy rule that decided.")
    list: Mapped[str] = mapped_column(comment="The list that was hit.")
    artefact: Mapped[str] = mapped_column(comment="Fingerprint of the rules in force.")
    policy_version: Mapped[str] = mapped_column(comment="The policy in force.")
    sealed: Mapped[bytes] = mapped_column(comment="URL, words and excerpt, encrypted.")
    reviewed: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether a review stands: not undone."
    )
    folded: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether the concerns know of it."
    )

    __table_args__ = (
        Index(None, "reference"),
        Index(None, "person", "id"),
        # All that the list of flagged ones is narrowed by: rows are read of what is shown alone.
        Index(
            "ix_events_flagged",
            "id",
            "reviewed",
            "severity",
            "group",
            "flagged",  # else SQLite reads the row to see that it is
            sqlite_where=FLAGGED,
            postgresql_where=FLAGGED,
        ),
        Index(
            "ix_events_to_fold",
            "folded",  # or SQLite takes the index of all that are flagged
            "id",
            sqlite_where=TO_FOLD,
            postgresql_where=TO_FOLD,
        ),
    )


class ReviewRow(Row):
    """What a person concluded about an event. Reviews are added, never changed."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    event_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("events.id", ondelete="CASCADE"), index=True
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(comment="What was concluded, a short word.")
    note: Mapped[str] = mapped_column(comment="In the reviewer's words.")


class TallyRow(Row):
    """Numbers without a subject: how often a category was met in an hour."""

    __tablename__ = "tallies"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    writer: Mapped[str] = mapped_column(
        primary_key=True, comment="The worker's run that counted: totals are set, never added."
    )
    school_id: Mapped[int] = of_school()
    count: Mapped[int]


class WordTokenRow(Row):
    """A word of an event, as a keyed token: found again by who knows the word, never read back."""

    __tablename__ = "word_tokens"

    token: Mapped[bytes] = mapped_column(
        LargeBinary(10), primary_key=True, comment="Truncated HMAC of one folded word."
    )
    event_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("events.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )


class BelowThresholdRow(Row):
    """What stayed below the threshold, to rehearse other ones: no words, and nobody's name."""

    __tablename__ = "below_threshold"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    theme: Mapped[str] = mapped_column(primary_key=True, comment="The theme that was nearly met.")
    group: Mapped[str] = mapped_column("group", primary_key=True, comment="The group then.")
    score: Mapped[int] = mapped_column(primary_key=True, comment="Its score, in tenths.")
    writer: Mapped[str] = mapped_column(
        primary_key=True, comment="The worker's run that counted: totals are set, never added."
    )
    school_id: Mapped[int] = of_school()
    count: Mapped[int]
