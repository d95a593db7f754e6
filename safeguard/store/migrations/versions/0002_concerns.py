"""Concerns, cases, the audit chain, notices, keeping, and the access log by day."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "concerns",
    "concern_events",
    "concern_feedback",
    "cases",
    "case_people",
    "case_concerns",
    "notes",
    "outcomes",
    "assignments",
    "evidence",
    "audit_chain",
    "audit_payloads",
    "contacts",
    "ladders",
    "ladder_steps",
    "outbox",
    "deliveries",
    "legal_holds",
    "retention_runs",
    "self_tests",
    "word_tokens",
    "below_threshold",
)
# On PostgreSQL partitions by day; on SQLite each day is a file of its own (store/access.py).
ACCESS = (
    """
    CREATE TABLE access_subjects (
        day date NOT NULL, id bigint NOT NULL, school_id integer NOT NULL, person text NOT NULL,
        device text NOT NULL, address text NOT NULL, "group" text NOT NULL, PRIMARY KEY (day, id)
    ) PARTITION BY RANGE (day)
    """,
    """
    CREATE TABLE access_hosts (
        day date NOT NULL, id bigint NOT NULL, host text NOT NULL, PRIMARY KEY (day, id)
    ) PARTITION BY RANGE (day)
    """,
    """
    CREATE TABLE access_log (
        day date NOT NULL, id bigint NOT NULL, subject bigint NOT NULL, host bigint NOT NULL,
        channel text NOT NULL, action text NOT NULL, category text NOT NULL, times integer NOT NULL,
        path bytea NOT NULL, PRIMARY KEY (subject, id, day)
    ) PARTITION BY RANGE (day)
    """,
    "CREATE INDEX ix_access_subjects_person ON access_subjects (person)",
    "CREATE INDEX ix_access_subjects_device ON access_subjects (device)",
    "CREATE INDEX ix_access_subjects_address ON access_subjects (address)",
    "CREATE INDEX ix_access_hosts_host ON access_hosts (host)",
    "CREATE INDEX ix_access_log_host_id ON access_log (host, id)",
)


def upgrade() -> None:
    _events()
    _concerns()
    _cases()
    _audit()
    _notices()
    _keeping()
    _counted()
    if op.get_bind().dialect.name == "postgresql":
        for statement in ACCESS:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in ("access_log", "access_hosts", "access_subjects"):
            op.execute(f"DROP TABLE {table}")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP INDEX ix_events_to_fold")
    # Not batch_alter_table: on SQLite it makes the table anew, and its reviews would be dropped.
    op.execute("ALTER TABLE events DROP COLUMN folded")
    op.execute("ALTER TABLE events DROP COLUMN confidence")


def _events() -> None:
    op.add_column(
        "events",
        sa.Column(
            "confidence",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="How sure that is: sure, likely, none.",
        ),
    )
    op.add_column(
        "events",
        sa.Column(
            "folded",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Whether the concerns know of it.",
        ),
    )
    op.create_index(
        "ix_events_to_fold",
        "events",
        ["id"],
        sqlite_where=sa.text("flagged AND NOT folded"),
        postgresql_where=sa.text("flagged AND NOT folded"),
    )


def _concerns() -> None:
    op.create_table(
        "concerns",
        sa.Column(
            "id",
            sa.Uuid(as_uuid=False),
            nullable=False,
            comment="UUID version 7: sorts by its beginning.",
        ),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "subject_kind",
            sa.Text(),
            nullable=False,
            comment="What the subject is: pupil, device, address, or group (a class-wide item).",
        ),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="people.id, devices.id, an IP address or a group.",
        ),
        sa.Column(
            "moved_from",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="kind:subject as it was found, where a lead said whose it is instead.",
        ),
        sa.Column("group", sa.Text(), nullable=False, comment="The group then."),
        sa.Column("family", sa.Text(), nullable=False, comment="The family of themes."),
        sa.Column(
            "day", sa.Date(), nullable=False, comment="The school day, in the school's time zone."
        ),
        sa.Column("themes", sa.Text(), nullable=False, comment="The themes that were met."),
        sa.Column(
            "severity",
            sa.Integer(),
            nullable=False,
            comment="0 none to 4 urgent, climbed as its rules say.",
        ),
        sa.Column(
            "confidence", sa.Text(), nullable=False, comment="How sure we are that it is one."
        ),
        sa.Column("identity", sa.Text(), nullable=False, comment="How sure we are of the subject."),
        sa.Column(
            "care", sa.Boolean(), nullable=False, comment="Whether help was sought: shown as care."
        ),
        sa.Column(
            "why",
            sa.JSON(),
            nullable=False,
            comment="The sentences that explain it: no words typed, no name.",
        ),
        sa.Column(
            "facts",
            sa.LargeBinary(),
            nullable=False,
            comment="What its events say, added up, encrypted.",
        ),
        sa.Column(
            "fresh",
            sa.LargeBinary(),
            nullable=True,
            comment="The same of what no review has seen, encrypted; empty: all is reviewed.",
        ),
        sa.Column(
            "reviews",
            sa.LargeBinary(),
            nullable=True,
            comment="Of which facts each review was, encrypted; the reviews themselves: outcomes.",
        ),
        sa.Column(
            "rules", sa.Text(), nullable=False, comment="The rules that its events were hit by."
        ),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="Its first event."
        ),
        sa.Column(
            "last_at", sa.DateTime(timezone=True), nullable=False, comment="Its latest event."
        ),
        sa.Column("events", sa.Integer(), nullable=False, comment="How many events it has."),
        sa.Column(
            "count",
            sa.Integer(),
            nullable=False,
            comment="How many requests those events stand for.",
        ),
        sa.Column(
            "subjects",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="How many subjects: more than 1 in a class-wide item.",
        ),
        sa.Column(
            "artefact",
            sa.Text(),
            nullable=False,
            comment="Fingerprint of the rules of its latest event.",
        ),
        sa.Column(
            "policy_version", sa.Text(), nullable=False, comment="The policy of its latest event."
        ),
        sa.Column(
            "built_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was last built from its events.",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="Grows with every change: of two at once, one is refused.",
        ),
        sa.Column(
            "standing",
            sa.Text(),
            server_default=sa.text("'new'"),
            nullable=False,
            comment="new, reviewed, came back or getting worse.",
        ),
        sa.Column(
            "follows",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The reviewed concern that this one continues.",
        ),
        sa.Column(
            "opened_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a person first looked.",
        ),
        sa.Column("opened_by", sa.Integer(), nullable=True, comment="Who first looked."),
        sa.Column(
            "owner",
            sa.Integer(),
            nullable=True,
            comment="Who has it now; its history: assignments.",
        ),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), nullable=True, comment="When to follow up."
        ),
        sa.Column(
            "snoozed_until", sa.DateTime(timezone=True), nullable=True, comment="Quiet until then."
        ),
        sa.Column(
            "closed_at", sa.DateTime(timezone=True), nullable=True, comment="When it was reviewed."
        ),
        sa.Column(
            "context_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Up to when the visits around it are in its evidence.",
        ),
        sa.ForeignKeyConstraint(
            ["follows"], ["concerns.id"], name="fk_concerns_follows", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name="fk_concerns_opened_by"),
        sa.ForeignKeyConstraint(["owner"], ["staff.id"], name="fk_concerns_owner"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_concerns_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concerns"),
    )
    op.create_index("ix_concerns_follows", "concerns", ["follows"])
    op.create_index("ix_concerns_school_id_last_at", "concerns", ["school_id", "last_at"])
    op.create_index(
        "ix_concerns_school_id_standing_severity_last_at",
        "concerns",
        ["school_id", "standing", "severity", "last_at"],
    )
    op.create_index("ix_concerns_subject_started_at", "concerns", ["subject", "started_at"])
    op.create_table(
        "concern_events",
        sa.Column("concern_id", sa.Uuid(as_uuid=False), nullable=False, comment="The concern."),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_concern_events_concern_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_concern_events_event_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("concern_id", "event_id", name="pk_concern_events"),
    )
    op.create_index("ix_concern_events_event_id", "concern_events", ["event_id"])
    op.create_table(
        "concern_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "concern_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="About which concern; empty: it is kept no longer, its lesson is.",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False, comment="Who said so."),
        sa.Column(
            "verdict",
            sa.Text(),
            nullable=False,
            comment="real, lesson, another meaning, background, wrong pupil or too broad.",
        ),
        sa.Column("theme", sa.Text(), nullable=False, comment="The theme it was about."),
        sa.Column("rule", sa.Text(), nullable=False, comment="The policy rule or the phrase rule."),
        sa.Column(
            "list", sa.Text(), nullable=False, comment="The list or phrase set that was hit."
        ),
        sa.Column(
            "undone_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was taken back.",
        ),
        sa.ForeignKeyConstraint(
            ["concern_id"],
            ["concerns.id"],
            name="fk_concern_feedback_concern_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name="fk_concern_feedback_school_id"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_concern_feedback_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_concern_feedback"),
    )
    op.create_index("ix_concern_feedback_concern_id", "concern_feedback", ["concern_id"])
    op.create_index("ix_concern_feedback_rule_verdict", "concern_feedback", ["rule", "verdict"])
    op.create_index("ix_concern_feedback_school_id", "concern_feedback", ["school_id"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "reference", sa.String(length=9), nullable=False, comment="What staff say aloud."
        ),
        sa.Column(
            "title",
            sa.LargeBinary(),
            nullable=False,
            comment="In the words of who opened it, encrypted.",
        ),
        sa.Column(
            "severity",
            sa.Integer(),
            nullable=False,
            comment="0 none to 4 urgent, as a person put it.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'open'"),
            nullable=False,
            comment="open or closed.",
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="When."),
        sa.Column("opened_by", sa.Integer(), nullable=False, comment="By whom."),
        sa.Column(
            "owner",
            sa.Integer(),
            nullable=True,
            comment="Who has it now; its history: assignments.",
        ),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), nullable=True, comment="When to follow up."
        ),
        sa.Column(
            "closed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was closed; empty: open.",
        ),
        sa.Column(
            "keep_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="From when it may be removed, by its outcome; empty: not decided.",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="Grows with every change: of two at once, one is refused.",
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name="fk_cases_opened_by"),
        sa.ForeignKeyConstraint(["owner"], ["staff.id"], name="fk_cases_owner"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_cases_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("reference", name="uq_cases_reference"),
    )
    op.create_index("ix_cases_school_id", "cases", ["school_id"])
    op.create_index("ix_cases_state_due_at", "cases", ["state", "due_at"])
    op.create_table(
        "case_people",
        sa.Column("case_id", sa.Uuid(as_uuid=False), nullable=False, comment="The case."),
        sa.Column("person", sa.String(length=32), nullable=False, comment="people.id."),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_people_case_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_case_people_school_id"),
        sa.PrimaryKeyConstraint("case_id", "person", name="pk_case_people"),
    )
    op.create_index("ix_case_people_person", "case_people", ["person"])
    op.create_index("ix_case_people_school_id", "case_people", ["school_id"])
    op.create_table(
        "case_concerns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(as_uuid=False), nullable=False, comment="The case."),
        sa.Column("concern_id", sa.Uuid(as_uuid=False), nullable=False, comment="The concern."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False, comment="Who put it there."),
        sa.Column(
            "taken_out_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Empty: it is in the case.",
        ),
        sa.Column("taken_out_by", sa.Integer(), nullable=True, comment="Who took it out."),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_case_concerns_case_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_case_concerns_concern_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_concerns_staff_id"),
        sa.ForeignKeyConstraint(
            ["taken_out_by"], ["staff.id"], name="fk_case_concerns_taken_out_by"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_concerns"),
    )
    op.create_index("ix_case_concerns_case_id", "case_concerns", ["case_id"])
    op.create_index("ix_case_concerns_concern_id", "case_concerns", ["concern_id"])
    op.create_index(
        "uq_case_concerns_in",
        "case_concerns",
        ["case_id", "concern_id"],
        unique=True,
        sqlite_where=sa.text("taken_out_at IS NULL"),
        postgresql_where=sa.text("taken_out_at IS NULL"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "concern_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The concern it is about, or empty.",
        ),
        sa.Column(
            "case_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The case it is about, or empty.",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False, comment="Who wrote it."),
        sa.Column("kind", sa.Text(), nullable=False, comment="note, action taken, or hand-over."),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="The text, encrypted."),
        sa.CheckConstraint("(concern_id IS NULL) <> (case_id IS NULL)", name="ck_notes_about_one"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_notes_case_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_notes_concern_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_notes_school_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_notes_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_case_id", "notes", ["case_id"])
    op.create_index("ix_notes_concern_id", "notes", ["concern_id"])
    op.create_index("ix_notes_school_id", "notes", ["school_id"])
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "concern_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The concern it is about, or empty.",
        ),
        sa.Column(
            "case_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The case it is about, or empty.",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False, comment="Who concluded it."),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=False,
            comment="acted, no action, not a concern, wrong pupil or duplicate.",
        ),
        sa.Column(
            "reason", sa.LargeBinary(), nullable=False, comment="Why, in their words, encrypted."
        ),
        sa.Column(
            "batch",
            sa.String(length=32),
            server_default=sa.text("''"),
            nullable=False,
            comment="Closed together, undone so.",
        ),
        sa.Column(
            "undone_at", sa.DateTime(timezone=True), nullable=True, comment="Empty: it stands."
        ),
        sa.Column("undone_by", sa.Integer(), nullable=True, comment="Who undid it."),
        sa.CheckConstraint(
            "(concern_id IS NULL) <> (case_id IS NULL)", name="ck_outcomes_about_one"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_outcomes_case_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_outcomes_concern_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_outcomes_school_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_outcomes_staff_id"),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name="fk_outcomes_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
    )
    op.create_index("ix_outcomes_batch", "outcomes", ["batch"])
    op.create_index("ix_outcomes_case_id", "outcomes", ["case_id"])
    op.create_index("ix_outcomes_concern_id", "outcomes", ["concern_id"])
    op.create_index("ix_outcomes_school_id", "outcomes", ["school_id"])
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "concern_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The concern it is about, or empty.",
        ),
        sa.Column(
            "case_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The case it is about, or empty.",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False, comment="Who has it from now."),
        sa.Column("given_by", sa.Integer(), nullable=False, comment="Who gave it to them."),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="Empty: they have it."
        ),
        sa.CheckConstraint(
            "(concern_id IS NULL) <> (case_id IS NULL)", name="ck_assignments_about_one"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_assignments_case_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_assignments_concern_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name="fk_assignments_given_by"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_assignments_school_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_assignments_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_case_id", "assignments", ["case_id"])
    op.create_index("ix_assignments_concern_id", "assignments", ["concern_id"])
    op.create_index("ix_assignments_school_id", "assignments", ["school_id"])
    op.create_index("ix_assignments_staff_id", "assignments", ["staff_id"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "concern_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The concern it belongs to (15 minutes on each side), or empty.",
        ),
        sa.Column(
            "case_id",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The case it belongs to (the day), or empty.",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "digest",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="Keyed, of what is sealed: copied twice, it is kept once.",
        ),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=False, comment="The visit as it stood, encrypted."
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_evidence_case_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_evidence_concern_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_evidence_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.UniqueConstraint("case_id", "digest", name="uq_evidence_case_id_digest"),
        sa.UniqueConstraint("concern_id", "digest", name="uq_evidence_concern_id_digest"),
    )
    op.create_index("ix_evidence_case_id_at", "evidence", ["case_id", "at"])
    op.create_index("ix_evidence_concern_id_at", "evidence", ["concern_id", "at"])
    op.create_index("ix_evidence_school_id", "evidence", ["school_id"])


def _audit() -> None:
    op.create_table(
        "audit_chain",
        sa.Column(
            "id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 …: none is missing.",
        ),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "who",
            sa.Text(),
            nullable=False,
            comment="staff:ID, or the part of Safeguard that acted.",
        ),
        sa.Column(
            "what",
            sa.Text(),
            nullable=False,
            comment="What was done, a short word: viewed, closed …",
        ),
        sa.Column(
            "about_kind",
            sa.Text(),
            nullable=False,
            comment="What it was done to: person, concern, rule …",
        ),
        sa.Column(
            "about", sa.Text(), nullable=False, comment="The id of what it was done to; no name."
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="Of the salt and the payload; stays when those are erased.",
        ),
        sa.Column(
            "previous",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="The hash of the row before.",
        ),
        sa.Column(
            "hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="Of this row's columns, the previous hash among them.",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_audit_chain_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_chain"),
    )
    op.create_index(
        "ix_audit_chain_about_kind_about_id", "audit_chain", ["about_kind", "about", "id"]
    )
    op.create_index("ix_audit_chain_who_id", "audit_chain", ["who", "id"])
    op.create_table(
        "audit_payloads",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "salt",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="Random: without it, nobody can guess what the digest is of.",
        ),
        sa.Column(
            "payload", sa.LargeBinary(), nullable=False, comment="Before, after, reason: encrypted."
        ),
        sa.ForeignKeyConstraint(["id"], ["audit_chain.id"], name="fk_audit_payloads_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_payloads"),
    )


def _notices() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="What staff call them: Ms Lead, the Teams channel.",
        ),
        sa.Column("staff_id", sa.Integer(), nullable=True, comment="Whose contact it is."),
        sa.Column("channel", sa.Text(), nullable=False, comment="email, webhook or apprise."),
        sa.Column(
            "address",
            sa.LargeBinary(),
            nullable=False,
            comment="Where, encrypted: it may hold a secret.",
        ),
        sa.Column(
            "active", sa.Boolean(), nullable=False, comment="Whether anything is sent there."
        ),
        sa.Column(
            "tested_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a test last arrived.",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_contacts_school_id"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_contacts_staff_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_school_id", "contacts", ["school_id"])
    op.create_index("ix_contacts_staff_id", "contacts", ["staff_id"])
    op.create_table(
        "ladders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="What staff call it."),
        sa.Column("groups", sa.Text(), nullable=False, comment="For whom; empty: everyone."),
        sa.Column("families", sa.Text(), nullable=False, comment="Families of themes; empty: all."),
        sa.Column(
            "severity", sa.Integer(), nullable=False, comment="From here on: 0 none to 4 urgent."
        ),
        sa.Column("how", sa.Text(), nullable=False, comment="instant, digest or none."),
        sa.Column(
            "out_of_hours",
            sa.Text(),
            nullable=False,
            comment="send, or hold until morning; urgent is never held.",
        ),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Whether it is used."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_ladders_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ladders"),
    )
    op.create_index("ix_ladders_school_id", "ladders", ["school_id"])
    op.create_table(
        "ladder_steps",
        sa.Column("ladder_id", sa.Integer(), nullable=False, comment="The ladder."),
        sa.Column("step", sa.Integer(), nullable=False, comment="0 first; the last is the head."),
        sa.Column("contact_id", sa.Integer(), nullable=False, comment="Whom to tell."),
        sa.Column(
            "after_minutes",
            sa.Integer(),
            nullable=False,
            comment="Minutes unopened since the concern.",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_ladder_steps_contact_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ladder_id"], ["ladders.id"], name="fk_ladder_steps_ladder_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ladder_id", "step", "contact_id", name="pk_ladder_steps"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="What makes it one message, once."),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="concern, digest, weekly, alarm or test."
        ),
        sa.Column(
            "about",
            sa.Text(),
            nullable=False,
            comment="The id of what it is about, or empty; no name.",
        ),
        sa.Column("contact_id", sa.Integer(), nullable=True, comment="To whom."),
        sa.Column("channel", sa.Text(), nullable=False, comment="email, webhook or apprise."),
        sa.Column(
            "step",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="Step of its ladder.",
        ),
        sa.Column(
            "urgent", sa.Boolean(), nullable=False, comment="Whether no quiet hour holds it."
        ),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), nullable=False, comment="When it was put here."
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="From when it may be tried (again).",
        ),
        sa.Column(
            "held_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Whoever sends it has it until then; after that another may.",
        ),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often tried.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            server_default=sa.text("'waiting'"),
            nullable=False,
            comment="waiting, sent, cancelled or failed.",
        ),
        sa.Column(
            "said",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="The last trouble, without anyone's words.",
        ),
        sa.Column(
            "done_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was sent or given up.",
        ),
        sa.Column(
            "cancelled_by",
            sa.Integer(),
            nullable=True,
            comment="Who made it needless by opening the concern.",
        ),
        sa.ForeignKeyConstraint(["cancelled_by"], ["staff.id"], name="fk_outbox_cancelled_by"),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_outbox_contact_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_outbox_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_about", "outbox", ["about"])
    op.create_index("ix_outbox_contact_id", "outbox", ["contact_id"])
    op.create_index("ix_outbox_school_id", "outbox", ["school_id"])
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False, comment="The message."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "accepted", sa.Boolean(), nullable=False, comment="Whether the other side took it."
        ),
        sa.Column(
            "said", sa.Text(), nullable=False, comment="What the other side answered, shortened."
        ),
        sa.Column(
            "took_ms", sa.Integer(), nullable=False, comment="How long it took, in milliseconds."
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name="fk_deliveries_outbox_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"])
    op.create_index("ix_deliveries_outbox_id", "deliveries", ["outbox_id"])


def _keeping() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("person", sa.Text(), nullable=False, comment="people.id, or empty: a case."),
        sa.Column("case_id", sa.Uuid(as_uuid=False), nullable=True, comment="Or the case."),
        sa.Column(
            "reason", sa.LargeBinary(), nullable=False, comment="Why, in their words, encrypted."
        ),
        sa.Column(
            "placed_at", sa.DateTime(timezone=True), nullable=False, comment="From when it holds."
        ),
        sa.Column("placed_by", sa.Integer(), nullable=False, comment="Who placed it."),
        sa.Column(
            "lifted_at", sa.DateTime(timezone=True), nullable=True, comment="Empty: it holds."
        ),
        sa.Column("lifted_by", sa.Integer(), nullable=True, comment="Who lifted it."),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_legal_holds_case_id"),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff.id"], name="fk_legal_holds_lifted_by"),
        sa.ForeignKeyConstraint(["placed_by"], ["staff.id"], name="fk_legal_holds_placed_by"),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_legal_holds_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_holds"),
    )
    op.create_index("ix_legal_holds_case_id", "legal_holds", ["case_id"])
    op.create_index("ix_legal_holds_person", "legal_holds", ["person"])
    op.create_index("ix_legal_holds_school_id", "legal_holds", ["school_id"])
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="The class of records, such as access log."
        ),
        sa.Column(
            "before",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="What is older was removed.",
        ),
        sa.Column(
            "removed",
            sa.Integer(),
            nullable=False,
            comment="How many rows (of the access log: days).",
        ),
        sa.Column(
            "held", sa.Integer(), nullable=False, comment="How many stayed because of a hold."
        ),
        sa.Column(
            "took_ms", sa.Integer(), nullable=False, comment="How long it took, in milliseconds."
        ),
        sa.Column("said", sa.Text(), nullable=False, comment="Empty, or why it was not finished."),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_retention_runs_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_retention_runs"),
    )
    op.create_index("ix_retention_runs_at", "retention_runs", ["at"])
    op.create_index("ix_retention_runs_school_id", "retention_runs", ["school_id"])
    op.create_table(
        "self_tests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "school_id",
            sa.Integer(),
            nullable=False,
            comment="The school that this row belongs to.",
        ),
        sa.Column("run", sa.Text(), nullable=False, comment="The run it was part of."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("node", sa.Text(), nullable=False, comment="The machine that was tested."),
        sa.Column("group", sa.Text(), nullable=False, comment="As whom it was tried."),
        sa.Column(
            "route", sa.Text(), nullable=False, comment="By which way: proxy, dns, a way round …"
        ),
        sa.Column("canary", sa.Text(), nullable=False, comment="What was tried, by its name."),
        sa.Column("expected", sa.Text(), nullable=False, comment="allow or block."),
        sa.Column("found", sa.Text(), nullable=False, comment="allow, block, or what went wrong."),
        sa.Column("passed", sa.Boolean(), nullable=False, comment="Whether that was right."),
        sa.Column(
            "took_ms", sa.Integer(), nullable=False, comment="How long it took, in milliseconds."
        ),
        sa.Column(
            "artefact", sa.Text(), nullable=False, comment="Fingerprint of the rules in force."
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_self_tests_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_self_tests"),
    )
    op.create_index("ix_self_tests_at", "self_tests", ["at"])
    op.create_index("ix_self_tests_run", "self_tests", ["run"])
    op.create_index("ix_self_tests_school_id", "self_tests", ["school_id"])


def _counted() -> None:
    op.create_table(
        "word_tokens",
        sa.Column(
            "token",
            sa.LargeBinary(length=10),
            nullable=False,
            comment="Truncated HMAC of one folded word.",
        ),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_word_tokens_event_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", "event_id", name="pk_word_tokens"),
    )
    op.create_index("ix_word_tokens_event_id", "word_tokens", ["event_id"])
    op.create_table(
        "below_threshold",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False, comment="The theme that was nearly met."),
        sa.Column("group", sa.Text(), nullable=False, comment="The group then."),
        sa.Column("score", sa.Integer(), nullable=False, comment="Its score, in tenths."),
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
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name="fk_below_threshold_school_id"),
        sa.PrimaryKeyConstraint(
            "hour", "theme", "group", "score", "writer", name="pk_below_threshold"
        ),
    )
    op.create_index("ix_below_threshold_school_id", "below_threshold", ["school_id"])
