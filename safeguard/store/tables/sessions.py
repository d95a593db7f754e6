"""Who is at which address for how long, as the sources say it, and how people sign in there."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, of_school

LIVE = text("ended_at IS NULL")


class IdentitySessionRow(Row):
    """That somebody, or some device, is at an address: what one source said, as last confirmed.

    They come and go by the thousand, so they have a number of changes of their own.
    """

    __tablename__ = "identity_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id"), comment="The school that this row belongs to."
    )
    source: Mapped[str] = mapped_column(String(32), comment="Who says so: portal, radius, dhcp.")
    key: Mapped[str] = mapped_column(String(255), comment="What the source calls the session.")
    address: Mapped[str] = mapped_column(comment="The IP address, in one spelling.")
    mac: Mapped[str] = mapped_column(comment="The hardware address there, or empty.")
    method: Mapped[str] = mapped_column(String(16), comment="How somebody was found.")
    person: Mapped[str] = mapped_column(comment="people.id, or empty.")
    device: Mapped[str] = mapped_column(comment="devices.id, or empty.")
    group: Mapped[str] = mapped_column("group", comment="The group where there is no person.")
    room: Mapped[str] = mapped_column(comment="Where that is, or empty.")
    shared: Mapped[bool] = mapped_column(comment="Whether several people use what is there.")
    since: Mapped[datetime] = mapped_column(comment="From when it is so.")
    last_seen: Mapped[datetime] = mapped_column(comment="When it was confirmed last.")
    doubted: Mapped[datetime | None] = mapped_column(comment="From when it names nobody.")
    until: Mapped[datetime] = mapped_column(comment="From when it says nothing.")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Empty: it has not been ended.")
    ended_why: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Why it ended, a short word."
    )
    change: Mapped[int] = mapped_column(BigInteger, comment="The number of its last change.")

    __table_args__ = (
        Index(
            "ix_identity_sessions_live",
            "source",
            "key",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index(None, "address", "since"),
        Index(None, "change"),
        Index(None, "ended_at"),
        Index(None, "person"),
    )


class SessionNumberRow(Row):
    """One number that grows with each change of the sessions. Its row comes with the first."""

    __tablename__ = "session_numbers"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    number: Mapped[int] = mapped_column(BigInteger)


class PersonPasswordRow(Row):
    """A password that the school gave somebody for the sign-in page, where no directory does."""

    __tablename__ = "person_passwords"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, comment="Whose it is."
    )
    school_id: Mapped[int] = of_school()
    salt: Mapped[bytes] = mapped_column(comment="Random, of this password alone.")
    hash: Mapped[bytes] = mapped_column(comment="Scrypt of it, never the password.")
    changed_at: Mapped[datetime] = mapped_column(comment="When it was set last.")


class NoticeSeenRow(Row):
    """That somebody read that this network is filtered and monitored, and said so."""

    __tablename__ = "notices_seen"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    person: Mapped[str] = mapped_column(comment="people.id; empty: a guest.")
    address: Mapped[str] = mapped_column(comment="From which IP address.")
    mac: Mapped[str] = mapped_column(comment="From which hardware address, where known.")
    version: Mapped[str] = mapped_column(String(16), comment="Of the words that were read.")
    at: Mapped[datetime] = mapped_column(index=True, comment="When.")

    __table_args__ = (Index(None, "person", "version"),)
