"""The tables. Each column says what it is for; the comments are in the database as well.

`school_id` stands on every subject, event, rule and staff grant, so that a trust can keep
its schools in one database. Ids of people and devices are random text: an id in a log
tells nobody's name.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from safeguard.store.columns import Instant, Tokens

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """What the tables have in common."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[type, TypeEngine[Any]]] = {
        datetime: Instant(),
        str: Text(),
        bytes: LargeBinary(),
        tuple[str, ...]: Tokens(),
        list[str]: JSON(),
    }


def _school() -> Mapped[int]:
    return mapped_column(
        ForeignKey("schools.id"), index=True, comment="The school that this row belongs to."
    )


class SchoolRow(Row):
    """A school."""

    __tablename__ = "schools"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(comment="The name that staff read.")


class PersonRow(Row):
    """A pupil, a member of staff, a guest: someone whose requests are judged."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, comment="Random: no name.")
    school_id: Mapped[int] = _school()
    name: Mapped[str] = mapped_column(index=True, comment="As the school writes it.")
    group: Mapped[str] = mapped_column("group", comment="The group whose policy applies.")
    reference: Mapped[str] = mapped_column(
        server_default=text("''"), comment="The school's own number for this person, if any."
    )


class DeviceRow(Row):
    """A device, known by its address."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, comment="Random: no name.")
    school_id: Mapped[int] = _school()
    address: Mapped[str] = mapped_column(unique=True, comment="Its IP address, in one spelling.")
    name: Mapped[str] = mapped_column(comment="What staff call it.")
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True, comment="Its usual user."
    )
    group: Mapped[str] = mapped_column(
        "group", server_default=text("''"), comment="The group where it has no usual user."
    )


class NetworkRow(Row):
    """A network whose devices belong to a group unless known better."""

    __tablename__ = "networks"

    cidr: Mapped[str] = mapped_column(primary_key=True, comment="Such as 10.20.0.0/16.")
    school_id: Mapped[int] = _school()
    group: Mapped[str] = mapped_column("group", comment="The group of who asks from there.")


class StaffRow(Row):
    """Someone who may sign in to the site."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = _school()
    email: Mapped[str] = mapped_column(unique=True, comment="Lower case; what they sign in with.")
    name: Mapped[str] = mapped_column(comment="Shown beside what they did.")
    password: Mapped[str] = mapped_column(comment="A hash, never the password.")
    active: Mapped[bool] = mapped_column(comment="Whether they may sign in.")
    fs_uniquifier: Mapped[str] = mapped_column(
        unique=True, comment="Ends every session of theirs when changed."
    )
    roles: Mapped[tuple[str, ...]] = mapped_column(comment="lead, technician.")
    created_at: Mapped[datetime] = mapped_column(comment="When the account was made.")
    last_login_at: Mapped[datetime | None] = mapped_column(comment="The sign-in before this one.")
    current_login_at: Mapped[datetime | None] = mapped_column(comment="The latest sign-in.")
    last_login_ip: Mapped[str | None] = mapped_column(comment="From where, the one before.")
    current_login_ip: Mapped[str | None] = mapped_column(comment="From where, the latest.")
    login_count: Mapped[int | None] = mapped_column(comment="How often they signed in.")
    tf_primary_method: Mapped[str | None] = mapped_column(comment="The second factor used.")
    tf_totp_secret: Mapped[str | None] = mapped_column(comment="Sealed by the site's own key.")
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(comment="One-time codes left.")


class SetupTokenRow(Row):
    """A one-time link: to make the first accounts, or to choose one person's new password."""

    __tablename__ = "setup_tokens"

    hash: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256; the token is not kept.")
    school_id: Mapped[int] = _school()
    staff_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"),
        index=True,
        comment="Whose new password it is for; empty: the first accounts.",
    )
    expires: Mapped[datetime] = mapped_column(comment="From when it opens nothing.")
    used_at: Mapped[datetime | None] = mapped_column(comment="When it was used, once.")


class OverlayRow(Row):
    """An address that the school itself allows or blocks."""

    __tablename__ = "overlay_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = _school()
    address: Mapped[str] = mapped_column(index=True, comment="A host, or host/path.")
    action: Mapped[str] = mapped_column(comment="allow or block.")
    groups: Mapped[tuple[str, ...]] = mapped_column(comment="For whom; empty: everyone.")
    reason: Mapped[str] = mapped_column(comment="Why, in the words of who added it.")
    added_by: Mapped[str] = mapped_column(comment="E-mail address of who added it.")
    added_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(comment="E-mail address of who removed it.")
    removed_at: Mapped[datetime | None] = mapped_column(comment="Empty: in force.")


