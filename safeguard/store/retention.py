"""What is over its time is removed, class by class, in small transactions; holds stop it.

Killed at any point, the next run goes on: each batch is whole. Each run leaves a row a class.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from time import monotonic
from typing import Any

import msgspec
from sqlalchemy import Select, delete, func, insert, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from safeguard.core.below_threshold import BelowThreshold
from safeguard.core.events import SCHOOL, Growth, SealedEvent, Tally
from safeguard.core.retention import Kept, Periods
from safeguard.core.unblocking import Asked
from safeguard.core.visits import Visits
from safeguard.records import Record, decode
from safeguard.store import access_retention, audit, holds, retention_rules
from safeguard.store.removal import remove, removing
from safeguard.store.retention_rules import Sweep
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.store.tables.events import BelowThresholdRow, TallyRow
from safeguard.store.tables.keeping import RetentionRunRow
from safeguard.store.tables.spools import RefusedRow

BATCH = 500
WHO = "retention"
DAY = timedelta(days=1)
NEARLY_A_DAY = timedelta(hours=20)

type Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows of a class went (or would), and how many a hold keeps.

    Of the access log they are days.
    """

    name: str
    before: datetime
    count: int
    held: int = 0
    said: str = ""


def due(store: Store, periods: Periods, now: datetime) -> list[Removed]:
    """Count what is over its time, and change nothing.

    What a case or a concern keeps is not counted: it is over its time when those are gone.
    """
    return list(_each(store, periods, now, lambda: False, remove=False))


def purge(
    store: Store, periods: Periods, now: datetime, stop: Stop = lambda: False
) -> list[Removed]:
    """Remove what is over its time, until told to stop; return what went of each class."""
    told: list[Removed] = []
    began = monotonic()
    for one in _each(store, periods, now, stop, remove=True):
        _write_down(store, one, now, round(1000 * (monotonic() - began)))
        told.append(one)
        began = monotonic()
        if stop():
            break
    return told


def purge_daily(store: Store, periods: Periods, now: datetime, stop: Stop = lambda: False) -> None:
    """Purge, unless that was done less than a day ago: for what asks each hour."""
    last = last_run(store)
    if last is None or not timedelta() <= now - last < NEARLY_A_DAY:
        purge(store, periods, now, stop)


def last_run(store: Store) -> datetime | None:
    """Return when all classes were last gone through: the last one of them tells."""
    done = RetentionRunRow.kind == Kept.DETAILS.value, RetentionRunRow.said == ""
    with store.reading() as session:
        return session.scalar(select(func.max(RetentionRunRow.at)).where(*done))


def _each(
    store: Store, periods: Periods, now: datetime, stop: Stop, *, remove: bool
) -> Iterator[Removed]:
    yield _access(store, periods.before(Kept.ACCESS, now), remove=remove)
    for sweep in retention_rules.sweeps(periods, now):
        held = _count(store, sweep.held)
        gone = _sweep(store, sweep, stop, now) if remove else _count(store, sweep.ripe)
        yield Removed(sweep.name, sweep.before, gone, held, _said(stop))
    for kept, hour in ((Kept.BELOW, BelowThresholdRow.hour), (Kept.TALLIES, TallyRow.hour)):
        before = periods.before(kept, now)
        yield Removed(kept.value, before, _hours(store, hour, before, stop, remove=remove))
    yield _refused(store, periods.before(Kept.REFUSED, now), remove=remove)
    yield _details(store, periods.before(Kept.DETAILS, now), now, stop, remove=remove)


def _access(store: Store, before: datetime, *, remove: bool) -> Removed:
    held = holds.people_held(store)
    if remove:
        return Removed("access log", before, *access_retention.purge(store, before.date(), held))
    free, kept = access_retention.over(store, before.date(), held)
    return Removed("access log", before, len(free), len(kept))


