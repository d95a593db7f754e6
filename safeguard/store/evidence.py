"""What was visited around a concern, copied into it, so that whole days can be dropped.

A concern gets the visits from 15 minutes before its first event to 15 minutes after its last, a
case those of its pupils' whole days. Visits come late (a minute as a rule, hours where a spool
waited), so each concern is copied again when its time is over, and once more a day later. What
is copied twice is kept once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from safeguard.core.concerns import Known
from safeguard.core.events import Private, first_id_at
from safeguard.store import access
from safeguard.store.access import WantedVisits
from safeguard.store.bulk import add_new
from safeguard.store.concern_rows import CLASS, CONCERNS
from safeguard.store.session import Store, vault_of
from safeguard.store.tables.cases import CaseConcernRow
from safeguard.store.tables.concerns import EvidenceRow
from safeguard.store.tables.events import EventRow
from safeguard.vault import UnsealError, Vault

EVIDENCE: Table = EvidenceRow.metadata.tables["evidence"]
AROUND = timedelta(minutes=15)
SETTLED = timedelta(minutes=5)  # by then what is not delayed has come
LATE = timedelta(days=1)
MOST_VISITS = 2_000  # of one concern; of one day of a case
PAGE = 500
AT_ONCE = 200
MOST_DUE = 5_000

_encode = msgspec.msgpack.Encoder().encode
_private = msgspec.msgpack.Decoder(Private)

type Told = tuple[datetime, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Around:
    """Whose visits, and between when."""

    school_id: int
    wanted: tuple[WantedVisits, ...]
    since: datetime
    until: datetime


def due(store: Store, now: datetime, most: int = MOST_DUE) -> list[str]:
    """Return concerns whose surroundings are to be copied, or copied again: due longest first."""
    to_copy = CONCERNS.c.context_due_at
    query = select(CONCERNS.c.id).where(to_copy <= now).order_by(to_copy).limit(most)
    with store.reading() as session:
        return list(session.scalars(query))


def copy(store: Store, ids: Sequence[str], now: datetime) -> int:
    """Copy what was visited around these concerns; return how many rows were looked at."""
    looked = 0
    for start in range(0, len(ids), AT_ONCE):
        looked += _copy_some(store, ids[start : start + AT_ONCE], now)
    return looked


def copy_day(store: Store, case_id: str) -> int:
    """Copy the days of a case's concerns into the case; return how many rows were looked at."""
    query = (
        select(CONCERNS)
        .join(CaseConcernRow, CaseConcernRow.concern_id == CONCERNS.c.id)
        .where(CaseConcernRow.case_id == case_id, CaseConcernRow.taken_out_at.is_(None))
    )
    with store.reading() as session:
        rows = session.execute(query).all()
    looked = 0
    for row in rows:
        if row.subject_kind == CLASS:
            continue
        since = datetime.combine(row.started_at.date(), time(), UTC)
        until = datetime.combine(row.last_at.date() + timedelta(days=1), time(), UTC)
        around = Around(row.school_id, _wanted(row), since, until)
        told = _told(store, around)
        with store.writing() as session:
            _keep(session, around, told, {"concern_id": None, "case_id": case_id})
        looked += len(told)
    return looked


def _copy_some(store: Store, ids: Sequence[str], now: datetime) -> int:
    with store.reading() as session:
        query = select(CONCERNS).where(
            CONCERNS.c.id.in_(list(ids)), CONCERNS.c.subject_kind != CLASS
        )
        rows = session.execute(query).all()
    found = [(row, _around(row)) for row in rows]
    told = [(row, around, _told(store, around)) for row, around in found]
    with store.writing() as session:
        for row, around, these in told:
            # Not where it grew meanwhile: then it is due again.
            mine = (CONCERNS.c.id == row.id, CONCERNS.c.last_at == row.last_at)
            copied = update(CONCERNS).where(*mine).values(context_due_at=_next(row.last_at, now))
            still = copied.returning(CONCERNS.c.id)
            if session.scalar(still) is not None:
                _keep(session, around, these, {"concern_id": row.id, "case_id": None})
    return sum(len(these) for _, _, these in told)


