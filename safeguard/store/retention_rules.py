"""Which rows of which tables are over their time, as queries that both engines read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, and_, delete, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from filter_rules.types import Severity
from safeguard.core.events import first_id_at
from safeguard.core.retention import Kept, Periods, outcomes_kept_as
from safeguard.store import holds
from safeguard.store.removal import Copies
from safeguard.store.tables.cases import CaseConcernRow, CaseRow, OutcomeRow
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow, EvidenceRow
from safeguard.store.tables.events import EventRow
from safeguard.store.tables.keeping import LegalHoldRow, RetentionRunRow, SelfTestRow
from safeguard.store.tables.notices import OutboxRow
from safeguard.store.tables.policy import (
    ExemptionRow,
    OverrideRow,
    UnblockAskerRow,
    UnblockCodeRow,
    UnblockRequestRow,
)

type Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows of one class: those that may go, and those over their time that a hold keeps."""

    name: str
    before: datetime
    id: InstrumentedAttribute[Any]
    over: Condition
    holds: Condition | None = None
    first: Delete | None = None  # what refers to the rows without going with them
    copies: Copies | None = None  # what was copied into the rows, and is many for each

    @property
    def ripe(self) -> Select[Any]:
        query = select(self.id).where(self.over)
        return query if self.holds is None else query.where(~self.holds)

    @property
    def held(self) -> Select[Any]:
        return select(self.id).where(self.over, self.holds) if self.holds is not None else _NONE

    def ripe_after(self, last: Any) -> Select[Any]:
        query = self.ripe.order_by(self.id)
        return query if last is None else query.where(self.id > last)

    def removing(self, ids: Sequence[Any]) -> Iterator[Delete]:
        if self.first is not None:
            yield self.first.where(LegalHoldRow.case_id.in_(ids))
        yield delete(self.id.class_).where(self.id.in_(ids))


_NONE = select(EventRow.id).where(EventRow.id.is_(None))


def sweeps(periods: Periods, now: datetime) -> Iterator[Sweep]:
    """Return the classes in the order in which they are swept: what holds others goes first."""
    yield Sweep(
        "cases",
        now,
        CaseRow.id,
        _closed_cases(periods, now),
        CaseRow.id.in_(holds.CASES),
        delete(LegalHoldRow),
        EvidenceRow.case_id,
    )
    for kept in (Kept.LOW, Kept.OPEN, Kept.DISMISSED, Kept.NOTED, Kept.ACTED):
        before = periods.before(kept, now)
        over = and_(_concern_of(kept, before), ~_in_a_case())
        held = ConcernRow.id.in_(holds.CONCERNS)
        copies = EvidenceRow.concern_id
        yield Sweep(f"concerns: {kept.value}", before, ConcernRow.id, over, held, copies=copies)
    for kept in (Kept.LOW, Kept.OPEN, Kept.NOTED):
        before = periods.before(kept, now)
        over = and_(EventRow.id < first_id_at(before), _event_of(kept), ~_in_a_concern())
        name = "events: reviewed" if kept is Kept.NOTED else f"events: {kept.value}"
        yield Sweep(name, before, EventRow.id, over, EventRow.person.in_(holds.PEOPLE))
    yield _by_time(Kept.MESSAGES, OutboxRow.id, OutboxRow.done_at, periods, now)
    yield _by_time(Kept.SELF_TESTS, SelfTestRow.id, SelfTestRow.at, periods, now)
    yield _requests(periods.before(Kept.REQUESTS, now))
    before = periods.before(Kept.LIFTED, now)
    for row, name in (
        (UnblockCodeRow, "codes"),
        (OverrideRow, "overrides"),
        (ExemptionRow, "exemptions"),
    ):
        yield Sweep(f"{Kept.LIFTED.value}: {name}", before, row.id, row.until < before)
    yield _by_time(Kept.RUNS, RetentionRunRow.id, RetentionRunRow.at, periods, now)


def _by_time(
    kept: Kept,
    key: InstrumentedAttribute[Any],
    at: InstrumentedAttribute[Any],
    periods: Periods,
    now: datetime,
) -> Sweep:
    before = periods.before(kept, now)
    return Sweep(kept.value, before, key, at < before)


def _requests(before: datetime) -> Sweep:
    """Requests by their answer, or without one by when they were asked for last."""
    row = UnblockRequestRow
    unanswered = and_(row.decided_at.is_(None), row.last_at < before)
    held = row.id.in_(
        select(UnblockAskerRow.request_id).where(UnblockAskerRow.person.in_(holds.PEOPLE))
    )
    over = or_(row.decided_at < before, unanswered)
    return Sweep(Kept.REQUESTS.value, before, row.id, over, held)


def _closed_cases(periods: Periods, now: datetime) -> Condition:
    """Cases whose own date has come; where none was set, by their outcome."""
    stands = (
        select(OutcomeRow.outcome)
        .where(OutcomeRow.case_id == CaseRow.id, OutcomeRow.undone_at.is_(None))
        .order_by(OutcomeRow.at.desc(), OutcomeRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    by_outcome = [
        and_(CaseRow.closed_at < periods.before(kept, now), _of(stands, kept))
        for kept in (Kept.DISMISSED, Kept.NOTED, Kept.ACTED)
    ]
    undated = and_(CaseRow.keep_until.is_(None), or_(*by_outcome))
    return and_(CaseRow.closed_at.is_not(None), or_(CaseRow.keep_until < now, undated))


def _concern_of(kept: Kept, before: datetime) -> Condition:
    unreviewed = and_(ConcernRow.closed_at.is_(None), ConcernRow.last_at < before)
    low = and_(ConcernRow.severity <= Severity.LOW.value, ConcernRow.owner.is_(None))
    if kept is Kept.LOW:
        return and_(unreviewed, low)
    if kept is Kept.OPEN:
        return and_(unreviewed, ~low)
    stands = (
        select(OutcomeRow.outcome)
        .where(OutcomeRow.concern_id == ConcernRow.id, OutcomeRow.undone_at.is_(None))
        .order_by(OutcomeRow.at.desc(), OutcomeRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(ConcernRow.closed_at < before, _of(stands, kept))


def _of(stands: Any, kept: Kept) -> Condition:
    """Whether the outcome that stands is of this class; none, or one not known, is ACTED's."""
    if kept is not Kept.ACTED:
        found: Condition = stands.in_(outcomes_kept_as(kept))
        return found
    shorter = [*outcomes_kept_as(Kept.DISMISSED), *outcomes_kept_as(Kept.NOTED)]
    return or_(stands.is_(None), stands.not_in(shorter))


def _event_of(kept: Kept) -> Condition:
    low = EventRow.severity <= Severity.LOW.value
    if kept is Kept.NOTED:
        return EventRow.reviewed.is_(True)
    if kept is Kept.OPEN:
        return and_(~EventRow.reviewed, ~low)
    # One that the concerns do not know of yet is not forgotten before they do.
    return and_(~EventRow.reviewed, low, or_(EventRow.folded, ~EventRow.flagged))


def _in_a_case() -> Condition:
    return exists().where(
        CaseConcernRow.concern_id == ConcernRow.id, CaseConcernRow.taken_out_at.is_(None)
    )


def _in_a_concern() -> Condition:
    return exists().where(ConcernEventRow.event_id == EventRow.id)
