"""People, their devices, and the networks that stand for a group."""

import ipaddress
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select

from filter_rules.types import Problem
from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.store import audit, device_rows, generation, sessions
from safeguard.store.columns import escaped
from safeguard.store.device_rows import At
from safeguard.store.people_records import PersonRecord, canonical_address, problems_in
from safeguard.store.session import Store
from safeguard.store.tables.people import DeviceRow, NetworkRow, PersonRow


@dataclass(frozen=True, slots=True)
class Person:
    """Someone whose requests are judged."""

    id: str
    name: str
    group: str
    reference: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A device at one address; `person` is its usual user's id, empty where it has none."""

    id: str
    address: str
    name: str
    person: str = ""
    group: str = ""
    mac: str = ""
    room: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Who asks from this network belongs to this group, unless known better."""

    cidr: str
    group: str
    room: str = ""


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """What an import did; with problems it did nothing."""

    people: int = 0
    devices: int = 0
    problems: tuple[Problem, ...] = ()


def new_id() -> str:
    return secrets.token_hex(8)


def import_people(
    store: Store,
    records: Sequence[PersonRecord],
    file: str = "people",
    groups: Collection[str] | None = None,
    fresh_id: Callable[[], str] = new_id,
    actor: Actor | None = None,
) -> PeopleImport:
    """Add people and devices: all of them, or none where any line has a problem.

    A person of the same name and group is the same person, and a device at the same address
    the same device, so that a file may be imported again.
    """
    problems = tuple(problems_in(records, file, groups))
    if problems:
        return PeopleImport(problems=problems)
    with store.writing() as session:
        known = {
            (row.name, row.group): row.id
            for row in session.scalars(select(PersonRow).where(PersonRow.school_id == SCHOOL))
        }
        before = set(known.values())
        for record in records:
            key = (record.name, record.group)
            if key not in known:
                known[key] = fresh_id()
                session.add(
                    PersonRow(id=known[key], school_id=SCHOOL, name=record.name, group=record.group)
                )
        session.flush()
        found = [
            At(
                canonical_address(one.address) or "",
                one.device or one.name,
                known[one.name, one.group],
            )
            for one in records
            if one.address
        ]
        devices = device_rows.put(session, found, fresh_id)
        generation.bump(session)
        added = sorted(set(known.values()) - before)
        told = {"file": file, "people": len(added), "devices": len(devices), "added": added}
        audit.record_by(session, actor, "imported", "people", "", {**told, "device ids": devices})
    return PeopleImport(people=len(added), devices=len(devices))


def people(store: Store, text: str = "", limit: int = 50, offset: int = 0) -> list[Person]:
    """Return people by name, those whose name or group holds the text."""
    like = f"%{escaped(text)}%"
    query = (
        select(PersonRow)
        .where(
            or_(PersonRow.name.ilike(like, escape="\\"), PersonRow.group.ilike(like, escape="\\"))
        )
        .order_by(PersonRow.name, PersonRow.id)
        .limit(limit)
        .offset(offset)
    )
    with store.reading() as session:
        return [_person(row) for row in session.scalars(query)]


def person(store: Store, person_id: str) -> Person | None:
    with store.reading() as session:
        row = session.get(PersonRow, person_id)
        return None if row is None else _person(row)


def find_by_name(store: Store, name: str) -> list[Person]:
    """Return the people of exactly this name, capitals aside."""
    query = select(PersonRow).where(func.lower(PersonRow.name) == name.strip().lower())
    with store.reading() as session:
        return [_person(row) for row in session.scalars(query.order_by(PersonRow.id))]


def names(store: Store, ids: Collection[str]) -> dict[str, str]:
    """Return the names of these people; those no longer known are left out."""
    if not ids:
        return {}
    query = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))
    with store.reading() as session:
        return {row.id: row.name for row in session.execute(query)}


def device_names(store: Store, ids: Collection[str]) -> dict[str, str]:
    """Return the names of these devices; those no longer known are left out."""
    if not ids:
        return {}
    query = select(DeviceRow.id, DeviceRow.name).where(DeviceRow.id.in_(ids))
    with store.reading() as session:
        return {row.id: row.name for row in session.execute(query)}


def add_person(store: Store, name: str, group: str, reference: str = "") -> Person:
    row = PersonRow(id=new_id(), school_id=SCHOOL, name=name, group=group, reference=reference)
    with store.writing() as session:
        session.add(row)
        session.flush()
        generation.bump(session)
        return _person(row)


def remove_person(store: Store, person_id: str) -> None:
    """Forget a person. Their devices stay, without a user; events keep the bare id."""
    with store.writing() as session:
        sessions.forget(session, person_id)
        session.execute(delete(PersonRow).where(PersonRow.id == person_id))
        generation.bump(session)


def devices(store: Store, text: str = "", limit: int = 50, offset: int = 0) -> list[Device]:
    """Return devices by address, those whose name or address holds the text."""
    like = f"%{escaped(text)}%"
    query = (
        select(DeviceRow)
        .where(
            or_(DeviceRow.name.ilike(like, escape="\\"), DeviceRow.address.ilike(like, escape="\\"))
        )
        .order_by(DeviceRow.address)
        .limit(limit)
        .offset(offset)
    )
    with store.reading() as session:
        return [_device(row) for row in session.scalars(query)]


def add_device(
    store: Store,
    address: str,
    name: str,
    person: str = "",
    group: str = "",
    actor: Actor | None = None,
) -> Device:
    """Add the device at this address, or change the one that is there."""
    one = canonical_address(address)
    if one is None:
        raise ValueError(f"“{address}” is not an IP address")
    with store.writing() as session:
        was = session.scalar(select(DeviceRow).where(DeviceRow.address == one))
        before = _told(was)
        (device_id,) = device_rows.put(session, [At(one, name, person, group)], new_id)
        generation.bump(session)
        after = {"address": one, "name": name, "person": person, "group": group}
        what = "changed" if before else "added"
        told = {"before": before, "after": after}
        audit.record_by(session, actor, what, "device", device_id, told)
    return Device(device_id, one, name, person, group)


def remove_device(store: Store, device_id: str, actor: Actor | None = None) -> None:
    with store.writing() as session:
        was = session.get(DeviceRow, device_id)
        if was is None:
            return
        before = _told(was)
        session.delete(was)
        session.flush()
        generation.bump(session)
        audit.record_by(session, actor, "removed", "device", device_id, {"before": before})


def networks(store: Store) -> list[Network]:
    with store.reading() as session:
        rows = session.scalars(select(NetworkRow).order_by(NetworkRow.cidr))
        return [Network(row.cidr, row.group, row.room) for row in rows]


def put_network(store: Store, cidr: str, group: str) -> Network:
    """Let a network stand for a group; ValueError says what is wrong with the spelling."""
    network = str(ipaddress.ip_network(cidr.strip(), strict=False))
    with store.writing() as session:
        session.merge(NetworkRow(cidr=network, school_id=SCHOOL, group=group))
        generation.bump(session)
    return Network(network, group)


def remove_network(store: Store, cidr: str) -> None:
    with store.writing() as session:
        session.execute(delete(NetworkRow).where(NetworkRow.cidr == cidr))
        generation.bump(session)


def everyone(store: Store) -> tuple[list[Person], list[Device], list[Network]]:
    """Return all that identity needs, as it stood at one moment."""
    with store.reading() as session:
        return (
            [
                _person(row)
                for row in session.scalars(select(PersonRow).where(PersonRow.left_at.is_(None)))
            ],
            [_device(row) for row in session.scalars(select(DeviceRow))],
            [Network(row.cidr, row.group, row.room) for row in session.scalars(select(NetworkRow))],
        )


def _told(row: DeviceRow | None) -> dict[str, object]:
    """A device as the audit tells of it; nothing where there is none."""
    if row is None:
        return {}
    person = row.person_id or ""
    return {"address": row.address, "name": row.name, "person": person, "group": row.group}


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.name, row.group, row.reference, row.login)


def _device(row: DeviceRow) -> Device:
    return Device(
        row.id,
        row.address,
        row.name,
        row.person_id or "",
        row.group,
        row.mac,
        row.room,
        row.shared,
    )
