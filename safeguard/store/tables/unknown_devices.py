"""Hardware that was seen on the network and stands in no register yet."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from safeguard.store.tables.row import Row, of_school


class UnknownDeviceRow(Row):
    """Hardware that a lease names and no device has."""

    __tablename__ = "unknown_devices"

    mac: Mapped[str] = mapped_column(String(17), primary_key=True, comment="As 02:00:00:aa:bb:cc.")
    school_id: Mapped[int] = of_school()
    address: Mapped[str] = mapped_column(comment="The IP address that it had last.")
    name: Mapped[str] = mapped_column(comment="What it calls itself; empty: nothing.")
    first_seen: Mapped[datetime] = mapped_column(comment="When it was seen first.")
    last_seen: Mapped[datetime] = mapped_column(index=True, comment="When it was seen last.")
