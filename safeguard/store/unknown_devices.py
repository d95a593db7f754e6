"""Hardware that leases name and no device of the register has: what there is to register."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from safeguard.core.events import SCHOOL
from safeguard.store.session import Store
from safeguard.store.tables.people import DeviceRow
from safeguard.store.tables.unknown_devices import UnknownDeviceRow

MOST = 10_000
KEPT = timedelta(days=30)  # of phones that draw an address anew each day there is no end
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class UnknownDevice:
    """Hardware that nobody registered, where it was last, and what it calls itself."""

    mac: str
    address: str
    name: str
    first_seen: datetime
    last_seen: datetime


def note(store: Store, seen: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """Note hardware, its address and its name; forget what is known by now, old, or too much."""
    rows = {
        mac: {
            "mac": mac,
            "school_id": SCHOOL,
            "address": address,
            "name": name,
            "first_seen": now,
            "last_seen": now,
        }
        for mac, address, name in seen
    }
    with store.writing() as session:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        for some in batched(list(rows.values())[:MOST], AT_ONCE):
            new = dialect.insert(UnknownDeviceRow).values(list(some))
            named = func.coalesce(func.nullif(new.excluded.name, ""), UnknownDeviceRow.name)
            changes = {
                "address": new.excluded.address,
                "name": named,
                "last_seen": new.excluded.last_seen,
            }
            session.execute(new.on_conflict_do_update(index_elements=["mac"], set_=changes))
        known = select(DeviceRow.mac).where(DeviceRow.mac != "")
        newest = (
            select(UnknownDeviceRow.mac).order_by(UnknownDeviceRow.last_seen.desc()).limit(MOST)
        )
        session.execute(
            delete(UnknownDeviceRow)
            .where(
                UnknownDeviceRow.mac.in_(known)
                | (UnknownDeviceRow.last_seen < now - KEPT)
                | UnknownDeviceRow.mac.not_in(newest)
            )
            .execution_options(synchronize_session=False)
        )


def newest(store: Store, limit: int) -> list[UnknownDevice]:
    """Return what was seen last."""
    query = select(UnknownDeviceRow).order_by(
        UnknownDeviceRow.last_seen.desc(), UnknownDeviceRow.mac
    )
    with store.reading() as session:
        return [
            UnknownDevice(row.mac, row.address, row.name, row.first_seen, row.last_seen)
            for row in session.scalars(query.limit(limit))
        ]