class EventRow(Row):
    """A verdict kept. The id sorts by time (UUID version 7), so it is the index by time too."""

    __tablename__ = "events"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id"), comment="The school that this row belongs to."
    )
    reference: Mapped[str] = mapped_column(String(9), comment="What the block page showed.")
    at: Mapped[datetime] = mapped_column(comment="When; of a counted one, the first.")
    last: Mapped[datetime] = mapped_column(comment="Of a counted one, the last.")
    count: Mapped[int] = mapped_column(Integer, comment="How many blocks this stands for.")
    person: Mapped[str] = mapped_column(comment="people.id, or empty: not identified.")
    device: Mapped[str] = mapped_column(comment="devices.id, or empty.")
    address: Mapped[str] = mapped_column(comment="IP address of who asked.")
    group: Mapped[str] = mapped_column("group", comment="The group then.")
    method: Mapped[str] = mapped_column(comment="How the person was found.")
    channel: Mapped[str] = mapped_column(comment="web or dns.")
    kind: Mapped[str] = mapped_column(comment="search, chat, page; empty: no text was judged.")
    host: Mapped[str] = mapped_column(comment="The host asked for, the first of them.")
    hosts: Mapped[tuple[str, ...]] = mapped_column(comment="Up to 20 hosts of a counted one.")
    category: Mapped[str] = mapped_column(comment="The category that decided.")
    categories: Mapped[tuple[str, ...]] = mapped_column(comment="All that were hit.")
    themes: Mapped[tuple[str, ...]] = mapped_column(comment="theme:severity, worst first.")
    severity: Mapped[int] = mapped_column(comment="0 none to 4 urgent.")
    action: Mapped[str] = mapped_column(comment="allow or block: what was done.")
    flagged: Mapped[bool] = mapped_column(comment="Whether a person should look.")
    reason: Mapped[str] = mapped_column(comment="Why, one of docs/reference/reasons.md.")
    rule: Mapped[str] = mapped_column(comment="The policy rule that decided.")
    list: Mapped[str] = mapped_column(comment="The list that was hit.")
    artefact: Mapped[str] = mapped_column(comment="Fingerprint of the rules in force.")
    policy_version: Mapped[str] = mapped_column(comment="The policy in force.")
    sealed: Mapped[bytes] = mapped_column(comment="URL, words and excerpt, encrypted.")
    reviewed: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="Whether a review stands: not undone."
    )

    __table_args__ = (
        Index(None, "reference"),
        Index(None, "person", "id"),
        Index(None, "flagged", "reviewed", "id"),
    )


class ReviewRow(Row):
    """What a person concluded about an event. Reviews are added, never changed."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = _school()
    event_id: Mapped[str] = mapped_column(
        Uuid(as_uuid=False), ForeignKey("events.id", ondelete="CASCADE"), index=True
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(comment="What was concluded, a short word.")
    note: Mapped[str] = mapped_column(comment="In the reviewer's words.")


class TallyRow(Row):
    """Numbers without a subject: how often a category was met in an hour."""

    __tablename__ = "tallies"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    writer: Mapped[str] = mapped_column(
        primary_key=True, comment="The worker's run that counted: totals are set, never added."
    )
    school_id: Mapped[int] = _school()
    count: Mapped[int]


class SpoolPositionRow(Row):
    """How far each spool has been drained, moved in the transaction that stores its rows."""

    __tablename__ = "spool_positions"

    spool: Mapped[str] = mapped_column(String(32), primary_key=True, comment="The spool's own id.")
    name: Mapped[str] = mapped_column(comment="Its file name, for people.")
    position: Mapped[int] = mapped_column(BigInteger)


class RefusedRow(Row):
    """A spooled record that could not be stored. It is kept for a person to look into."""

    __tablename__ = "refused_records"

    spool: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    record: Mapped[bytes]
    said: Mapped[str] = mapped_column(comment="The kind of trouble, without its contents.")


class GenerationRow(Row):
    """One number that grows with each change of overlay, people, devices or networks."""

    __tablename__ = "generation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