def _next(last_at: datetime, now: datetime) -> datetime | None:
    """Return when a concern that was copied now is to be copied again; None: all has come."""
    end = last_at + AROUND
    return next((moment for moment in (end + SETTLED, end + LATE) if moment > now), None)


def _around(row: Any) -> Around:
    return Around(row.school_id, _wanted(row), row.started_at - AROUND, row.last_at + AROUND)


def _wanted(row: Any) -> tuple[WantedVisits, ...]:
    """Return whose visits belong to a concern: where a lead said whose it is, the device's too."""
    kind, _, subject = row.moved_from.partition(":")
    both = {row.subject_kind: row.subject} | ({kind: subject} if kind else {})
    named = {Known.PERSON: "person", Known.DEVICE: "device", Known.ADDRESS: "address"}
    return tuple(WantedVisits(**{named[Known(kind)]: subject}) for kind, subject in both.items())


def _told(store: Store, around: Around) -> list[Told]:
    """Return the visits and the events between the two moments, the latest first."""
    told: list[Told] = []
    for wanted in around.wanted:
        between = replace(wanted, since=around.since, until=around.until)
        for day in _days(around.since, around.until):
            told += islice(_visits(store, between, day), MOST_VISITS)
        told += _events(store, between, around)
    return sorted(told, key=itemgetter(0), reverse=True)[:MOST_VISITS]


def _days(since: datetime, until: datetime) -> Iterator[date]:
    day = until.astimezone(UTC).date()
    while day >= since.astimezone(UTC).date():
        yield day
        day -= timedelta(days=1)


def _visits(store: Store, wanted: WantedVisits, day: date) -> Iterator[Told]:
    before = 0
    while True:
        page = access.search(store, wanted, day, before, PAGE, paths=True)
        for one in page.visits:
            plain = {
                "kind": "visit", "host": one.host, "path": one.path, "times": one.times,
                "channel": one.channel.value, "action": one.action.value,
                "category": one.category, "device": one.device, "address": one.address,
            }  # fmt: skip
            yield one.at, plain | {"id": str(one.id)}
        before = page.older
        if not before:
            return


def _events(store: Store, wanted: WantedVisits, around: Around) -> Iterator[Told]:
    """Yield the subject's events, those too that nobody flagged: they are kept less long."""
    where = [
        EventRow.id >= first_id_at(around.since),
        EventRow.id < first_id_at(around.until),
        EventRow.school_id == around.school_id,
    ]
    whose = {name: getattr(wanted, name) for name in ("person", "device", "address")}
    where += [getattr(EventRow, name) == value for name, value in whose.items() if value]
    query = select(EventRow).where(*where).order_by(EventRow.id.desc()).limit(MOST_VISITS)
    with store.reading() as session:
        for row in session.scalars(query):
            private = _opened(store.vault, row.sealed)
            yield row.at, {
                "kind": "event", "id": row.id, "host": row.host, "path": private.url,
                "times": 1, "channel": row.channel, "action": row.action,
                "category": row.category, "device": row.device, "address": row.address,
                "words": private.words, "themes": list(row.themes), "reason": row.reason,
            }  # fmt: skip


def _opened(vault: Vault, sealed: bytes) -> Private:
    try:
        return _private.decode(vault.unseal(sealed))
    except (UnsealError, msgspec.DecodeError):
        return Private()


def _keep(session: Session, around: Around, told: Sequence[Told], about: dict[str, Any]) -> None:
    vault = vault_of(session)
    rows = []
    for at, plain in told:
        encoded = _encode(plain)
        rows.append(
            {
                "school_id": around.school_id,
                **about,
                "at": at,
                "digest": vault.digest(encoded),
                "sealed": encoded,
            }
        )
    mine = (
        EVIDENCE.c.case_id == about["case_id"]
        if about["case_id"]
        else (EVIDENCE.c.concern_id == about["concern_id"])
    )
    there = set(session.scalars(select(EVIDENCE.c.digest).where(mine)))
    new = [
        one | {"sealed": vault.seal(one["sealed"])} for one in rows if one["digest"] not in there
    ]
    add_new(session.connection(), EVIDENCE, new)
