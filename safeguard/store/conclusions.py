"""What people conclude of concerns, and how it is taken back. Nothing they said is ever changed.

A class's line is concluded for each pupil who waits behind it. What is closed together is undone
together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import Outcome, Standing
from safeguard.core.folding import review, unreview
from safeguard.store import feedback
from safeguard.store.class_lines import line_of
from safeguard.store.concern_rows import (
    CLASS,
    alone_with_concerns,
)
from safeguard.store.concern_writing import Randomness
from safeguard.store.session import Store, vault_of
from safeguard.store.settling import UNREADABLE, beside, opened, settle
from safeguard.store.tables.cases import OutcomeRow
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.triage import (
    Act,
    NoteKind,
    TriageError,
    checked,
    found,
    keep_note,
    record,
    seen_at,
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a person concludes, and why in their words. `batch`: closed together, undone so."""

    outcome: Outcome
    reason: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """What closing many came to: how many were closed, and how many were left, and why."""

    batch: str
    closed: int
    urgent: int
    changed: int


def close(
    store: Store, act: Act, said: Conclusion, rules: ConcernRules, randomness: Randomness
) -> None:
    """Conclude a concern, as it was seen; of a class's line, each pupil's behind it."""
    with store.writing() as session:
        alone_with_concerns(session)
        row = found(session, act.concern_id)
        seen_at(row, act.version)
        _may_close(row, said)
        if row.subject_kind == CLASS:
            _close_line(session, act, row, said, rules, randomness)
        else:
            _close_one(session, act, row, said, rules, randomness)


def close_together(
    store: Store,
    acts: Sequence[Act],
    said: Conclusion,
    filtered_by: str,
    rules: ConcernRules,
    randomness: Randomness,
) -> Together:
    """Conclude several as they were seen; urgent ones and changed ones are left as they are.

    `filtered_by` says in words what was chosen: it goes into the record.
    """
    batch = said.batch or randomness(16).hex()
    said = Conclusion(said.outcome, said.reason, batch)
    closed = urgent = changed = 0
    for act in acts:
        with store.writing() as session:
            alone_with_concerns(session)
            row = session.get(ConcernRow, act.concern_id)
            if row is None or row.version != act.version or row.standing == Standing.REVIEWED.value:
                changed += 1
                continue
            if row.severity == Severity.URGENT:
                urgent += 1
                continue
            if row.subject_kind == CLASS:
                _close_line(session, act, row, said, rules, randomness, filtered_by)
            else:
                _close_one(session, act, row, said, rules, randomness, filtered_by)
            closed += 1
    return Together(batch, closed, urgent, changed)


def undo(
    store: Store, act: Act, rules: ConcernRules, randomness: Randomness, why: str = ""
) -> None:
    """Take the last conclusion back; of what was closed with a class's line, all of it."""
    with store.writing() as session:
        alone_with_concerns(session)
        row = found(session, act.concern_id)
        seen_at(row, act.version)
        last = _standing_outcome(session, row.id)
        if last is None:
            raise TriageError("Nothing was concluded here that could be taken back.")
        if row.subject_kind == CLASS:
            _undo_batch(session, act, last.batch, rules, randomness)
        else:
            _undo_one(session, act, row.id, rules, randomness)
        if why:
            keep_note(session, row, NoteKind.NOTE, checked(why), act.by, act.at)
        record(session, act, "undone", row, {"outcome": last.outcome, "batch": last.batch})


def reopen(store: Store, act: Act, why: str, rules: ConcernRules, randomness: Randomness) -> None:
    """Open a concluded concern again, for a reason that is kept as a note."""
    if not checked(why):
        raise TriageError("Say why it is opened again.")
    undo(store, act, rules, randomness, why)


def undo_together(
    store: Store, batch: str, by: int, at: datetime, rules: ConcernRules, randomness: Randomness
) -> int:
    """Take back what was closed together; return how many are open again."""
    with store.writing() as session:
        alone_with_concerns(session)
        act = Act("", 0, by, at)
        ids = _undo_batch(session, act, batch, rules, randomness)
        for concern_id in ids:
            row = session.get(ConcernRow, concern_id)
            if row is not None:
                record(session, act, "undone", row, {"batch": batch})
    return len(ids)


def _may_close(row: ConcernRow, said: Conclusion) -> None:
    if row.standing == Standing.REVIEWED.value:
        raise TriageError("It is concluded already.")
    if row.severity == Severity.URGENT and not checked(said.reason):
        raise TriageError("Write what you did and whom you spoke to: this one said “Act now”.")