def _count(store: Store, query: Select[Any]) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _sweep(store: Store, sweep: Sweep, stop: Stop, now: datetime) -> int:
    """Look for what is ripe beside those who write, from the first to the last; then remove it."""

    def ended(session: Session, ids: Sequence[Any]) -> None:
        for statement in sweep.removing(ids):
            session.execute(statement)
        if ids and sweep.name == "cases":
            audit.record(session, now, WHO, "removed", "cases", "", {"ids": list(ids)})

    gone, last = 0, None
    while not stop():
        with store.reading() as session:
            ids = session.scalars(sweep.ripe_after(last).limit(BATCH)).all()
        gone += remove(store, ids, sweep.ripe, ended, sweep.copies)
        if len(ids) < BATCH:
            break
        last = ids[-1]
    return gone


def _hours(
    store: Store,
    hour: InstrumentedAttribute[datetime],
    before: datetime,
    stop: Stop,
    *,
    remove: bool,
) -> int:
    if not remove:
        return _count(store, select(hour).where(hour < before))
    gone = 0
    while not stop():
        with removing(store) as session:
            oldest = session.scalar(select(func.min(hour)).where(hour < before))
            if oldest is None:
                break
            until = min(oldest + DAY, before)
            there = session.execute(
                delete(hour.class_).where(hour < until).returning(hour)
            ).all()  # fmt: skip
            gone += len(there)
    return gone


def _refused(store: Store, before: datetime, *, remove: bool) -> Removed:
    """Of a record whose time nobody can read, nobody can say that it is over: it stays."""
    key = (RefusedRow.spool, RefusedRow.position)
    with store.reading() as session:
        rows = session.execute(select(*key, RefusedRow.record)).yield_per(BATCH)
        over = [
            (spool, position)
            for spool, position, record in rows
            if (at := _time_of(record)) is not None and at < before
        ]
    for part in batched(over if remove else (), BATCH):
        with removing(store) as session:
            session.execute(delete(RefusedRow).where(tuple_(*key).in_(part)))
    return Removed(Kept.REFUSED.value, before, len(over))


def _time_of(record: bytes) -> datetime | None:
    try:
        found: Record = decode(record)
    except (ValueError, msgspec.DecodeError):
        return None
    match found:
        case SealedEvent() | Asked():
            return found.at if isinstance(found, Asked) else found.event.at
        case Growth():
            return found.last
        case Tally() | BelowThreshold():
            return found.hour
        case Visits():
            return max((one.at for one in found.visits), default=None)


def _details(store: Store, before: datetime, now: datetime, stop: Stop, *, remove: bool) -> Removed:
    about_held = AuditRow.about.in_(
        holds.people_held(store) | holds.cases_held(store) | holds.concerns_held(store)
    )
    over = (
        select(AuditPayloadRow.id)
        .join(AuditRow, AuditRow.id == AuditPayloadRow.id)
        .where(AuditRow.at < before, AuditRow.id > 1)
    )
    free = over.where(~about_held)
    held = _count(store, over.where(about_held))
    if not remove:
        return Removed(Kept.DETAILS.value, before, _count(store, free), held)
    gone, last = 0, 0
    while not stop():
        after = free.where(AuditPayloadRow.id > last).order_by(AuditPayloadRow.id).limit(BATCH)
        with store.reading() as session:
            rows = session.scalars(after).all()
        with removing(store) as session:
            gone += audit.erase_payload(session, now, WHO, rows, "over their time")
        if len(rows) < BATCH:
            break
        last = rows[-1]
    return Removed(Kept.DETAILS.value, before, gone, held, _said(stop))


def _said(stop: Stop) -> str:
    return "stopped before its end" if stop() else ""


def _write_down(store: Store, one: Removed, now: datetime, took_ms: int) -> None:
    with store.writing() as session:
        session.execute(
            insert(RetentionRunRow).values(
                school_id=SCHOOL,
                at=now,
                kind=one.name,
                before=one.before,
                removed=one.count,
                held=one.held,
                took_ms=took_ms,
                said=one.said,
            )
        )
