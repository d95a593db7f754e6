"""What hangs on cases: actions, papers, readers, merges; and saved searches."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("case_actions", "case_files", "case_readers", "case_merges", "saved_searches")


def upgrade() -> None:
    op.create_table(
        "case_actions",
        *_begins("case_actions"),
        _case("case_id", "The case."),
        _at(),
        _staff("staff_id", "Who wrote it down."),
        _staff("owner", "Who is to do it."),
        _moment("due_at", "By when.", empty=False),
        _sealed("sealed", "What is to be done, encrypted."),
        _moment("done_at", "Empty: it is still to be done."),
        _staff("done_by", "Who said that it is done.", empty=True),
        *_keys("case_actions", "case_id", staff=("staff_id", "owner", "done_by")),
    )
    op.create_index("ix_case_actions_done_at_due_at", "case_actions", ["done_at", "due_at"])
    op.create_table(
        "case_files",
        *_begins("case_files"),
        _case("case_id", "The case."),
        _at(),
        _staff("staff_id", "Who put it there."),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="What it is, by its content: a media type."
        ),
        sa.Column("size", sa.Integer(), nullable=False, comment="How many bytes."),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False, comment="Of the content."),
        _sealed("name", "The file's name, encrypted."),
        _sealed("sealed", "The content, encrypted; empty: it was taken away.", empty=True),
        _moment("removed_at", "When it was taken away."),
        _staff("removed_by", "By whom.", empty=True),
        *_keys("case_files", "case_id", staff=("staff_id", "removed_by")),
    )
    op.create_table(
        "case_readers",
        _case("case_id", "The case."),
        _staff("staff_id", "Who may read it."),
        _school(),
        _at(),
        _staff("given_by", "Who said so."),
        *_foreign("case_readers", "case_id", staff=("staff_id", "given_by")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name="pk_case_readers"),
    )
    op.create_table(
        "case_merges",
        *_begins("case_merges"),
        _case("case_id", "The case that became part of another."),
        _case("into_id", "The case that it became part of."),
        _at(),
        _staff("staff_id", "Who merged them."),
        sa.Column("concerns", sa.JSON(), nullable=False, comment="The concerns that came with it."),
        sa.Column("people", sa.JSON(), nullable=False, comment="The people who came with it."),
        _moment("undone_at", "Empty: it stands."),
        _staff("undone_by", "Who undid it.", empty=True),
        *_keys("case_merges", "case_id", "into_id", staff=("staff_id", "undone_by")),
    )
    op.create_table(
        "saved_searches",
        *_begins("saved_searches"),
        _staff("staff_id", "Whose it is."),
        _at(),
        _sealed("name", "What they call it, encrypted."),
        _sealed("query", "What is looked for, encrypted."),
        *_keys("saved_searches", staff=("staff_id",)),
    )
    for table in TABLES:
        op.create_index(f"ix_{table}_school_id", table, ["school_id"])
    for table in ("case_actions", "case_files", "case_merges"):
        op.create_index(f"ix_{table}_case_id", table, ["case_id"])
    op.create_index("ix_case_merges_into_id", "case_merges", ["into_id"])
    op.create_index("ix_saved_searches_staff_id", "saved_searches", ["staff_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _begins(_table: str) -> tuple[sa.Column[int], sa.Column[int]]:
    return sa.Column("id", sa.Integer(), nullable=False), _school()


def _school() -> sa.Column[int]:
    says = "The school that this row belongs to."
    return sa.Column("school_id", sa.Integer(), nullable=False, comment=says)


def _case(name: str, says: str) -> sa.Column[str]:
    return sa.Column(name, sa.Uuid(as_uuid=False), nullable=False, comment=says)


def _staff(name: str, says: str, *, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=empty, comment=says)


def _at() -> sa.Column[object]:
    return sa.Column("at", sa.DateTime(timezone=True), nullable=False)


def _moment(name: str, says: str, *, empty: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty, comment=says)


def _sealed(name: str, says: str, *, empty: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=empty, comment=says)


def _keys(table: str, *cases: str, staff: tuple[str, ...]) -> tuple[sa.Constraint, ...]:
    return *_foreign(table, *cases, staff=staff), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _foreign(table: str, *cases: str, staff: tuple[str, ...]) -> tuple[sa.Constraint, ...]:
    school = sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=f"fk_{table}_school_id")
    of_cases = (
        sa.ForeignKeyConstraint([one], ["cases.id"], name=f"fk_{table}_{one}", ondelete="CASCADE")
        for one in cases
    )
    of_staff = (
        sa.ForeignKeyConstraint([one], ["staff.id"], name=f"fk_{table}_{one}") for one in staff
    )
    return school, *of_cases, *of_staff
