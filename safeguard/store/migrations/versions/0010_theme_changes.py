"""What the school changed of the themes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BY = "staff:ID, command:ACCOUNT, or a part of Safeguard."


def upgrade() -> None:
    op.create_table(
        "theme_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        _words("way", "add, weaken or exempt."),
        _words("theme", "Which theme."),
        _words("pattern", "Which phrase, as it is written in a theme."),
        sa.Column(
            "weight",
            sa.Double(),
            nullable=False,
            comment="What it weighs from then on; 0 of exempt.",
        ),
        _words("group", "Which group is exempt; or empty."),
        _words("reason", "Why, in the words of who made it."),
        _words("by", BY),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was taken back.",
        ),
        sa.Column("ended_by", sa.Text(), nullable=True, comment=BY),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_theme_changes_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_theme_changes"),
    )
    op.create_index("ix_theme_changes_ended_at", "theme_changes", ["ended_at"])
    op.create_index("ix_theme_changes_school_id", "theme_changes", ["school_id"])


def downgrade() -> None:
    op.drop_table("theme_changes")


def _words(name: str, says: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=says)
