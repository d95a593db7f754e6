"""What people wrote about a case and its concerns: notes, conclusions, who had it when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from safeguard.core.concerns import outcome_words
from safeguard.store.case_lists import opened
from safeguard.store.case_parts import Written
from safeguard.store.tables.cases import AssignmentRow, NoteRow, OutcomeRow
from safeguard.vault import Vault

MOST = 5_000  # of each, the first ones

type Names = Mapping[int, str]


def notes_of(
    session: Session, cases: Sequence[str], concerns: Sequence[str], staff: Names, vault: Vault
) -> tuple[Written, ...]:
    mine = _mine(NoteRow.case_id, NoteRow.concern_id, cases, concerns)
    query = select(NoteRow).where(mine).order_by(NoteRow.at, NoteRow.id).limit(MOST)
    return tuple(
        _written(row, row.kind, row.sealed, staff, vault) for row in session.scalars(query)
    )


def outcomes_of(
    session: Session, cases: Sequence[str], concerns: Sequence[str], staff: Names, vault: Vault
) -> tuple[Written, ...]:
    mine = _mine(OutcomeRow.case_id, OutcomeRow.concern_id, cases, concerns)
    query = select(OutcomeRow).where(mine).order_by(OutcomeRow.at, OutcomeRow.id).limit(MOST)
    return tuple(
        replace(
            _written(row, outcome_words(row.outcome), row.reason, staff, vault),
            until=row.undone_at,
            until_by=staff.get(row.undone_by or 0, ""),
        )
        for row in session.scalars(query)
    )


def _written(
    row: NoteRow | OutcomeRow, what: str, sealed: bytes, staff: Names, vault: Vault
) -> Written:
    text, readable = opened(vault, sealed)
    by = staff.get(row.staff_id, "")
    return Written(row.id, row.concern_id or "", row.at, by, what, text, readable=readable)


def assignments_of(
    session: Session, cases: Sequence[str], concerns: Sequence[str], staff: Names
) -> tuple[Written, ...]:
    """Return who had it: `what` is the name of who did, `by` of who gave it to them."""
    mine = _mine(AssignmentRow.case_id, AssignmentRow.concern_id, cases, concerns)
    query = select(AssignmentRow).where(mine).order_by(AssignmentRow.at, AssignmentRow.id)
    return tuple(
        Written(
            row.id,
            row.concern_id or "",
            row.at,
            staff.get(row.given_by, ""),
            staff.get(row.staff_id, ""),
            "",
            row.ended_at,
        )
        for row in session.scalars(query.limit(MOST))
    )


def _mine(
    case: InstrumentedAttribute[str | None],
    concern: InstrumentedAttribute[str | None],
    cases: Sequence[str],
    concerns: Sequence[str],
) -> ColumnElement[bool]:
    return or_(case.in_(cases), concern.in_(concerns))
