"""Schools, the people and devices in them, and the staff who may sign in."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, of_school


class SchoolRow(Row):
    """A school."""

    __tablename__ = "schools"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(comment="The name that staff read.")


class PersonRow(Row):
    """A pupil, a member of staff, a guest: someone whose requests are judged."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, comment="Random: no name.")
    school_id: Mapped[int] = of_school()
    name: Mapped[str] = mapped_column(index=True, comment="As the school writes it.")
    group: Mapped[str] = mapped_column("group", comment="The group whose policy applies.")
    reference: Mapped[str] = mapped_column(
        server_default=text("''"), comment="The school's own number for this person, if any."
    )
    login: Mapped[str] = mapped_column(
        server_default=text("''"), index=True, comment="What they sign in with, in lower case."
    )
    left_at: Mapped[datetime | None] = mapped_column(comment="When they left; empty: still here.")
    year: Mapped[str] = mapped_column(
        server_default=text("''"), comment="The year they are in: N, R, 1 to 14."
    )
    form: Mapped[str] = mapped_column(server_default=text("''"), comment="Their form or class.")
    born: Mapped[date | None] = mapped_column(comment="Counts how long their records are kept.")
    needs: Mapped[bytes | None] = mapped_column(
        comment="Special needs and the like, sealed: leads alone may read them."
    )
    source: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Which list or directory tells of them; empty: by hand."
    )
    source_id: Mapped[str] = mapped_column(
        server_default=text("''"), comment="What they are known by there; empty: by nothing."
    )

    __table_args__ = (
        Index(
            "uq_people_source",
            "school_id",
            "source",
            "source_id",
            unique=True,
            sqlite_where=text("source_id <> ''"),
            postgresql_where=text("source_id <> ''"),
        ),
    )


class GroupRow(Row):
    """A group of the school's own, below one of the policy's: a year, a class."""

    __tablename__ = "groups"

    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id"), primary_key=True, comment="The school that this row belongs to."
    )
    name: Mapped[str] = mapped_column(primary_key=True, comment="A short word, such as year-7.")
    title: Mapped[str] = mapped_column(comment="Who is in it, for staff to read.")
    above: Mapped[str] = mapped_column(comment="The group that it is in.")
    source: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Which list or directory tells of it; empty: by hand."
    )


class PeopleSourceRow(Row):
    """A list or directory that tells of people, and how it went when it was asked last."""

    __tablename__ = "people_sources"

    school_id: Mapped[int] = mapped_column(
        ForeignKey("schools.id"), primary_key=True, comment="The school that this row belongs to."
    )
    name: Mapped[str] = mapped_column(primary_key=True, comment="Such as file, ldap, microsoft.")
    columns: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Which column of a file means what, as JSON."
    )
    cursor: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Up to where a directory's changes were read."
    )
    fingerprint: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Of all that it told: the same, and nothing changed."
    )
    people: Mapped[int] = mapped_column(
        server_default=text("0"), comment="How many it told of when it was read whole."
    )
    trouble: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Why the last try changed nothing; empty: it went well."
    )
    tried_at: Mapped[datetime | None] = mapped_column(comment="When it was asked last.")
    done_at: Mapped[datetime | None] = mapped_column(comment="When that last went well.")
    whole_at: Mapped[datetime | None] = mapped_column(comment="When it was last read whole.")


class DeviceRow(Row):
    """A device, known by its address."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, comment="Random: no name.")
    school_id: Mapped[int] = of_school()
    address: Mapped[str] = mapped_column(unique=True, comment="Its IP address, in one spelling.")
    name: Mapped[str] = mapped_column(comment="What staff call it.")
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True, comment="Its usual user."
    )
    group: Mapped[str] = mapped_column(
        "group", server_default=text("''"), comment="The group where it has no usual user."
    )
    mac: Mapped[str] = mapped_column(
        server_default=text("''"), index=True, comment="Its hardware address, as 02:00:00:aa:bb:cc."
    )
    room: Mapped[str] = mapped_column(
        server_default=text("''"), comment="Where it stands, if fixed."
    )
    shared: Mapped[bool] = mapped_column(
        server_default=false(), comment="Whether several people use it."
    )


class NetworkRow(Row):
    """A network whose devices belong to a group unless known better."""

    __tablename__ = "networks"

    cidr: Mapped[str] = mapped_column(primary_key=True, comment="Such as 10.20.0.0/16.")
    school_id: Mapped[int] = of_school()
    group: Mapped[str] = mapped_column("group", comment="The group of who asks from there.")
    room: Mapped[str] = mapped_column(server_default=text("''"), comment="The room that it is.")


class StaffRow(Row):
    """Someone who may sign in to the site."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    email: Mapped[str] = mapped_column(unique=True, comment="Lower case; what they sign in with.")
    name: Mapped[str] = mapped_column(comment="Shown beside what they did.")
    password: Mapped[str] = mapped_column(comment="A hash, never the password.")
    active: Mapped[bool] = mapped_column(comment="Whether they may sign in.")
    fs_uniquifier: Mapped[str] = mapped_column(
        unique=True, comment="Ends every session of theirs when changed."
    )
    roles: Mapped[tuple[str, ...]] = mapped_column(
        comment="The words of the roles in force, for nodes that know no grants yet."
    )
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
    school_id: Mapped[int] = of_school()
    staff_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"),
        index=True,
        comment="Whose new password it is for; empty: the first accounts.",
    )
    expires: Mapped[datetime] = mapped_column(comment="From when it opens nothing.")
    used_at: Mapped[datetime | None] = mapped_column(comment="When it was used, once.")
