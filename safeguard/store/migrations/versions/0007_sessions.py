"""Who is at which address for how long, and how people sign in there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "identity_sessions",
        _number("id"),
        _number("school_id", "The school that this row belongs to."),
        _short("source", 32, "Who says so: portal, radius, dhcp."),
        _short("key", 255, "What the source calls the session."),
        _words("address", "The IP address, in one spelling."),
        _words("mac", "The hardware address there, or empty."),
        _short("method", 16, "How somebody was found."),
        _words("person", "people.id, or empty."),
        _words("device", "devices.id, or empty."),
        _words("group", "The group where there is no person."),
        _words("room", "Where that is, or empty."),
        sa.Column(
            "shared",
            sa.Boolean(),
            nullable=False,
            comment="Whether several people use what is there.",
        ),
        _moment("since", "From when it is so."),
        _moment("last_seen", "When it was confirmed last."),
        _moment("doubted", "From when it names nobody.", nullable=True),
        _moment("until", "From when it says nothing."),
        _moment("ended_at", "Empty: it has not been ended.", nullable=True),
        sa.Column(
            "ended_why",
            sa.Text(),
            nullable=False,
            server_default=sa.text("''"),
            comment="Why it ended, a short word.",
        ),
        sa.Column(
            "change", sa.BigInteger(), nullable=False, comment="The number of its last change."
        ),
        _of_school("identity_sessions"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_sessions"),
    )
    op.create_index(
        "ix_identity_sessions_live",
        "identity_sessions",
        ["source", "key"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    for columns in (["address", "since"], ["change"], ["ended_at"], ["person"]):
        name = f"ix_identity_sessions_{'_'.join(columns)}"
        op.create_index(name, "identity_sessions", columns)
    op.create_table(
        "session_numbers",
        _number("id"),
        _number("school_id", "The school that this row belongs to."),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _of_school("session_numbers"),
        sa.PrimaryKeyConstraint("id", name="pk_session_numbers"),
    )
    op.create_index("ix_session_numbers_school_id", "session_numbers", ["school_id"])
    _passwords_and_notices()
    for name, says in (
        ("identified_since", "From when it was claimed who asks; empty: it is written down."),
        ("identified_until", "Until when that was claimed."),
    ):
        op.add_column("events", sa.Column(name, sa.DateTime(timezone=True), comment=says))


def _passwords_and_notices() -> None:
    op.create_table(
        "person_passwords",
        sa.Column("person_id", sa.String(length=32), nullable=False, comment="Whose it is."),
        _number("school_id", "The school that this row belongs to."),
        _bytes("salt", "Random, of this password alone."),
        _bytes("hash", "Scrypt of it, never the password."),
        _moment("changed_at", "When it was set last."),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_person_passwords_person_id", ondelete="CASCADE"
        ),
        _of_school("person_passwords"),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_passwords"),
    )
    op.create_index("ix_person_passwords_school_id", "person_passwords", ["school_id"])
    op.create_table(
        "notices_seen",
        _number("id"),
        _number("school_id", "The school that this row belongs to."),
        _words("person", "people.id; empty: a guest."),
        _words("address", "From which IP address."),
        _words("mac", "From which hardware address, where known."),
        _short("version", 16, "Of the words that were read."),
        _moment("at", "When."),
        _of_school("notices_seen"),
        sa.PrimaryKeyConstraint("id", name="pk_notices_seen"),
    )
    for columns in (["school_id"], ["at"], ["person", "version"]):
        op.create_index(f"ix_notices_seen_{'_'.join(columns)}", "notices_seen", columns)


def downgrade() -> None:
    for name in ("identified_until", "identified_since"):
        op.execute(f"ALTER TABLE events DROP COLUMN {name}")
    for table in ("notices_seen", "person_passwords", "session_numbers", "identity_sessions"):
        op.drop_table(table)


def _number(name: str, says: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, comment=says)


def _short(name: str, longest: int, says: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=longest), nullable=False, comment=says)


def _words(name: str, says: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, comment=says)


def _bytes(name: str, says: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False, comment=says)


def _moment(name: str, says: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=says)


def _of_school(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=f"fk_{table}_school_id")
