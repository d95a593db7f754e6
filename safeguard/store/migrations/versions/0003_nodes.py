"""Several nodes: who they are, and the rules that they share."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nodes",
        sa.Column("id", sa.String(length=32), nullable=False, comment="Kept in its data folder."),
        sa.Column("name", sa.Text(), nullable=False, comment="Its host name, for people."),
        sa.Column(
            "run",
            sa.String(length=32),
            nullable=False,
            comment="Drawn anew at each start: two that alternate share one data folder.",
        ),
        sa.Column(
            "artefact",
            sa.Text(),
            nullable=False,
            comment="Fingerprint of the rules in force there.",
        ),
        sa.Column(
            "content_key",
            sa.Text(),
            nullable=False,
            comment="Id of the key that it seals with: one that all share, or none can read the others'.",
        ),
        sa.Column(
            "leads",
            sa.Boolean(),
            nullable=False,
            comment="Whether it does what one node does for all.",
        ),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it last said so.",
        ),
        sa.Column(
            "trouble",
            sa.Text(),
            nullable=False,
            comment="What a person should look into, or empty.",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_nodes"),
    )
    op.create_index("ix_nodes_seen_at", "nodes", ["seen_at"])
    op.create_table(
        "shared_rules",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False, comment="Of the artefact."),
        sa.Column("node", sa.String(length=32), nullable=False, comment="The node that built it."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False, comment="In how many parts it is kept."),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of all parts, one by one.",
        ),
        sa.PrimaryKeyConstraint("number", name="pk_shared_rules"),
    )
    op.create_table(
        "shared_rules_parts",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False, comment="0, 1, 2 … in order."),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="Its bytes."),
        sa.ForeignKeyConstraint(
            ["number"],
            ["shared_rules.number"],
            name="fk_shared_rules_parts_number",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", "part", name="pk_shared_rules_parts"),
    )


def downgrade() -> None:
    for table in ("shared_rules_parts", "shared_rules", "nodes"):
        op.drop_table(table)
