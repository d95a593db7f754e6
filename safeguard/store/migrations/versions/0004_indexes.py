"""Lists of concerns, of events and of the audit chain, found without reading their rows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LISTED = (
    "school_id", "standing", "severity", "last_at", "id", "group", "family", "owner",
    "snoozed_until",
)  # fmt: skip
SPELL = {  # what is copied again is kept once
    "sqlite": "datetime(last_at, '+2 days') > (SELECT max(last_at) FROM concerns)",
    "postgresql": "last_at + interval '2 days' > (SELECT max(last_at) FROM concerns)",
}


def upgrade() -> None:
    op.add_column(
        "concerns",
        sa.Column(
            "context_due_at",
            sa.DateTime(timezone=True),
            comment="When to copy the visits around it into its evidence (again); empty: all are.",
        ),
    )
    recent = SPELL[op.get_bind().dialect.name]
    op.execute(
        "UPDATE concerns SET context_due_at = built_at "  # noqa: S608  our own words
        f"WHERE subject_kind <> 'group' AND (context_until IS NULL OR {recent})"
    )
    op.execute("ALTER TABLE concerns DROP COLUMN context_until")
    op.drop_index("ix_concerns_school_id_standing_severity_last_at", "concerns")
    op.drop_index("ix_concerns_school_id_last_at", "concerns")
    op.create_index("ix_concerns_listed", "concerns", LISTED)
    op.create_index("ix_concerns_school_id_family_day", "concerns", ["school_id", "family", "day"])
    op.create_index(
        "ix_concerns_school_id_standing_built_at_opened_at",
        "concerns",
        ["school_id", "standing", "built_at", "opened_at"],
    )
    _where_set("ix_concerns_closed", "closed_at", "school_id", "standing", "closed_at")
    _where_set("ix_concerns_follow_up", "due_at", "school_id", "standing", "due_at")
    _where_set("ix_concerns_snoozed", "snoozed_until", "school_id", "standing", "snoozed_until")
    _where_set("ix_concerns_to_copy", "context_due_at", "context_due_at")
    op.drop_index("ix_events_flagged_reviewed_id", "events")
    of_flagged = ["id", "reviewed", "severity", "group", "flagged"]
    _index_where("ix_events_flagged", "events", "flagged", of_flagged)
    op.drop_index("ix_events_to_fold", "events")
    _index_where("ix_events_to_fold", "events", "flagged AND NOT folded", ["folded", "id"])
    deed = ["what", "about_kind", "id"]
    op.create_index("ix_audit_chain_what_about_kind_id", "audit_chain", deed)
    op.create_index("ix_audit_chain_at_id", "audit_chain", ["at", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_chain_at_id", "audit_chain")
    op.drop_index("ix_audit_chain_what_about_kind_id", "audit_chain")
    op.drop_index("ix_events_to_fold", "events")
    _index_where("ix_events_to_fold", "events", "flagged AND NOT folded", ["id"])
    op.drop_index("ix_events_flagged", "events")
    op.create_index("ix_events_flagged_reviewed_id", "events", ["flagged", "reviewed", "id"])
    for name in ("to_copy", "snoozed", "follow_up", "closed", "listed"):
        op.drop_index(f"ix_concerns_{name}", "concerns")
    op.drop_index("ix_concerns_school_id_standing_built_at_opened_at", "concerns")
    op.drop_index("ix_concerns_school_id_family_day", "concerns")
    op.create_index("ix_concerns_school_id_last_at", "concerns", ["school_id", "last_at"])
    op.create_index(
        "ix_concerns_school_id_standing_severity_last_at",
        "concerns",
        ["school_id", "standing", "severity", "last_at"],
    )
    op.add_column(
        "concerns",
        sa.Column(
            "context_until",
            sa.DateTime(timezone=True),
            comment="Up to when the visits around it are in its evidence.",
        ),
    )
    op.execute("UPDATE concerns SET context_until = built_at WHERE context_due_at IS NULL")
    # Not batch_alter_table: on SQLite it makes the table anew, and what refers to it would go.
    op.execute("ALTER TABLE concerns DROP COLUMN context_due_at")


def _where_set(name: str, column: str, *columns: str) -> None:
    _index_where(name, "concerns", f"{column} IS NOT NULL", columns)


def _index_where(name: str, table: str, condition: str, columns: Sequence[str]) -> None:
    some = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)
