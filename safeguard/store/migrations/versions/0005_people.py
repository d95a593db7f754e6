"""What people sign in with, their years and sources; groups of the school's own; rooms, devices."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NOTHING = sa.text("''")
KNOWN = sa.text("source_id <> ''")


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
    _word("people", "year", "The year they are in: N, R, 1 to 14.")
    _word("people", "form", "Their form or class.")
    op.add_column(
        "people",
        sa.Column("born", sa.Date(), comment="Counts how long their records are kept."),
    )
    op.add_column(
        "people",
        sa.Column(
            "needs",
            sa.LargeBinary(),
            comment="Special needs and the like, sealed: leads alone may read them.",
        ),
    )
    _word("people", "source", "Which list or directory tells of them; empty: by hand.")
    _word("people", "source_id", "What they are known by there; empty: by nothing.")
    op.create_index(
        "uq_people_source",
        "people",
        ["school_id", "source", "source_id"],
        unique=True,
        sqlite_where=KNOWN,
        postgresql_where=KNOWN,
    )
    _groups()
    _sources()
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
    op.drop_index("uq_people_source", "people")
    op.drop_table("people_sources")
    op.drop_table("groups")
    for table, column in (
        ("networks", "room"),
        ("devices", "shared"),
        ("devices", "room"),
        ("devices", "mac"),
        ("people", "source_id"),
        ("people", "source"),
        ("people", "needs"),
        ("people", "born"),
        ("people", "form"),
        ("people", "year"),
        ("people", "left_at"),
        ("people", "login"),
    ):
        op.drop_column(table, column)


def _word(table: str, column: str, says: str) -> None:
    op.add_column(
        table, sa.Column(column, sa.Text(), nullable=False, server_default=NOTHING, comment=says)
    )


def _groups() -> None:
    op.create_table(
        "groups",
        _school(),
        sa.Column("name", sa.Text(), nullable=False, comment="A short word, such as year-7."),
        sa.Column("title", sa.Text(), nullable=False, comment="Who is in it, for staff to read."),
        sa.Column("above", sa.Text(), nullable=False, comment="The group that it is in."),
        _text("source", "Which list or directory tells of it; empty: by hand."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_groups_school_id"),
        sa.PrimaryKeyConstraint("school_id", "name", name="pk_groups"),
    )


def _sources() -> None:
    op.create_table(
        "people_sources",
        _school(),
        sa.Column("name", sa.Text(), nullable=False, comment="Such as file, ldap, microsoft."),
        _text("columns", "Which column of a file means what, as JSON."),
        _text("cursor", "Up to where a directory's changes were read."),
        _text("fingerprint", "Of all that it told: the same, and nothing changed."),
        sa.Column(
            "people",
            sa.Integer(),
            nullable=False,
            server_default=sa.text("0"),
            comment="How many it told of when it was read whole.",
        ),
        _text("trouble", "Why the last try changed nothing; empty: it went well."),
        _moment("tried_at", "When it was asked last."),
        _moment("done_at", "When that last went well."),
        _moment("whole_at", "When it was last read whole."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_people_sources_school_id"),
        sa.PrimaryKeyConstraint("school_id", "name", name="pk_people_sources"),
    )


def _school() -> sa.Column[int]:
    return sa.Column(
        "school_id",
        sa.Integer(),
        nullable=False,
        comment="The school that this row belongs to.",
    )


def _text(name: str, says: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=NOTHING, comment=says)


def _moment(name: str, says: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), comment=says)
