"""Devices put at their addresses, one or thousands at once: the one that is there is changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import batched

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from safeguard.core.events import SCHOOL
from safeguard.store.tables.people import DeviceRow

TABLE = DeviceRow.metadata.tables[DeviceRow.__tablename__]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class At:
    """What stands at an address; an empty person is nobody."""

    address: str
    name: str
    person: str = ""
    group: str = ""


def put(session: Session, found: Sequence[At], fresh_id: Callable[[], str]) -> list[str]:
    """Insert or change the devices at these addresses (each once); return their ids, in order."""
    if not found:
        return []
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(TABLE)
    changes = {name: statement.excluded[name] for name in ("name", "person_id", "group")}
    statement = statement.on_conflict_do_update(index_elements=["address"], set_=changes)
    rows = [
        {
            "id": fresh_id(),
            "school_id": SCHOOL,
            "address": one.address,
            "name": one.name,
            "person_id": one.person or None,
            "group": one.group,
        }
        for one in found
    ]
    session.connection().execute(statement, rows)
    ids: dict[str, str] = {}
    for part in batched((one.address for one in found), AT_ONCE):
        query = select(TABLE.c.address, TABLE.c.id).where(TABLE.c.address.in_(part))
        ids |= {row.address: row.id for row in session.execute(query)}
    return [ids[one.address] for one in found]