def _close_line(
    session: Session,
    act: Act,
    row: ConcernRow,
    said: Conclusion,
    rules: ConcernRules,
    randomness: Randomness,
    filtered_by: str = "",
) -> None:
    line = line_of(vault_of(session), row.facts)
    if line is None:
        raise TriageError(UNREADABLE)
    said = Conclusion(said.outcome, said.reason, said.batch or randomness(16).hex())
    version = row.version
    for concern_id in line.gathered:
        member = session.get(ConcernRow, concern_id)
        if member is not None and member.standing != Standing.REVIEWED.value:
            _close_one(session, act, member, said, rules, randomness, filtered_by)
    session.refresh(row)
    row.standing, row.closed_at = Standing.REVIEWED.value, act.at
    row.version = max(row.version, version) + 1
    _say(session, act, row, said, filtered_by)


def _close_one(
    session: Session,
    act: Act,
    row: ConcernRow,
    said: Conclusion,
    rules: ConcernRules,
    randomness: Randomness,
    filtered_by: str = "",
) -> None:
    one = opened(session, row.id)
    kept = beside(session, one.concern, rules)
    existing = [each.concern for each in kept]
    changes = review(existing, one.concern, said.outcome, act.at, rules)
    if not changes:
        raise TriageError("It is concluded already.")
    settle(session, changes, kept, rules, act.at, randomness)
    _say(session, act, row, said, filtered_by)
    feedback.keep(session, row, said.outcome, act.by, act.at)


def _say(session: Session, act: Act, row: ConcernRow, said: Conclusion, filtered_by: str) -> None:
    """Keep what was said, and record it."""
    row.opened_at, row.opened_by = row.opened_at or act.at, row.opened_by or act.by
    row.snoozed_until = None
    session.add(
        OutcomeRow(
            school_id=row.school_id,
            concern_id=row.id,
            at=act.at,
            staff_id=act.by,
            outcome=said.outcome.code,
            reason=vault_of(session).seal(checked(said.reason).encode()),
            batch=said.batch,
        )
    )
    told: dict[str, Any] = {"outcome": said.outcome.code, "batch": said.batch}
    if filtered_by:
        told["filter"] = filtered_by
    record(session, act, "closed", row, told)


def _undo_batch(
    session: Session, act: Act, batch: str, rules: ConcernRules, randomness: Randomness
) -> list[str]:
    query = select(OutcomeRow.concern_id).where(
        OutcomeRow.batch == batch, OutcomeRow.undone_at.is_(None), OutcomeRow.batch != ""
    )
    ids = [one for one in session.scalars(query) if one is not None]
    for concern_id in ids:
        row = session.get(ConcernRow, concern_id)
        if row is not None and row.subject_kind != CLASS:
            _undo_one(session, act, concern_id, rules, randomness)
    for concern_id in ids:
        row = session.get(ConcernRow, concern_id)
        if row is not None and row.subject_kind == CLASS:
            _mark_undone(session, act, concern_id)
            again = _standing_outcome(session, concern_id) is not None
            row.standing = (Standing.CAME_BACK if again else Standing.NEW).value
            row.version, row.closed_at = row.version + 1, None
    return ids


def _undo_one(
    session: Session, act: Act, concern_id: str, rules: ConcernRules, randomness: Randomness
) -> None:
    one = opened(session, concern_id)
    kept = beside(session, one.concern, rules)
    changes = unreview([each.concern for each in kept], one.concern, rules)
    settle(session, changes, kept, rules, act.at, randomness)
    _mark_undone(session, act, concern_id)
    feedback.take_back(session, concern_id, act.at)


def _mark_undone(session: Session, act: Act, concern_id: str) -> None:
    last = _standing_outcome(session, concern_id)
    if last is not None:
        mine = update(OutcomeRow).where(OutcomeRow.id == last.id)
        session.execute(mine.values(undone_at=act.at, undone_by=act.by))


def _standing_outcome(session: Session, concern_id: str) -> OutcomeRow | None:
    query = select(OutcomeRow).where(
        OutcomeRow.concern_id == concern_id, OutcomeRow.undone_at.is_(None)
    )
    return session.scalar(query.order_by(OutcomeRow.at.desc(), OutcomeRow.id.desc()).limit(1))
