"""Groups of the school's own: years and classes below the groups of the policy."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, Text, delete, func, select, type_coerce
from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.own_groups import OwnGroup, keeps, refusal
from safeguard.problems import UnusableError
from safeguard.store import audit, generation
from safeguard.store.columns import holding
from safeguard.store.session import Store
from safeguard.store.tables.people import DeviceRow, GroupRow, NetworkRow, PersonRow
from safeguard.store.tables.row import Row
from safeguard.store.tables.rules import OverlayRow

MOST = 5000


def groups(store: Store) -> list[OwnGroup]:
    """Return the school's own groups by name; of any that do not fit, loading says so."""
    with store.reading() as session:
        query = select(GroupRow).where(GroupRow.school_id == SCHOOL).order_by(GroupRow.name)
        return [
            OwnGroup(row.name, row.title, row.above, row.source) for row in session.scalars(query)
        ]


def add(store: Store, one: OwnGroup, above: Mapping[str, str], actor: Actor, why: str = "") -> None:
    """Add a group; `above`: every group there is, with the one that it is in."""
    if sentence := refusal(one, above):
        raise UnusableError(sentence)
    with store.writing() as session:
        count = session.scalar(select(func.count()).select_from(GroupRow)) or 0
        if count >= MOST:
            raise UnusableError(f"There are {MOST:,} groups already: remove some first.")
        if session.get(GroupRow, (SCHOOL, one.name)) is not None:
            raise UnusableError(f"There is a group {one.name} already.")
        session.add(
            GroupRow(
                school_id=SCHOOL,
                name=one.name,
                title=one.title,
                above=one.above,
                source=one.source,
            )
        )
        generation.bump(session)
        after = {"title": one.title, "above": one.above, "source": one.source}
        told = {"before": None, "after": after, "why": why}
        audit.record_by(session, actor, "added", "group", one.name, told)


def remove(
    store: Store,
    name: str,
    above: Mapping[str, str],
    named: Collection[str],
    actor: Actor,
    why: str = "",
) -> None:
    """Remove a group of the school's own that nobody is in and nothing names."""
    if sentence := keeps(name, above, named):
        raise UnusableError(sentence)
    with store.writing() as session:
        row = session.get(GroupRow, (SCHOOL, name))
        if row is None:
            raise UnusableError(
                f"{name} is a group of the policy, which stays."
                if name in above
                else f"There is no group {name}: see `safeguard groups list`."
            )
        if sentence := _used(session, name):
            raise UnusableError(sentence)
        before = {"title": row.title, "above": row.above, "source": row.source}
        session.execute(delete(GroupRow).where(GroupRow.school_id == SCHOOL, GroupRow.name == name))
        generation.bump(session)
        told = {"before": before, "after": None, "why": why}
        audit.record_by(session, actor, "removed", "group", name, told)


def _used(session: Session, name: str) -> str:
    """Say who or what is in the group still; empty where nothing is."""
    here = PersonRow.group == name, PersonRow.left_at.is_(None)
    theirs = (
        OverlayRow.removed_at.is_(None),
        type_coerce(OverlayRow.groups, Text).like(holding(name), escape="\\"),
    )
    uses: dict[str, Select[int]] = {
        "{} people are in {}: give them another group first.": _counted(PersonRow, *here),
        "{} devices are in {}: give them another group first.": _counted(
            DeviceRow, DeviceRow.group == name
        ),
        "{} networks stand for {}: let them stand for another group first.": _counted(
            NetworkRow, NetworkRow.group == name
        ),
        "{} rules of your own are for {}: change them first.": _counted(OverlayRow, *theirs),
    }
    for sentence, query in uses.items():
        if count := session.scalar(query):
            return sentence.format(count, name)
    return ""


def _counted(row: type[Row], *conditions: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(row).where(*conditions)
