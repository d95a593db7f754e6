"""Roles of staff as grants, each with its scope and its time, made of the words there were."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "concern, digest, weekly, alarm or test."
KINDS_NOW = "concern, digest, weekly, alarm, staff or test."
ROLES = "lead, technician."
ROLES_NOW = "The words of the roles in force, for nodes that know no grants yet."


def upgrade() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer(), nullable=False),
        *_whose("Who holds it."),
        sa.Column(
            "role", sa.Text(), nullable=False, comment="The role's word, such as lead or year-lead."
        ),
        sa.Column(
            "every_school",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Whether it is for every school of the trust.",
        ),
        sa.Column("groups", sa.Text(), nullable=False, comment="For these groups; empty: all."),
        sa.Column(
            "why",
            sa.Text(),
            nullable=False,
            comment="Why it was given. Nobody writes of a pupil here.",
        ),
        _at("since", "From when it counts, once confirmed.", nullable=False),
        _at("until", "From when it does not; empty: no end."),
        _by("granted_by", "Who gave it; empty: by command or set-up."),
        _by("confirmed_by", "Who confirmed it, where that was needed."),
        _at("confirmed_at", "When; empty: it waits."),
        *_ending("Who ended it; empty: by command.", "When someone ended it."),
        *_keys("grants", "granted_by", "confirmed_by", "ended_by"),
    )
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Integer(), nullable=False),
        *_whose("Who broke it."),
        _at("since", "From when.", nullable=False),
        _at("until", "It ends by itself then.", nullable=False),
        *_ending("Who ended it; empty: by command.", "When someone ended it before."),
        *_keys("break_glass", "ended_by"),
    )
    for table in ("grants", "break_glass"):
        for column in ("school_id", "staff_id"):
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("ix_break_glass_since", "break_glass", ["since"])
    for word in ("lead", "technician"):
        # Nobody held both: an account with both words was let do nothing, and stays so.
        op.execute(
            "INSERT INTO grants (school_id, staff_id, role, groups, why, since, confirmed_at) "  # noqa: S608  our own words
            f"SELECT school_id, id, '{word}', '', 'The role that the account had before.', "
            f"created_at, created_at FROM staff WHERE roles = '|{word}|'"
        )
    _say("staff", "roles", ROLES_NOW, ROLES)
    _say("outbox", "kind", KINDS_NOW, KINDS)


def downgrade() -> None:
    # What waits to be sent of roles could not be worded by the version before.
    op.execute("DELETE FROM outbox WHERE kind = 'staff'")
    _say("outbox", "kind", KINDS, KINDS_NOW)
    _say("staff", "roles", ROLES, ROLES_NOW)
    op.drop_table("break_glass")
    op.drop_table("grants")


def _say(table: str, column: str, says: str, said: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(table, column, comment=says, existing_comment=said)


def _whose(says: str) -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("staff_id", sa.Integer(), nullable=False, comment=says),
    )


def _at(name: str, says: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=says)


def _by(name: str, says: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=True, comment=says)


def _ending(by: str, at: str) -> tuple[sa.Column[object], sa.Column[object], sa.Column[int]]:
    return (
        _at("told_at", "When word of it was sent out."),
        _at("ended_at", at),
        _by("ended_by", by),
    )


def _keys(table: str, *by: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=f"fk_{table}_school_id"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=f"fk_{table}_staff_id", ondelete="CASCADE"
        ),
        *(sa.ForeignKeyConstraint([one], ["staff.id"], name=f"fk_{table}_{one}") for one in by),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
