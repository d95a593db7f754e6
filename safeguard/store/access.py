"""The access log: every visit that was judged, by pupil, device, address or host, a day at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

from safeguard.core.types import Action, Channel
from safeguard.core.visits import Visit, Visits, at_of, day_of, first_visit_id_at
from safeguard.store.access_days import (
    HOSTS,
    SUBJECTS,
    VISITS,
    day_open,
    day_written,
    prepare_day,
)
from safeguard.store.bulk import add_new
from safeguard.store.session import Store
from safeguard.vault import UnsealError, Vault


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """A visit in the access log. `path` is empty where it was not asked for or cannot be read."""

    id: int
    person: str
    device: str
    address: str
    group: str
    host: str
    path: str
    channel: Channel
    action: Action
    category: str
    times: int

    @property
    def at(self) -> datetime:
        return at_of(self.id)


@dataclass(frozen=True, slots=True)
class WantedVisits:
    """Whose visits, or to where: name at least one. A host is matched whole."""

    person: str = ""
    device: str = ""
    address: str = ""
    host: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Some visits, the newest first. `older` continues from here; 0: there are no more."""

    visits: tuple[StoredVisit, ...]
    older: int = 0


def search(
    store: Store,
    wanted: WantedVisits,
    day: date,
    before: int = 0,
    limit: int = 100,
    *,
    paths: bool = False,
) -> VisitPage:
    """Return the newest visits wanted of a day (in UTC), older than the visit `before`.

    `paths` are for those who may read them: a technician sees hosts alone.
    """
    with day_open(store, day) as connection:
        query = None if connection is None else _query(connection, wanted, day)
        if connection is None or query is None:
            return VisitPage(())
        if before:
            query = query.where(VISITS.c.id < before)
        rows = connection.execute(query.limit(limit + 1)).all()
        found = _told(connection, day, rows[:limit], store.vault if paths else None)
    return VisitPage(found, found[-1].id if len(rows) > limit else 0)


def take_in(store: Store, main: Connection, batches: Iterable[Visits]) -> None:
    """Write visits, each once however often it is brought. Call `make_room` before `main` begins."""
    for day, school_id, visits in _by_day(batches):
        with day_written(store, main, day) as connection:
            subjects = {_subject_id(school_id, one): one for one in visits}
            hosts = {_number(one.host): one.host for one in visits}
            add_new(connection, SUBJECTS, [
                {
                    "day": day, "id": number, "school_id": school_id, "person": one.person,
                    "device": one.device, "address": one.address, "group": one.group,
                }
                for number, one in sorted(subjects.items())
            ])  # fmt: skip
            add_new(connection, HOSTS, [
                {"day": day, "id": number, "host": host} for number, host in sorted(hosts.items())
            ])  # fmt: skip
            rows = [_columns(day, school_id, one) for one in visits]
            add_new(connection, VISITS, sorted(rows, key=_place))


def make_room(store: Store, batches: Iterable[Visits]) -> None:
    """See that there is a place for the days of these visits."""
    for day in sorted({day_of(one.id) for batch in batches for one in batch.visits}):
        prepare_day(store, day)


def _by_day(batches: Iterable[Visits]) -> Iterable[tuple[date, int, list[Visit]]]:
    every = [(day_of(one.id), batch.school_id, one) for batch in batches for one in batch.visits]
    every.sort(key=lambda item: item[:2])
    for (day, school_id), group in groupby(every, key=lambda item: item[:2]):
        yield day, school_id, [one for *_, one in group]


def _query(connection: Connection, wanted: WantedVisits, day: date) -> Select[Any] | None:
    """Return the query, or None where nobody of that name was there that day."""
    asked = {"person": wanted.person, "device": wanted.device, "address": wanted.address}
    conditions = [SUBJECTS.c[name] == value for name, value in asked.items() if value]
    where = list(_when_and_where(wanted))
    if conditions:
        query = select(SUBJECTS.c.id).where(SUBJECTS.c.day == day, *conditions)
        numbers = connection.scalars(query).all()
        if not numbers:
            return None
        where.append(VISITS.c.subject.in_(numbers))
    return select(VISITS).where(VISITS.c.day == day, *where).order_by(VISITS.c.id.desc())


def _when_and_where(wanted: WantedVisits) -> Iterator[ColumnElement[bool]]:
    if wanted.host:
        yield VISITS.c.host == _number(wanted.host)
    if wanted.since is not None:
        yield VISITS.c.id >= first_visit_id_at(wanted.since)
    if wanted.until is not None:
        yield VISITS.c.id < first_visit_id_at(wanted.until)


def _told(
    connection: Connection, day: date, rows: Sequence[Row[Any]], vault: Vault | None
) -> tuple[StoredVisit, ...]:
    """Return the visits with who and where looked up: of one page, so that no plan can go wrong."""

    def named(table: Table, numbers: set[int]) -> dict[int, Row[Any]]:
        query = select(table).where(table.c.day == day, table.c.id.in_(sorted(numbers)))
        return {row.id: row for row in connection.execute(query)}

    subjects = named(SUBJECTS, {row.subject for row in rows})
    hosts = named(HOSTS, {row.host for row in rows})
    return tuple(_stored(row, subjects[row.subject], hosts[row.host], vault) for row in rows)


def _stored(row: Row[Any], who: Row[Any], place: Row[Any], vault: Vault | None) -> StoredVisit:
    return StoredVisit(
        id=row.id,
        person=who.person,
        device=who.device,
        address=who.address,
        group=who.group,
        host=place.host,
        path=_read(row.path, vault),
        channel=Channel(row.channel),
        action=Action(row.action),
        category=row.category,
        times=row.times,
    )


def _read(sealed: bytes, vault: Vault | None) -> str:
    if vault is None or not sealed:
        return ""
    try:
        return vault.unseal(sealed).decode()
    except (UnsealError, UnicodeDecodeError):
        return ""


def _columns(day: date, school_id: int, one: Visit) -> dict[str, Any]:
    return {
        "subject": _subject_id(school_id, one),
        "id": one.id,
        "day": day,
        "host": _number(one.host),
        "channel": one.channel,
        "action": one.action,
        "category": one.category,
        "times": one.times,
        "path": one.path,
    }


def _place(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["subject"], row["id"]


def _subject_id(school_id: int, one: Visit) -> int:
    return _number(f"{school_id}\0{one.person}\0{one.device}\0{one.address}\0{one.group}")


def _number(text: str) -> int:
    """Return a number that stands for the text, the same everywhere."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
