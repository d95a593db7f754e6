"""Hardware that was seen on the network and stands in no register yet."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unknown_devices",
        sa.Column("mac", sa.String(17), nullable=False, comment="As 02:00:00:aa:bb:cc."),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        _words("address", "The IP address that it had last."),
        _words("name", "What it calls itself; empty: nothing."),
        _moment("first_seen", "When it was seen first."),
        _moment("last_seen", "When it was seen last."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_unknown_devices_school_id"),
        sa.PrimaryKeyConstraint("mac", name="pk_unknown_devices"),
    )
    op.create_index("ix_unknown_devices_last_seen", "unknown_devices", ["last_seen"])
    op.create_index("ix_unknown_devices_school_id", "unknown_devices", ["school_id"])


def downgrade() -> None:
    op.drop_table("unknown_devices")


def _words(name: str, says: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=says)


def _moment(name: str, says: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, comment=says)
