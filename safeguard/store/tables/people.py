"""Schools, the people and devices in them, and the staff who may sign in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, false, text
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
    school_id: Mapped[int] = of_school()
    staff_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"),
        index=True,
        comment="Whose new password it is for; empty: the first accounts.",
    )
    expires: Mapped[datetime] = mapped_column(comment="From when it opens nothing.")
    used_at: Mapped[datetime | None] = mapped_column(comment="When it was used, once.")
