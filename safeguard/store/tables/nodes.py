"""The machines that share this database, and the rules that they share through it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row


class NodeRow(Row):
    """A machine that filters. It says every few seconds that it runs."""

    __tablename__ = "nodes"

    id: Mapped[str] = mapped_column(
        String(32), primary_key=True, comment="Kept in its data folder."
    )
    name: Mapped[str] = mapped_column(comment="Its host name, for people.")
    run: Mapped[str] = mapped_column(
        String(32), comment="Drawn anew at each start: two that alternate share one data folder."
    )
    artefact: Mapped[str] = mapped_column(comment="Fingerprint of the rules in force there.")
    content_key: Mapped[str] = mapped_column(
        comment="Id of the key that it seals with: one that all share, or none can read the others'."
    )
    leads: Mapped[bool] = mapped_column(comment="Whether it does what one node does for all.")
    seen_at: Mapped[datetime] = mapped_column(comment="When it last said so.", index=True)
    trouble: Mapped[str] = mapped_column(comment="What a person should look into, or empty.")


class SharedRulesRow(Row):
    """Rules that a node built, for the others to take. The highest number is in force."""

    __tablename__ = "shared_rules"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(32), comment="Of the artefact.")
    node: Mapped[str] = mapped_column(String(32), comment="The node that built it.")
    at: Mapped[datetime]
    parts: Mapped[int] = mapped_column(comment="In how many parts it is kept.")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of all parts, one by one.")


class SharedRulesPartRow(Row):
    """A part of such rules: a compressed archive of the artefact and what it was built from."""

    __tablename__ = "shared_rules_parts"

    number: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("shared_rules.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    part: Mapped[int] = mapped_column(primary_key=True, comment="0, 1, 2 … in order.")
    content: Mapped[bytes] = mapped_column(comment="Its bytes.")
