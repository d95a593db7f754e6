"""Notices: whom to tell of what, what waits to be sent, and what came of each try."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, maybe_by_staff, of_school


class ContactRow(Row):
    """Someone, or a service, that can be told."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    name: Mapped[str] = mapped_column(comment="What staff call them: Ms Lead, the Teams channel.")
    staff_id: Mapped[int | None] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), index=True, comment="Whose contact it is."
    )
    channel: Mapped[str] = mapped_column(comment="email, webhook or apprise.")
    address: Mapped[bytes] = mapped_column(comment="Where, encrypted: it may hold a secret.")
    active: Mapped[bool] = mapped_column(comment="Whether anything is sent there.")
    tested_at: Mapped[datetime | None] = mapped_column(comment="When a test last arrived.")


class LadderRow(Row):
    """Who is told of what, in which order: for these groups and themes, from this severity."""

    __tablename__ = "ladders"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    name: Mapped[str] = mapped_column(comment="What staff call it.")
    groups: Mapped[tuple[str, ...]] = mapped_column(comment="For whom; empty: everyone.")
    families: Mapped[tuple[str, ...]] = mapped_column(comment="Families of themes; empty: all.")
    severity: Mapped[int] = mapped_column(comment="From here on: 0 none to 4 urgent.")
    how: Mapped[str] = mapped_column(comment="instant, digest or none.")
    out_of_hours: Mapped[str] = mapped_column(
        comment="send, or hold until morning; urgent is never held."
    )
    active: Mapped[bool] = mapped_column(comment="Whether it is used.")


class LadderStepRow(Row):
    """A step of a ladder: whom to tell if nobody has opened it by then."""

    __tablename__ = "ladder_steps"

    ladder_id: Mapped[int] = mapped_column(
        ForeignKey("ladders.id", ondelete="CASCADE"), primary_key=True, comment="The ladder."
    )
    step: Mapped[int] = mapped_column(primary_key=True, comment="0 first; the last is the head.")
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, comment="Whom to tell."
    )
    after_minutes: Mapped[int] = mapped_column(comment="Minutes unopened since the concern.")


class OutboxRow(Row):
    """A message to send: at least once, and its key keeps it from being put here twice."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = of_school()
    key: Mapped[str] = mapped_column(unique=True, comment="What makes it one message, once.")
    kind: Mapped[str] = mapped_column(comment="concern, digest, weekly, alarm, staff or test.")
    about: Mapped[str] = mapped_column(
        index=True, comment="The id of what it is about, or empty; no name."
    )
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contacts.id", ondelete="SET NULL"), index=True, comment="To whom."
    )
    channel: Mapped[str] = mapped_column(comment="email, webhook or apprise.")
    step: Mapped[int] = mapped_column(server_default=text("0"), comment="Step of its ladder.")
    urgent: Mapped[bool] = mapped_column(comment="Whether no quiet hour holds it.")
    made_at: Mapped[datetime] = mapped_column(comment="When it was put here.")
    due_at: Mapped[datetime] = mapped_column(comment="From when it may be tried (again).")
    held_until: Mapped[datetime | None] = mapped_column(
        comment="Whoever sends it has it until then; after that another may."
    )
    attempts: Mapped[int] = mapped_column(server_default=text("0"), comment="How often tried.")
    state: Mapped[str] = mapped_column(
        server_default=text("'waiting'"), comment="waiting, sent, cancelled or failed."
    )
    said: Mapped[str] = mapped_column(
        server_default=text("''"), comment="The last trouble, without anyone's words."
    )
    done_at: Mapped[datetime | None] = mapped_column(comment="When it was sent or given up.")
    cancelled_by: Mapped[int | None] = maybe_by_staff(
        "Who made it needless by opening the concern."
    )

    __table_args__ = (Index(None, "state", "due_at"),)


class DeliveryRow(Row):
    """One try to send a message. Fired and delivered are two things: this says which."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(
        ForeignKey("outbox.id", ondelete="CASCADE"), index=True, comment="The message."
    )
    at: Mapped[datetime] = mapped_column(index=True)
    accepted: Mapped[bool] = mapped_column(comment="Whether the other side took it.")
    said: Mapped[str] = mapped_column(comment="What the other side answered, shortened.")
    took_ms: Mapped[int] = mapped_column(comment="How long it took, in milliseconds.")
