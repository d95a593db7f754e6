"""The school's own entries: addresses that staff allow or block, live within a second."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.types import Action
from safeguard.store import audit, generation
from safeguard.store.session import Store
from safeguard.store.tables.rules import OverlayRow


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry of the school's. `address` is a host or host/path; no groups means everyone."""

    id: int
    address: str
    action: Action
    groups: frozenset[str]
    reason: str
    added_by: str
    added_at: datetime
    removed_by: str | None = None
    removed_at: datetime | None = None


def in_force(store: Store) -> list[OwnEntry]:
    """Return what the school allows and blocks now, newest first."""
    return _entries(store, removed=False)


def removed(store: Store, limit: int = 100) -> list[OwnEntry]:
    """Return the entries removed last."""
    return _entries(store, removed=True, limit=limit)


def add(
    store: Store,
    address: str,
    action: Action,
    groups: Collection[str],
    reason: str,
    by: str,
    now: datetime,
    actor: Actor | None = None,
) -> OwnEntry:
    """Add an entry. An entry for the same address and groups gives way to it."""
    with store.writing() as session:
        made, before = _put(session, address, action, groups, reason, by, now)
        told = {"before": before, "after": _told(made)}
        audit.record_by(session, actor, "added", "rule", str(made.id), told)
        return _entry(made)


def put(
    session: Session,
    address: str,
    action: Action,
    groups: Collection[str],
    reason: str,
    by: str,
    now: datetime,
) -> OwnEntry:
    """Add an entry within the caller's transaction. The caller tells the audit."""
    return _entry(_put(session, address, action, groups, reason, by, now)[0])


def remove(store: Store, entry_id: int, by: str, now: datetime, actor: Actor | None = None) -> bool:
    """Take an entry out of force; False where there was none."""
    with store.writing() as session:
        gone = session.scalars(
            update(OverlayRow)
            .where(OverlayRow.id == entry_id, OverlayRow.removed_at.is_(None))
            .values(removed_by=by, removed_at=now)
            .returning(OverlayRow)
        ).first()
        if gone is not None:
            generation.bump(session)
            audit.record_by(
                session, actor, "removed", "rule", str(entry_id), {"before": _told(gone)}
            )
        return gone is not None


def _put(
    session: Session,
    address: str,
    action: Action,
    groups: Collection[str],
    reason: str,
    by: str,
    now: datetime,
) -> tuple[OverlayRow, list[dict[str, object]]]:
    """Add an entry; return it, and what gave way to it."""
    tokens = tuple(sorted(groups))
    gone = session.scalars(
        update(OverlayRow)
        .where(
            OverlayRow.removed_at.is_(None),
            OverlayRow.address == address,
            OverlayRow.groups == tokens,
        )
        .values(removed_by=by, removed_at=now)
        .returning(OverlayRow)
    ).all()
    row = OverlayRow(
        school_id=SCHOOL,
        address=address,
        action=action.value,
        groups=tokens,
        reason=reason,
        added_by=by,
        added_at=now,
    )
    session.add(row)
    session.flush()
    generation.bump(session)
    return row, [_told(one) for one in gone]


def _entries(store: Store, *, removed: bool, limit: int | None = None) -> list[OwnEntry]:
    which = OverlayRow.removed_at.is_not(None) if removed else OverlayRow.removed_at.is_(None)
    newest = OverlayRow.removed_at.desc() if removed else OverlayRow.id.desc()
    query = select(OverlayRow).where(which).order_by(newest).limit(limit)
    with store.reading() as session:
        return [_entry(row) for row in session.scalars(query)]


def _told(row: OverlayRow) -> dict[str, object]:
    """An entry as the audit tells of it."""
    return {
        "address": row.address,
        "action": row.action,
        "groups": list(row.groups),
        "reason": row.reason,
    }


def _entry(row: OverlayRow) -> OwnEntry:
    return OwnEntry(
        id=row.id,
        address=row.address,
        action=Action(row.action),
        groups=frozenset(row.groups),
        reason=row.reason,
        added_by=row.added_by,
        added_at=row.added_at,
        removed_by=row.removed_by,
        removed_at=row.removed_at,
    )
