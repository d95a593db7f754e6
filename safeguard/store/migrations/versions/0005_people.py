"""What people sign in with, which devices are whose, and the rooms that they are in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NOTHING = sa.text("''")


def upgrade() -> None:
    _word("people", "login", "What they sign in with, in lower case.")
    op.add_column(
        "people",
        sa.Column(
            "left_at",
            sa.DateTime(timezone=True),
            comment="When they left; empty: still here.",
        ),
    )
    _word("devices", "mac", "Its hardware address, as 02:00:00:aa:bb:cc.")
    _word("devices", "room", "Where it stands, if fixed.")
    op.add_column(
        "devices",
        sa.Column(
            "shared",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="Whether several people use it.",
        ),
    )
    _word("networks", "room", "The room that it is.")
    op.create_index("ix_people_login", "people", ["login"])
    op.create_index("ix_devices_mac", "devices", ["mac"])


def downgrade() -> None:
    op.drop_index("ix_devices_mac", "devices")
    op.drop_index("ix_people_login", "people")
    for table, column in (
        ("networks", "room"),
        ("devices", "shared"),
        ("devices", "room"),
        ("devices", "mac"),
        ("people", "left_at"),
        ("people", "login"),
    ):
        op.drop_column(table, column)


def _word(table: str, column: str, says: str) -> None:
    op.add_column(
        table, sa.Column(column, sa.Text(), nullable=False, server_default=NOTHING, comment=says)
    )
