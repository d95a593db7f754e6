"""The policy's versions, overrides, unblock codes and requests, and exemptions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BY = "staff:ID, command:ACCOUNT, or a part of Safeguard."
OF_SCHOOL = "The school that this row belongs to."


def upgrade() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False, comment=OF_SCHOOL),
        sa.Column("groups", sa.Text(), nullable=False, comment="For which groups."),
        sa.Column("people", sa.Text(), nullable=False, comment="Or people.id (or devices.id)."),
        sa.Column("rooms", sa.Text(), nullable=False, comment="Or for whoever is in these rooms."),
        sa.Column("categories", sa.Text(), nullable=False, comment="What is lifted."),
        sa.Column("site", sa.Text(), nullable=False, comment="Or one host, or host/path."),
        sa.Column(
            "since", sa.DateTime(timezone=True), nullable=False, comment="From when it holds."
        ),
        sa.Column(
            "until", sa.DateTime(timezone=True), nullable=False, comment="When it ends by itself."
        ),
        sa.Column("by", sa.Text(), nullable=False, comment=BY),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, in their words."),
        sa.Column("came_from", sa.Text(), nullable=False, comment="code, request, or empty."),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was ended before its end.",
        ),
        sa.Column("ended_by", sa.Text(), nullable=True, comment=BY),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_overrides_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
    )
    op.create_index("ix_overrides_school_id", "overrides", ["school_id"])
    op.create_index("ix_overrides_until", "overrides", ["until"])
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False, comment=OF_SCHOOL),
        sa.Column("number", sa.Integer(), nullable=False, comment="Counted within the school."),
        sa.Column("document", sa.Text(), nullable=False, comment="Its tables, as JSON."),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the document."),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, in the words of its author."),
        sa.Column("author", sa.Text(), nullable=False, comment=BY),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "base",
            sa.Integer(),
            nullable=False,
            comment="Which version was in force when it was written; 0: the one shipped.",
        ),
        sa.Column(
            "came_from",
            sa.Integer(),
            nullable=True,
            comment="Of which earlier version its document is; 0: the one shipped.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="draft, waiting for a second person, in force, replaced or refused.",
        ),
        sa.Column(
            "weakens", sa.JSON(), nullable=False, comment="Sentences: what it opens or hides."
        ),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it came in force, or not.",
        ),
        sa.Column("decided_by", sa.Text(), nullable=True, comment=BY),
        sa.Column("words", sa.Text(), nullable=False, comment="What who decided wrote, or empty."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_policy_versions_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_versions"),
        sa.UniqueConstraint("school_id", "number", name="uq_policy_versions_school_id_number"),
    )
    op.create_index(
        "ix_policy_versions_in_force",
        "policy_versions",
        ["school_id"],
        unique=True,
        sqlite_where=sa.text("state = 'in force'"),
        postgresql_where=sa.text("state = 'in force'"),
    )
    op.create_index("ix_policy_versions_school_id", "policy_versions", ["school_id"])
    op.create_table(
        "unblock_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False, comment=OF_SCHOOL),
        sa.Column("subject", sa.Text(), nullable=False, comment="Keyed digest of who tried."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_unblock_tries_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unblock_tries"),
    )
    op.create_index("ix_unblock_tries_at", "unblock_tries", ["at"])
    op.create_index("ix_unblock_tries_school_id", "unblock_tries", ["school_id"])
    op.create_table(
        "unblock_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False, comment=OF_SCHOOL),
        sa.Column("hash", sa.Text(), nullable=False, comment="Keyed digest of the code."),
        sa.Column("batch", sa.Uuid(as_uuid=False), nullable=False, comment="Made together."),
        sa.Column("groups", sa.Text(), nullable=False, comment="Who may use it."),
        sa.Column("categories", sa.Text(), nullable=False, comment="What it lifts."),
        sa.Column("site", sa.Text(), nullable=False, comment="Or one host, or host/path."),
        sa.Column(
            "until",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="From when it opens nothing.",
        ),
        sa.Column("by", sa.Text(), nullable=False, comment=BY),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, in their words."),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "used_at", sa.DateTime(timezone=True), nullable=True, comment="When it was used, once."
        ),
        sa.Column("override_id", sa.Integer(), nullable=True, comment="What it became."),
        sa.ForeignKeyConstraint(
            ["override_id"],
            ["overrides.id"],
            name="fk_unblock_codes_override_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_unblock_codes_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unblock_codes"),
        sa.UniqueConstraint("hash", name="uq_unblock_codes_hash"),
    )
    op.create_index("ix_unblock_codes_batch", "unblock_codes", ["batch"])
    op.create_index("ix_unblock_codes_override_id", "unblock_codes", ["override_id"])
    op.create_index("ix_unblock_codes_school_id", "unblock_codes", ["school_id"])
    op.create_table(
        "unblock_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False, comment=OF_SCHOOL),
        sa.Column("host", sa.Text(), nullable=False, comment="The host that was blocked."),
        sa.Column(
            "categories", sa.Text(), nullable=False, comment="What it is about, by the lists."
        ),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was first asked for.",
        ),
        sa.Column(
            "last_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was asked for last.",
        ),
        sa.Column("count", sa.Integer(), nullable=False, comment="How often."),
        sa.Column("state", sa.Text(), nullable=False, comment="open, approved or refused."),
        sa.Column(
            "scope", sa.Text(), nullable=False, comment="once, group or all; empty: not approved."
        ),
        sa.Column("groups", sa.Text(), nullable=False, comment="For which groups it was approved."),
        sa.Column(
            "decided_at", sa.DateTime(timezone=True), nullable=True, comment="When it was answered."
        ),
        sa.Column("decided_by", sa.Text(), nullable=True, comment=BY),
        sa.Column(
            "words",
            sa.LargeBinary(),
            nullable=True,
            comment="What those who asked are told, encrypted.",
        ),
        sa.Column("override_id", sa.Integer(), nullable=True, comment="What it became."),
        sa.Column(
            "entry_id", sa.Integer(), nullable=True, comment="Or the own entry that it became."
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["overlay_entries.id"], name="fk_unblock_requests_entry_id"
        ),
        sa.ForeignKeyConstraint(
            ["override_id"],
            ["overrides.id"],
            name="fk_unblock_requests_override_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name="fk_unblock_requests_school_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_unblock_requests"),
    )
    op.create_index("ix_unblock_requests_decided_at", "unblock_requests", ["decided_at"])
    op.create_index("ix_unblock_requests_entry_id", "unblock_requests", ["entry_id"])
    op.create_index(
        "ix_unblock_requests_open",
        "unblock_requests",
        ["school_id", "host"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_unblock_requests_override_id", "unblock_requests", ["override_id"])
    op.create_index("ix_unblock_requests_school_id", "unblock_requests", ["school_id"])
    op.create_table(
        "concern_exemptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False, comment=OF_SCHOOL),
        sa.Column(
            "theme", sa.Text(), nullable=False, comment="Which theme; never one that can be urgent."
        ),
        sa.Column("group", sa.Text(), nullable=False, comment="For which group."),
        sa.Column("kinds", sa.Text(), nullable=False, comment="In which kinds of text; -: none."),
        sa.Column(
            "up_to", sa.Integer(), nullable=False, comment="1 low to 3 high: nothing more severe."
        ),
        sa.Column("host", sa.Text(), nullable=False, comment="On which site, or empty: any."),
        sa.Column(
            "phrase",
            sa.LargeBinary(),
            nullable=True,
            comment="With which phrase, encrypted; or empty.",
        ),
        sa.Column("place", sa.Text(), nullable=False, comment="In which class, or empty: any."),
        sa.Column(
            "since", sa.DateTime(timezone=True), nullable=False, comment="From when it holds."
        ),
        sa.Column(
            "until", sa.DateTime(timezone=True), nullable=False, comment="When it ends by itself."
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why, in the words of who made it."),
        sa.Column("by", sa.Text(), nullable=False, comment=BY),
        sa.Column(
            "concern_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="Which concern it was made of.",
        ),
        sa.Column(
            "replay",
            sa.Text(),
            nullable=False,
            comment="What it would have hidden, as it was said then.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was ended before its end.",
        ),
        sa.Column("ended_by", sa.Text(), nullable=True, comment=BY),
        sa.ForeignKeyConstraint(
            ["concern_id"],
            ["concerns.id"],
            name="fk_concern_exemptions_concern_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name="fk_concern_exemptions_school_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_concern_exemptions"),
    )
    op.create_index("ix_concern_exemptions_concern_id", "concern_exemptions", ["concern_id"])
    op.create_index("ix_concern_exemptions_school_id", "concern_exemptions", ["school_id"])
    op.create_index("ix_concern_exemptions_until", "concern_exemptions", ["until"])
    op.create_table(
        "unblock_askers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False, comment=OF_SCHOOL),
        sa.Column("request_id", sa.Integer(), nullable=False, comment="For what."),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="Keyed digest of who it is: each counts once.",
        ),
        sa.Column("person", sa.Text(), nullable=False, comment="people.id, or empty."),
        sa.Column("device", sa.Text(), nullable=False, comment="devices.id, or empty."),
        sa.Column("group", sa.Text(), nullable=False, comment="The group then."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "url",
            sa.LargeBinary(),
            nullable=False,
            comment="The page, without its query, encrypted.",
        ),
        sa.Column(
            "reason", sa.LargeBinary(), nullable=False, comment="Why, in their words, encrypted."
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["unblock_requests.id"],
            name="fk_unblock_askers_request_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_unblock_askers_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unblock_askers"),
        sa.UniqueConstraint("request_id", "subject", name="uq_unblock_askers_request_id_subject"),
    )
    op.create_index("ix_unblock_askers_person", "unblock_askers", ["person"])
    op.create_index("ix_unblock_askers_school_id", "unblock_askers", ["school_id"])
    op.create_index("ix_unblock_askers_subject_at", "unblock_askers", ["subject", "at"])


def downgrade() -> None:
    for table in (
        "unblock_askers",
        "concern_exemptions",
        "unblock_requests",
        "unblock_codes",
        "unblock_tries",
        "policy_versions",
        "overrides",
    ):
        op.drop_table(table)
