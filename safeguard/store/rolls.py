"""Rolls carried out: all that one changes, or none of it, with what it was before in the audit.

The audit tells of people by our own ids, in parts. It holds group, year and form before and
after; of names, logins and needs it says only that they changed: what is erased of a person
must not live on in a row about hundreds.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.rolls import Change, Field, Known, Plan, Roll, Told, compare
from safeguard.problems import UnusableError
from safeguard.store import audit, generation
from safeguard.store.people import new_id
from safeguard.store.session import Store
from safeguard.store.tables.people import PersonRow
from safeguard.vault import UnsealError, Vault

TABLE = PersonRow.metadata.tables[PersonRow.__tablename__]
AT_ONCE = 300  # people in one row of the audit: its payload has a limit
TOLD = frozenset({Field.GROUP, Field.YEAR, Field.FORM})
UNREADABLE = ("?",)  # differs from whatever a roll says, so that it is written anew


def known(session: Session, vault: Vault) -> list[Known]:
    """Return everyone, those who left too, as a roll is held against them."""
    rows = session.execute(select(TABLE).where(TABLE.c.school_id == SCHOOL)).all()
    return [
        Known(
            row.id,
            row.source,
            Told(
                row.name,
                row.group,
                row.source_id,
                row.reference,
                row.login,
                row.year,
                row.form,
                row.born,
                needs_in(vault, row.needs),
            ),
            row.left_at is not None,
        )
        for row in rows
    ]


def needs_in(vault: Vault, sealed: bytes | None) -> tuple[str, ...]:
    """Return what is sealed of a person's needs."""
    if sealed is None:
        return ()
    try:
        return msgspec.msgpack.decode(vault.unseal(sealed), type=tuple[str, ...])
    except (UnsealError, msgspec.DecodeError):
        return UNREADABLE


def ids(store: Store, source: str) -> frozenset[str]:
    """Return what those of a source who are here are known by there."""
    query = select(TABLE.c.source_id).where(
        TABLE.c.school_id == SCHOOL, TABLE.c.source == source, TABLE.c.left_at.is_(None)
    )
    with store.reading() as session:
        return frozenset(session.scalars(query)) - {""}


def plan(store: Store, roll: Roll) -> Plan:
    """Say what a roll would change; nothing is changed."""
    with store.reading() as session:
        return compare(roll, known(session, store.vault))


def carry_out(
    store: Store,
    roll: Roll,
    actor: Actor,
    *,
    force: bool = False,
    why: str = "",
    fresh_id: Callable[[], str] = new_id,
) -> Plan:
    """Do what the roll changes: looked at anew, in the transaction that does it.

    Nothing is done where a line cannot be, or where too many would leave and nobody insists.
    """
    with store.writing() as session:
        found = compare(roll, known(session, store.vault))
        if found.wrong or found.is_empty or (found.loses_too_many and not force):
            return found
        ids = [fresh_id() for _ in found.added]
        _add(session, store.vault, roll, found.added, ids)
        _change(session, store.vault, roll, found.changed)
        _let_go(session, found.left, actor.at)
        generation.bump(session)
        _tell(session, roll, found, ids, actor, why)
    return found


def _add(
    session: Session, vault: Vault, roll: Roll, added: Sequence[Told], ids: Sequence[str]
) -> None:
    rows = [
        {"id": fresh, "school_id": SCHOOL, **_columns(vault, roll.source, told)}
        for fresh, told in zip(ids, added, strict=True)
    ]
    if rows:
        session.execute(insert(PersonRow), rows)


def _columns(vault: Vault, source: str, told: Told) -> dict[str, Any]:
    return {
        **{what.value: told.says(what) for what in Field if what is not Field.NEEDS},
        "needs": _sealed(vault, told.needs),
        "source": source,
        "source_id": told.id,
    }


def _sealed(vault: Vault, needs: tuple[str, ...]) -> bytes | None:
    return vault.seal(msgspec.msgpack.encode(needs)) if needs else None


