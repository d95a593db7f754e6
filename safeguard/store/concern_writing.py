"""What folding changed -> rows: new concerns, grown ones, and several that became one.

Where a late event makes one concern of several, the row that people worked on stays, and what
they wrote on the others comes to it: no note, outcome or copied visit is lost.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from safeguard.core.concerns import Change, ChangeKind, Concern, ConcernEvent, Standing
from safeguard.core.events import new_event_id
from safeguard.core.identifying import LIKELY, NOBODY, SURE
from safeguard.store import audit
from safeguard.store.bulk import add_new
from safeguard.store.concern_rows import CONCERNS, Kept, columns_of, write_over
from safeguard.store.session import vault_of
from safeguard.store.tables.row import Row

type Randomness = Callable[[int], bytes]

MEMBERS: Table = Row.metadata.tables["concern_events"]
BELONGING = ("notes", "outcomes", "assignments", "concern_feedback")
MOST_RULES = 20
SAFEGUARD = "safeguard"
_SURENESS = (NOBODY, LIKELY, SURE)


@dataclass(frozen=True, slots=True)
class Source:
    """An event that is folded, and what its row says beside."""

    event: ConcernEvent
    rule: str
    count: int
    confidence: str
    artefact: str
    policy_version: str


@dataclass(frozen=True, slots=True)
class Written:
    """A change that was written, and its row."""

    id: str
    change: Change


def write(
    session: Session,
    changes: Iterable[Change],
    kept: Sequence[Kept],
    sources: Mapping[str, Source],
    now: datetime,
    randomness: Randomness,
) -> list[Written]:
    """Write what became of concerns; return the row of each."""
    by_key = {one.concern.key: one for one in kept}
    new: list[dict[str, Any]] = []
    grown: list[dict[str, Any]] = []
    written: list[Written] = []
    joined: list[tuple[Kept, Kept]] = []
    for change in changes:
        before = [by_key[one.key] for one in change.before]
        added = [sources[one] for one in change.added]
        columns = columns_of(change.concern, vault_of(session), now)
        columns |= _beside(change, before, added, kept, now)
        if before:
            stays = _foremost(before)
            grown.append({"id": stays.id, **columns})
            joined += [(one, stays) for one in before if one is not stays]
            written.append(Written(stays.id, change))
        else:
            number = new_event_id(change.concern.facts.first, randomness(10))
            new.append({"id": number, "version": 1, **columns})
            written.append(Written(number, change))
    add_new(session.connection(), CONCERNS, new)
    write_over(session, grown)
    _keep_members(session, written)
    for gone, stays in joined:
        _join(session, gone, stays)
        about = {"into": stays.id}
        audit.record(session, now, SAFEGUARD, "joined", "concern", gone.id, about)
    return written


def _keep_members(session: Session, written: Sequence[Written]) -> None:
    rows = [
        {"concern_id": one.id, "event_id": event} for one in written for event in one.change.added
    ]
    add_new(session.connection(), MEMBERS, rows)


def _beside(
    change: Change,
    before: Sequence[Kept],
    added: Sequence[Source],
    kept: Sequence[Kept],
    now: datetime,
) -> dict[str, Any]:
    """Return the columns that folding knows nothing of."""
    last = max(added, key=lambda one: one.event.at, default=None)
    own = _foremost(before).beside if before else {}
    anew = before and change.kind in {ChangeKind.CAME_BACK, ChangeKind.GETTING_WORSE}
    rules = {rule: None for one in before for rule in one.beside["rules"]}
    rules |= {one.rule: None for one in added if one.rule}
    sure = [
        *(one.beside["identity"] for one in before),
        *(one.confidence or NOBODY for one in added),
    ]
    return {
        "identity": min(sure, key=_SURENESS.index, default=NOBODY),
        "rules": tuple(rules)[:MOST_RULES],
        "count": sum(one.beside["count"] for one in before) + sum(one.count for one in added),
        "artefact": last.artefact if last else own.get("artefact", ""),
        "policy_version": last.policy_version if last else own.get("policy_version", ""),
        "follows": own.get("follows") if before else _followed(change.concern, kept),
        "moved_from": own.get("moved_from", ""),
        "owner": next((one.beside["owner"] for one in before if one.beside["owner"]), None),
        "opened_at": None if anew else own.get("opened_at"),
        "opened_by": None if anew else own.get("opened_by"),
        "snoozed_until": None if change.tells else _snoozed(before),
        "context_due_at": now if added or len(before) != 1 else own.get("context_due_at"),
    }


def _snoozed(before: Sequence[Kept]) -> datetime | None:
    """Return until when it is quiet: of several that became one, only where all of them were."""
    until = [one.beside["snoozed_until"] for one in before]
    return min(until) if until and all(until) else None


def _followed(concern: Concern, kept: Sequence[Kept]) -> str | None:
    """Return the reviewed concern that a new one continues."""
    if concern.standing not in {Standing.CAME_BACK, Standing.GETTING_WORSE}:
        return None
    earlier = [
        one
        for one in kept
        if (one.concern.who, one.concern.family) == (concern.who, concern.family)
        and one.concern.reviews
        and one.concern.facts.last < concern.facts.first
    ]
    last = max(earlier, key=lambda one: one.concern.reviews[-1].at, default=None)
    return last.id if last else None


def _foremost(before: Sequence[Kept]) -> Kept:
    """Return the one whose row stays: what people worked on, then what began first."""
    return min(
        before,
        key=lambda one: (
            not one.concern.reviews,
            one.beside["owner"] is None,
            one.beside["opened_at"] is None,
            one.concern.facts.first,
        ),
    )


def _join(session: Session, gone: Kept, stays: Kept) -> None:
    tables = Row.metadata.tables
    for name in BELONGING:
        table = tables[name]
        session.execute(
            update(table).where(table.c.concern_id == gone.id).values(concern_id=stays.id)
        )
    for name, what in (
        ("concern_events", "event_id"),
        ("evidence", "digest"),
        ("case_concerns", "case_id"),
    ):
        table = tables[name]
        # What was taken out of a case is history: it says nothing of what is in the case.
        standing = [table.c.taken_out_at.is_(None)] if name == "case_concerns" else []
        there = select(table.c[what]).where(table.c.concern_id == stays.id, *standing)
        mine = table.c.concern_id == gone.id
        session.execute(delete(table).where(mine, *standing, table.c[what].in_(there)))
        session.execute(update(table).where(mine).values(concern_id=stays.id))
    either = select(func.min(CONCERNS.c.due_at)).where(CONCERNS.c.id.in_((gone.id, stays.id)))
    due = update(CONCERNS).where(CONCERNS.c.id == stays.id)
    session.execute(due.values(due_at=session.scalar(either)))
    session.execute(update(CONCERNS).where(CONCERNS.c.follows == gone.id).values(follows=stays.id))
    session.execute(delete(CONCERNS).where(CONCERNS.c.id == gone.id))
