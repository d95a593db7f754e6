"""One concern in full: what it is made of, what was around it, and what people did with it.

Looking is recorded in the transaction that looks: nobody reads of a pupil unseen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from safeguard.core.audit import Actor
from safeguard.core.concerns import Concern, Line, outcome_words
from safeguard.core.evidence import lines_shown
from safeguard.store import audit, concern_pages
from safeguard.store.class_lines import line_of
from safeguard.store.concern_pages import ListedConcern
from safeguard.store.concern_rows import CLASS, CONCERNS, kept_by_id
from safeguard.store.events import is_event_id
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.cases import AssignmentRow, NoteRow, OutcomeRow
from safeguard.store.tables.concerns import ConcernEventRow, EvidenceRow
from safeguard.store.tables.people import StaffRow
from safeguard.vault import UnsealError, Vault

MOST = 500  # of each, the latest


@dataclass(frozen=True, slots=True)
class Around:
    """A visit or an event around a concern, as it was copied. `ours`: the concern is made of it."""

    at: datetime
    plain: dict[str, Any]
    ours: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class Done:
    """What a person did: a note, a conclusion, whom they gave it to."""

    at: datetime
    by: int
    name: str
    what: str
    text: str = ""
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WholeConcern:
    """A concern with all that is known of it. `concern` is None where it cannot be opened.

    `lines`: each page or set of words once. `members`: who waits behind a class's line. `events`:
    the ids of the latest ones it is made of.
    """

    listed: ListedConcern
    concern: Concern | None
    lines: tuple[Line, ...]
    events: tuple[str, ...]
    around: tuple[Around, ...]
    done: tuple[Done, ...]
    earlier: tuple[ListedConcern, ...]
    members: tuple[ListedConcern, ...]


def whole(store: Store, concern_id: str, actor: Actor) -> WholeConcern | None:
    """Return a concern in full, or None, and record who looked."""
    if not is_event_id(concern_id):
        return None
    with store.writing() as session:
        found = concern_pages.by_id(session, [concern_id])
        if not found:
            return None
        one = _whole(session, found[0])
        audit.record_by(session, actor, "viewed", "concern", concern_id)
        return one


def _whole(session: Session, one: ListedConcern) -> WholeConcern:
    kept = kept_by_id(session, [one.id])
    concern = kept[0].concern if kept else None
    mine = select(ConcernEventRow.event_id).where(ConcernEventRow.concern_id == one.id)
    events = session.scalars(mine.order_by(ConcernEventRow.event_id.desc()).limit(MOST)).all()
    return WholeConcern(
        one,
        concern,
        lines_shown(concern.facts) if concern else (),
        tuple(events),
        _around(session, one.id, set(events)),
        tuple(sorted(_done(session, one.id), key=lambda each: each.at)),
        () if one.subject_kind == CLASS else concern_pages.earlier(session, one),
        _members(session, one),
    )


def _members(session: Session, one: ListedConcern) -> tuple[ListedConcern, ...]:
    if one.subject_kind != CLASS:
        return ()
    sealed = session.scalar(select(CONCERNS.c.facts).where(CONCERNS.c.id == one.id))
    line = line_of(vault_of(session), sealed or b"")
    return concern_pages.by_id(session, line.gathered) if line else ()


def _around(session: Session, concern_id: str, ours: set[str]) -> tuple[Around, ...]:
    query = (
        select(EvidenceRow.at, EvidenceRow.sealed)
        .where(EvidenceRow.concern_id == concern_id)
        .order_by(EvidenceRow.at.desc())
        .limit(MOST)
    )
    vault = vault_of(session)
    found = [(row.at, *_opened(vault, row.sealed)) for row in session.execute(query)]
    return tuple(
        Around(at, plain, plain.get("id") in ours, readable) for at, plain, readable in found
    )


def _opened(vault: Vault, sealed: bytes) -> tuple[dict[str, Any], bool]:
    try:
        return msgspec.msgpack.decode(vault.unseal(sealed), type=dict[str, Any]), True
    except (UnsealError, msgspec.DecodeError):
        return {}, False


def _done(session: Session, concern_id: str) -> Iterable[Done]:
    names = {row.id: row.name for row in session.execute(select(StaffRow.id, StaffRow.name))}
    vault = vault_of(session)

    def rows(table: Any) -> Sequence[Any]:
        query = select(table).where(table.concern_id == concern_id)
        return session.scalars(query.order_by(table.at.desc()).limit(MOST)).all()

    for note in rows(NoteRow):
        text = _text(vault, note.sealed)
        yield Done(note.at, note.staff_id, names.get(note.staff_id, ""), note.kind, text)
    for said in rows(OutcomeRow):
        text = _text(vault, said.reason)
        name = names.get(said.staff_id, "")
        yield Done(said.at, said.staff_id, name, outcome_words(said.outcome), text, said.undone_at)
    for given in rows(AssignmentRow):
        name = names.get(given.given_by, "")
        yield Done(given.at, given.given_by, name, "assigned", names.get(given.staff_id, ""))


def _text(vault: Vault, sealed: bytes) -> str:
    try:
        return vault.unseal(sealed).decode()
    except (UnsealError, UnicodeDecodeError):
        return "(sealed with another key)"