def _change(session: Session, vault: Vault, roll: Roll, changed: Sequence[Change]) -> None:
    """Write the fields that the roll speaks of, of those whom it changes."""
    fields = [what.value for what in Field if what in roll.says]
    names = [*fields, "source", "source_id"]
    rows = []
    for one in changed:
        columns = _columns(vault, roll.source, one.told)
        rows.append({"which": one.person, **{f"new_{name}": columns[name] for name in names}})
    statement = (
        update(TABLE)
        .where(TABLE.c.id == bindparam("which"))
        .values({TABLE.c[name]: bindparam(f"new_{name}") for name in names} | {"left_at": None})
    )
    # Ids move between rows: none may be there twice in between.
    for part in batched((one.person for one in changed), AT_ONCE):
        session.execute(update(TABLE).where(TABLE.c.id.in_(part)).values(source_id=""))
    if rows:
        session.connection().execute(statement, rows)


def _let_go(session: Session, people: Sequence[str], at: datetime) -> None:
    for part in batched(people, AT_ONCE):
        session.execute(update(TABLE).where(TABLE.c.id.in_(part)).values(left_at=at))


def _tell(
    session: Session, roll: Roll, found: Plan, ids: Sequence[str], actor: Actor, why: str
) -> None:
    head = {"source": roll.source, "why": why, "whole": roll.whole}
    counts = {
        "added": len(ids),
        "changed": len(found.changed),
        "returned": found.returned,
        "left": len(found.left),
    }
    audit.record_by(session, actor, "imported", "people", "", {**head, "counts": counts})
    added = ((one, _after(told)) for one, told in zip(ids, found.added, strict=True))
    for what, entries in (
        ("added", added),
        ("changed", ((one.person, _differs(one)) for one in found.changed)),
        ("left", ((one, {}) for one in found.left)),
    ):
        for part in batched(entries, AT_ONCE):
            audit.record_by(session, actor, what, "people", "", {**head, "people": dict(part)})


def _after(told: Told) -> dict[str, object]:
    return {what.value: told.says(what) for what in sorted(TOLD) if told.says(what)}


def _differs(one: Change) -> dict[str, object]:
    told: dict[str, object] = {
        what.value: [one.before[what], after] if what in TOLD else "changed"
        for what, after in one.after.items()
    }
    return told | ({"returned": True} if one.returns else {})


def leave(store: Store, person: str, actor: Actor, why: str) -> None:
    """Let one person go: their devices and sign-ins are nobody's from now on."""
    _move(store, person, actor, why, {"left_at": actor.at}, "left")


def bring_back(store: Store, person: str, actor: Actor, why: str) -> None:
    """Undo that."""
    _move(store, person, actor, why, {"left_at": None}, "returned")


def _move(
    store: Store, person: str, actor: Actor, why: str, values: Mapping[str, Any], what: str
) -> None:
    with store.writing() as session:
        row = session.get(PersonRow, person)
        if row is None:
            raise UnusableError("Nobody of that id is known: see `safeguard users list`.")
        was = row.left_at
        if (was is None) == (values["left_at"] is None):
            state = "here" if was is None else "away"
            raise UnusableError(f"They are {state} already: nothing was changed.")
        if was is not None and row.login:
            _refuse_double(session, row)
        row.left_at = values["left_at"]
        generation.bump(session)
        told = {
            "before": {"left_at": _iso(was)},
            "after": {"left_at": _iso(values["left_at"])},
            "why": why,
        }
        audit.record_by(session, actor, what, "person", person, told)


def _refuse_double(session: Session, row: PersonRow) -> None:
    query = select(TABLE.c.id).where(
        TABLE.c.login == row.login, TABLE.c.id != row.id, TABLE.c.left_at.is_(None)
    )
    if session.execute(query.limit(1)).first() is not None:
        raise UnusableError("Their login is somebody else's now: change that one first.")


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
