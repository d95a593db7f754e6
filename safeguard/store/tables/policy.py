"""The policy's versions, and what opens or quietens something for a while: by whom, and why."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, of_school

IN_FORCE = text("state = 'in force'")
OPEN = text("state = 'open'")
BY = "staff:ID, command:ACCOUNT, or a part of Safeguard."


class PolicyVersionRow(Row):
    """A policy as it was written: its document never changes, what becomes of it does."""

    __tablename__ = "policy_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    number: Mapped[int] = mapped_column(comment="Counted within the school.")
    document: Mapped[str] = mapped_column(comment="Its tables, as JSON.")
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the document.")
    reason: Mapped[str] = mapped_column(comment="Why, in the words of its author.")
    author: Mapped[str] = mapped_column(comment=BY)
    made_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    base: Mapped[int] = mapped_column(
        comment="Which version was in force when it was written; 0: the one shipped."
    )
    came_from: Mapped[int | None] = mapped_column(
        comment="Of which earlier version its document is; 0: the one shipped."
    )
    state: Mapped[str] = mapped_column(
        comment="draft, waiting for a second person, in force, replaced or refused."
    )
    weakens: Mapped[list[str]] = mapped_column(comment="Sentences: what it opens or hides.")
    decided_at: Mapped[datetime | None] = mapped_column(comment="When it came in force, or not.")
    decided_by: Mapped[str | None] = mapped_column(comment=BY)
    words: Mapped[str] = mapped_column(comment="What who decided wrote, or empty.")

    __table_args__ = (
        UniqueConstraint("school_id", "number"),
        Index(
            "ix_policy_versions_in_force", "school_id", unique=True,
            sqlite_where=IN_FORCE, postgresql_where=IN_FORCE,
        ),
    )  # fmt: skip


class OverrideRow(Row):
    """A category or a site lifted for a while, for somebody, within the ceiling."""

    __tablename__ = "overrides"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    groups: Mapped[tuple[str, ...]] = mapped_column(comment="For which groups.")
    people: Mapped[tuple[str, ...]] = mapped_column(comment="Or people.id (or devices.id).")
    rooms: Mapped[tuple[str, ...]] = mapped_column(comment="Or for whoever is in these rooms.")
    categories: Mapped[tuple[str, ...]] = mapped_column(comment="What is lifted.")
    site: Mapped[str] = mapped_column(comment="Or one host, or host/path.")
    since: Mapped[datetime] = mapped_column(comment="From when it holds.")
    until: Mapped[datetime] = mapped_column(index=True, comment="When it ends by itself.")
    by: Mapped[str] = mapped_column(comment=BY)
    reason: Mapped[str] = mapped_column(comment="Why, in their words.")
    came_from: Mapped[str] = mapped_column(comment="code, request, or empty.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When it was ended before its end.")
    ended_by: Mapped[str | None] = mapped_column(comment=BY)


class UnblockCodeRow(Row):
    """A code that opens something once, for one pupil of a class. The code itself is not kept."""

    __tablename__ = "unblock_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    hash: Mapped[str] = mapped_column(unique=True, comment="Keyed digest of the code.")
    batch: Mapped[str] = mapped_column(Uuid(as_uuid=False), index=True, comment="Made together.")
    groups: Mapped[tuple[str, ...]] = mapped_column(comment="Who may use it.")
    categories: Mapped[tuple[str, ...]] = mapped_column(comment="What it lifts.")
    site: Mapped[str] = mapped_column(comment="Or one host, or host/path.")
    until: Mapped[datetime] = mapped_column(comment="From when it opens nothing.")
    by: Mapped[str] = mapped_column(comment=BY)
    reason: Mapped[str] = mapped_column(comment="Why, in their words.")
    made_at: Mapped[datetime] = mapped_column(comment="When it was made.")
    used_at: Mapped[datetime | None] = mapped_column(comment="When it was used, once.")
    override_id: Mapped[int | None] = mapped_column(
        ForeignKey("overrides.id", ondelete="SET NULL"), index=True, comment="What it became."
    )


class UnblockTryRow(Row):
    """A code that was typed and was none: so many, and no more are looked at for a while."""

    __tablename__ = "unblock_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    subject: Mapped[str] = mapped_column(comment="Keyed digest of who tried.")
    at: Mapped[datetime] = mapped_column(index=True)


class UnblockRequestRow(Row):
    """A site that people ask for: those who ask for the same one ask together."""

    __tablename__ = "unblock_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    host: Mapped[str] = mapped_column(comment="The host that was blocked.")
    categories: Mapped[tuple[str, ...]] = mapped_column(comment="What it is about, by the lists.")
    made_at: Mapped[datetime] = mapped_column(comment="When it was first asked for.")
    last_at: Mapped[datetime] = mapped_column(comment="When it was asked for last.")
    count: Mapped[int] = mapped_column(comment="How often.")
    state: Mapped[str] = mapped_column(comment="open, approved or refused.")
    scope: Mapped[str] = mapped_column(comment="once, group or all; empty: not approved.")
    groups: Mapped[tuple[str, ...]] = mapped_column(comment="For which groups it was approved.")
    decided_at: Mapped[datetime | None] = mapped_column(index=True, comment="When it was answered.")
    decided_by: Mapped[str | None] = mapped_column(comment=BY)
    words: Mapped[bytes | None] = mapped_column(comment="What those who asked are told, encrypted.")
    override_id: Mapped[int | None] = mapped_column(
        ForeignKey("overrides.id", ondelete="SET NULL"), index=True, comment="What it became."
    )
    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("overlay_entries.id"), index=True, comment="Or the own entry that it became."
    )

    __table_args__ = (
        Index(
            "ix_unblock_requests_open", "school_id", "host", unique=True,
            sqlite_where=OPEN, postgresql_where=OPEN,
        ),
    )  # fmt: skip


class UnblockAskerRow(Row):
    """Who asks, for which page, and why."""

    __tablename__ = "unblock_askers"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    request_id: Mapped[int] = mapped_column(
        ForeignKey("unblock_requests.id", ondelete="CASCADE"), comment="For what."
    )
    subject: Mapped[str] = mapped_column(comment="Keyed digest of who it is: each counts once.")
    person: Mapped[str] = mapped_column(index=True, comment="people.id, or empty.")
    device: Mapped[str] = mapped_column(comment="devices.id, or empty.")
    group: Mapped[str] = mapped_column("group", comment="The group then.")
    at: Mapped[datetime]
    url: Mapped[bytes] = mapped_column(comment="The page, without its query, encrypted.")
    reason: Mapped[bytes] = mapped_column(comment="Why, in their words, encrypted.")

    __table_args__ = (UniqueConstraint("request_id", "subject"), Index(None, "subject", "at"))


class ExemptionRow(Row):
    """A theme that is looked away from, for one group, on one site or for one phrase, until a day."""

    __tablename__ = "concern_exemptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    theme: Mapped[str] = mapped_column(comment="Which theme; never one that can be urgent.")
    group: Mapped[str] = mapped_column("group", comment="For which group.")
    kinds: Mapped[tuple[str, ...]] = mapped_column(comment="In which kinds of text; -: none.")
    up_to: Mapped[int] = mapped_column(comment="1 low to 3 high: nothing more severe.")
    host: Mapped[str] = mapped_column(comment="On which site, or empty: any.")
    phrase: Mapped[bytes | None] = mapped_column(comment="With which phrase, encrypted; or empty.")
    place: Mapped[str] = mapped_column(comment="In which class, or empty: any.")
    since: Mapped[datetime] = mapped_column(comment="From when it holds.")
    until: Mapped[datetime] = mapped_column(index=True, comment="When it ends by itself.")
    reason: Mapped[str] = mapped_column(comment="Why, in the words of who made it.")
    by: Mapped[str] = mapped_column(comment=BY)
    concern_id: Mapped[str | None] = mapped_column(
        Uuid(as_uuid=False),
        ForeignKey("concerns.id", ondelete="SET NULL"),
        index=True,
        comment="Which concern it was made of.",
    )
    replay: Mapped[str] = mapped_column(comment="What it would have hidden, as it was said then.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="When it was ended before its end.")
    ended_by: Mapped[str | None] = mapped_column(comment=BY)
