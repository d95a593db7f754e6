"""The first schema: schools, people, staff, the school's own entries, events and their reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "schools",
    "generation",
    "people",
    "devices",
    "networks",
    "staff",
    "setup_tokens",
    "overlay_entries",
    "events",
    "reviews",
    "tallies",
    "spool_positions",
    "refused_records",
)


def upgrade() -> None:
    _schools()
    _people()
    _staff()
    _overlay()
    _events()
    _spools()
    op.execute("INSERT INTO schools (id, name) VALUES (1, 'Our school')")
    op.execute("INSERT INTO generation (id, number) VALUES (1, 1)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _schools() -> None:
    op.create_table(
        "schools",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="The name that staff read."),
        sa.PrimaryKeyConstraint("id", name="pk_schools"),
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_generation"),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False, comment="Random: no name."),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="As the school writes it."),
        sa.Column("group", sa.Text(), nullable=False, comment="The group whose policy applies."),
        sa.Column(
            "reference",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="The school's own number for this person, if any.",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_people_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_name", "people", ["name"], unique=False)
    op.create_index("ix_people_school_id", "people", ["school_id"], unique=False)
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=32), nullable=False, comment="Random: no name."),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("address", sa.Text(), nullable=False, comment="Its IP address, in one spelling."),
        sa.Column("name", sa.Text(), nullable=False, comment="What staff call it."),
        sa.Column("person_id", sa.String(length=32), nullable=True, comment="Its usual user."),
        sa.Column(
            "group",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="The group where it has no usual user.",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_devices_person_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_devices_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
        sa.UniqueConstraint("address", name="uq_devices_address"),
    )
    op.create_index("ix_devices_person_id", "devices", ["person_id"], unique=False)
    op.create_index("ix_devices_school_id", "devices", ["school_id"], unique=False)
    op.create_table(
        "networks",
        sa.Column("cidr", sa.Text(), nullable=False, comment="Such as 10.20.0.0/16."),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("group", sa.Text(), nullable=False, comment="The group of who asks from there."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_networks_school_id"),
        sa.PrimaryKeyConstraint("cidr", name="pk_networks"),
    )
    op.create_index("ix_networks_school_id", "networks", ["school_id"], unique=False)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "email", sa.Text(), nullable=False, comment="Lower case; what they sign in with."
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Shown beside what they did."),
        sa.Column("password", sa.Text(), nullable=False, comment="A hash, never the password."),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Whether they may sign in."),
        sa.Column(
            "fs_uniquifier",
            sa.Text(),
            nullable=False,
            comment="Ends every session of theirs when changed.",
        ),
        sa.Column("roles", sa.Text(), nullable=False, comment="lead, technician."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the account was made.",
        ),
        sa.Column(
            "last_login_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The sign-in before this one.",
        ),
        sa.Column(
            "current_login_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The latest sign-in.",
        ),
        sa.Column("last_login_ip", sa.Text(), nullable=True, comment="From where, the one before."),
        sa.Column("current_login_ip", sa.Text(), nullable=True, comment="From where, the latest."),
        sa.Column("login_count", sa.Integer(), nullable=True, comment="How often they signed in."),
        sa.Column("tf_primary_method", sa.Text(), nullable=True, comment="The second factor used."),
        sa.Column(
            "tf_totp_secret", sa.Text(), nullable=True, comment="Sealed by the site's own key."
        ),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True, comment="One-time codes left."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_staff_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_staff_fs_uniquifier"),
    )
    op.create_index("ix_staff_school_id", "staff", ["school_id"], unique=False)
    op.create_table(
        "setup_tokens",
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256; the token is not kept."),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "staff_id",
            sa.Integer(),
            nullable=True,
            comment="Whose new password it is for; empty: the first accounts.",
        ),
        sa.Column(
            "expires",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="From when it opens nothing.",
        ),
        sa.Column(
            "used_at", sa.DateTime(timezone=True), nullable=True, comment="When it was used, once."
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_setup_tokens_school_id"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_setup_tokens_staff_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name="pk_setup_tokens"),
    )
    op.create_index("ix_setup_tokens_school_id", "setup_tokens", ["school_id"], unique=False)
    op.create_index("ix_setup_tokens_staff_id", "setup_tokens", ["staff_id"], unique=False)


def _overlay() -> None:
    op.create_table(
        "overlay_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("address", sa.Text(), nullable=False, comment="A host, or host/path."),
        sa.Column("action", sa.Text(), nullable=False, comment="allow or block."),
        sa.Column("groups", sa.Text(), nullable=False, comment="For whom; empty: everyone."),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="Why, in the words of who added it."
        ),
        sa.Column("added_by", sa.Text(), nullable=False, comment="E-mail address of who added it."),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "removed_by", sa.Text(), nullable=True, comment="E-mail address of who removed it."
        ),
        sa.Column(
            "removed_at", sa.DateTime(timezone=True), nullable=True, comment="Empty: in force."
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_overlay_entries_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_overlay_entries"),
    )
    op.create_index("ix_overlay_entries_address", "overlay_entries", ["address"], unique=False)
    op.create_index("ix_overlay_entries_school_id", "overlay_entries", ["school_id"], unique=False)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "reference", sa.String(length=9), nullable=False, comment="What the block page showed."
        ),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When; of a counted one, the first.",
        ),
        sa.Column(
            "last",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Of a counted one, the last.",
        ),
        sa.Column(
            "count", sa.Integer(), nullable=False, comment="How many blocks this stands for."
        ),
        sa.Column(
            "person", sa.Text(), nullable=False, comment="people.id, or empty: not identified."
        ),
        sa.Column("device", sa.Text(), nullable=False, comment="devices.id, or empty."),
        sa.Column("address", sa.Text(), nullable=False, comment="IP address of who asked."),
        sa.Column("group", sa.Text(), nullable=False, comment="The group then."),
        sa.Column("method", sa.Text(), nullable=False, comment="How the person was found."),
        sa.Column("channel", sa.Text(), nullable=False, comment="web or dns."),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="search, chat, page; empty: no text was judged.",
        ),
        sa.Column(
            "host", sa.Text(), nullable=False, comment="The host asked for, the first of them."
        ),
        sa.Column("hosts", sa.Text(), nullable=False, comment="Up to 20 hosts of a counted one."),
        sa.Column("category", sa.Text(), nullable=False, comment="The category that decided."),
        sa.Column("categories", sa.Text(), nullable=False, comment="All that were hit."),
        sa.Column("themes", sa.Text(), nullable=False, comment="theme:severity, worst first."),
        sa.Column("severity", sa.Integer(), nullable=False, comment="0 none to 4 urgent."),
        sa.Column("action", sa.Text(), nullable=False, comment="allow or block: what was done."),
        sa.Column("flagged", sa.Boolean(), nullable=False, comment="Whether a person should look."),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="Why, one of docs/reference/reasons.md."
        ),
        sa.Column("rule", sa.Text(), nullable=False, comment="The policy rule that decided."),
        sa.Column("list", sa.Text(), nullable=False, comment="The list that was hit."),
        sa.Column(
            "artefact", sa.Text(), nullable=False, comment="Fingerprint of the rules in force."
        ),
        sa.Column("policy_version", sa.Text(), nullable=False, comment="The policy in force."),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="URL, words and excerpt, encrypted."
        ),
        sa.Column(
            "reviewed",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether a review stands: not undone.",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_events_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index(
        "ix_events_flagged_reviewed_id", "events", ["flagged", "reviewed", "id"], unique=False
    )
    op.create_index("ix_events_person_id", "events", ["person", "id"], unique=False)
    op.create_index("ix_events_reference", "events", ["reference"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome", sa.Text(), nullable=False, comment="What was concluded, a short word."
        ),
        sa.Column("note", sa.Text(), nullable=False, comment="In the reviewer's words."),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_reviews_event_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_reviews_school_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_reviews_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_event_id", "reviews", ["event_id"], unique=False)
    op.create_index("ix_reviews_school_id", "reviews", ["school_id"], unique=False)
    op.create_index("ix_reviews_staff_id", "reviews", ["staff_id"], unique=False)
    op.create_table(
        "tallies",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column(
            "writer",
            sa.Text(),
            nullable=False,
            comment="The worker's run that counted: totals are set, never added.",
        ),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_tallies_school_id"),
        sa.PrimaryKeyConstraint("hour", "category", "writer", name="pk_tallies"),
    )
    op.create_index("ix_tallies_school_id", "tallies", ["school_id"], unique=False)


def _spools() -> None:
    op.create_table(
        "spool_positions",
        sa.Column("spool", sa.String(length=32), nullable=False, comment="The spool's own id."),
        sa.Column("name", sa.Text(), nullable=False, comment="Its file name, for people."),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("spool", name="pk_spool_positions"),
    )
    op.create_table(
        "refused_records",
        sa.Column("spool", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column(
            "said", sa.Text(), nullable=False, comment="The kind of trouble, without its contents."
        ),
        sa.PrimaryKeyConstraint("spool", "position", name="pk_refused_records"),
    )
