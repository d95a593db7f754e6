"""The list of concerns, a page at a time, and the numbers of today.

A page goes on from the last row of the one before, so page 1,000 costs what page 1 costs. Who
looked at which page is recorded with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.audit import Actor
from safeguard.core.concerns import Standing
from safeguard.core.events import SCHOOL
from safeguard.store import audit
from safeguard.store.concern_rows import CONCERNS, OPEN
from safeguard.store.events import is_event_id
from safeguard.store.session import Store

COUNTED_TO = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNOPENED = timedelta(days=1)


class Order(StrEnum):
    """Which come first."""

    SOONEST = "soonest"  # the most severe, and of those the latest
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class WantedConcerns:
    """What to look for; what is left out does not matter. `standing` empty: what is open.

    Open ones that are snoozed are left out, unless `snoozed` asks for those alone.
    """

    standing: tuple[str, ...] = ()
    severity: Severity = Severity.NONE
    group: str = ""
    family: str = ""
    subject: str = ""
    owner: int | None = None
    unowned: bool = False
    snoozed: bool = False
    since: datetime | None = None
    until: datetime | None = None
    school_id: int = SCHOOL


@dataclass(frozen=True, slots=True)
class ListedConcern:
    """A concern as a list shows it: whose (an id), what about, how soon, why. No words."""

    id: str
    version: int
    subject_kind: str
    subject: str
    subjects: int
    group: str
    family: str
    day: date
    themes: tuple[str, ...]
    severity: Severity
    confidence: str
    identity: str
    care: bool
    why: tuple[str, ...]
    started_at: datetime
    last_at: datetime
    events: int
    requests: int
    standing: str
    owner: int | None
    opened_at: datetime | None
    due_at: datetime | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    follows: str | None
    moved_from: str


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """Some concerns. `more` continues from here; empty: there are no more."""

    concerns: tuple[ListedConcern, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """The numbers of the first page, each counted to COUNTED_TO at most."""

    urgent: int
    open: int
    unopened: int
    due: int
    snoozed: int
    reviewed: int


def listed(
    store: Store,
    wanted: WantedConcerns,
    now: datetime,
    actor: Actor,
    after: str = "",
    limit: int = 50,
    order: Order = Order.SOONEST,
) -> ConcernPage:
    """Return the concerns wanted that come after the place `after`, and record who saw which."""
    with store.writing() as session:
        page = page_of(session, wanted, now, after, limit, order)
        seen = [one.id for one in page.concerns]
        said = {name: str(value) for name, value in asdict(wanted).items() if value}
        told = {"filter": said, "after": after, "seen": seen}
        if seen:  # of an empty list nobody learns of anyone
            audit.record_by(session, actor, "listed", "concerns", "", told)
    return page


def page_of(
    session: Session,
    wanted: WantedConcerns,
    now: datetime,
    after: str = "",
    limit: int = 50,
    order: Order = Order.SOONEST,
) -> ConcernPage:
    """Return a page without a record: for Safeguard itself, which shows nobody's name."""
    place = _place_of(after)
    standings = wanted.standing or OPEN
    # By severity each standing is in order by itself; by time they are in order together.
    apart = [(one,) for one in standings] if _by_standing(wanted, order) else [standings]
    parts = [
        session.execute(_query(wanted, some, now, place, order).limit(limit + 1)).all()
        for some in apart
    ]
    rows = list(merge(*parts, key=lambda row: _key(row, order), reverse=True))
    found = tuple(listed_of(row) for row in rows[:limit])
    return ConcernPage(found, _mark(found[-1]) if len(rows) > limit else "")


def earlier(session: Session, one: ListedConcern, limit: int = 20) -> tuple[ListedConcern, ...]:
    """Return the subject's other concerns that began before this one, the latest first."""
    query = (
        select(*_COLUMNS)
        .where(
            CONCERNS.c.subject == one.subject,
            CONCERNS.c.subject_kind == one.subject_kind,
            CONCERNS.c.started_at <= one.started_at,
            CONCERNS.c.id != one.id,
        )
        .order_by(CONCERNS.c.started_at.desc(), CONCERNS.c.id.desc())
        .limit(limit)
    )
    return tuple(listed_of(row) for row in session.execute(query))


def by_id(session: Session, ids: Sequence[str]) -> tuple[ListedConcern, ...]:
    """Return these concerns, the most severe first."""
    query = select(*_COLUMNS).where(CONCERNS.c.id.in_(list(ids)))
    rows = sorted(session.execute(query), key=lambda row: _key(row, Order.SOONEST), reverse=True)
    return tuple(listed_of(row) for row in rows)


def today(store: Store, now: datetime, midnight: datetime, school_id: int = SCHOOL) -> Today:
    """Return the numbers of today, which began at `midnight`. They name nobody."""
    awake = or_(CONCERNS.c.snoozed_until.is_(None), CONCERNS.c.snoozed_until <= now)
    is_open = (CONCERNS.c.school_id == school_id, CONCERNS.c.standing.in_(OPEN))
    reviewed = (
        CONCERNS.c.school_id == school_id,
        CONCERNS.c.standing == Standing.REVIEWED.value,
        CONCERNS.c.closed_at >= midnight,
    )
    with store.reading() as session:
        return Today(
            urgent=_count(session, *is_open, CONCERNS.c.severity == Severity.URGENT.value),
            open=_count(session, *is_open, awake),
            unopened=_count(
                session,
                *is_open,
                CONCERNS.c.opened_at.is_(None),
                CONCERNS.c.built_at < now - UNOPENED,
            ),
            due=_count(session, *is_open, CONCERNS.c.due_at < midnight + timedelta(days=1)),
            snoozed=_count(session, *is_open, CONCERNS.c.snoozed_until > now),
            reviewed=_count(session, *reviewed),
        )


def listed_of(row: Row[Any]) -> ListedConcern:
    values = dict(row._mapping)  # noqa: SLF001  its public name
    values["severity"] = Severity(row.severity)
    values["why"] = tuple(row.why)
    return ListedConcern(**values)


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    some = select(CONCERNS.c.id).where(*where).limit(COUNTED_TO).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _query(
    wanted: WantedConcerns,
    standings: tuple[str, ...],
    now: datetime,
    place: tuple[int, datetime, str] | None,
    order: Order,
) -> Select[Any]:
    by = [CONCERNS.c.last_at, CONCERNS.c.id]
    if order is Order.SOONEST:
        by.insert(0, CONCERNS.c.severity)
    # A text that is put together is in no index: SQLite takes one that is in the order asked for.
    apart = _by_standing(wanted, order)
    column = CONCERNS.c.standing if apart else CONCERNS.c.standing.concat("")
    query = select(*_COLUMNS).where(CONCERNS.c.school_id == wanted.school_id, column.in_(standings))
    if place is not None:
        values = zip(place[-len(by) :], by, strict=True)
        query = query.where(
            tuple_(*by) < tuple_(*(literal(value, column.type) for value, column in values))
        )
    where = [*_whose(wanted), *_when(wanted, now)]
    return query.where(*where).order_by(*(column.desc() for column in by))


def _whose(wanted: WantedConcerns) -> Iterator[ColumnElement[bool]]:
    if wanted.severity is not Severity.NONE:
        yield CONCERNS.c.severity >= wanted.severity.value
    for name in ("group", "family", "subject"):
        if value := getattr(wanted, name):
            yield CONCERNS.c[name] == value
    if wanted.owner is not None:
        yield CONCERNS.c.owner == wanted.owner
    if wanted.unowned:
        yield CONCERNS.c.owner.is_(None)


def _by_standing(wanted: WantedConcerns, order: Order) -> bool:
    return order is Order.SOONEST and not wanted.subject


def _when(wanted: WantedConcerns, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.snoozed:
        yield CONCERNS.c.snoozed_until > now
    elif not wanted.standing:
        yield or_(CONCERNS.c.snoozed_until.is_(None), CONCERNS.c.snoozed_until <= now)
    if wanted.since is not None:
        yield CONCERNS.c.last_at >= wanted.since
    if wanted.until is not None:
        yield CONCERNS.c.last_at < wanted.until


def _key(row: Row[Any], order: Order) -> tuple[Any, ...]:
    key = (row.last_at, row.id)
    return (row.severity, *key) if order is Order.SOONEST else key


def _mark(one: ListedConcern) -> str:
    """Write a row's place down, as an address bar can hold it."""
    moment = (one.last_at - EPOCH) // timedelta(microseconds=1)
    return f"{one.severity.value}.{moment}.{one.id}"


def _place_of(mark: str) -> tuple[int, datetime, str] | None:
    """Read a place; what is none is the beginning."""
    severity, _, rest = mark.partition(".")
    moment, _, concern_id = rest.partition(".")
    if not (severity.isdecimal() and moment.isdecimal() and is_event_id(concern_id)):
        return None
    try:
        return int(severity), EPOCH + timedelta(microseconds=int(moment)), concern_id
    except (OverflowError, ValueError):
        return None


_NAMES = (
    "id", "version", "subject_kind", "subject", "subjects", "group", "family", "day", "themes",
    "severity", "confidence", "identity", "care", "why", "started_at", "last_at", "events",
    "standing", "owner", "opened_at", "due_at", "snoozed_until", "closed_at", "follows",
    "moved_from",
)  # fmt: skip
_COLUMNS = (*(CONCERNS.c[name] for name in _NAMES), CONCERNS.c.count.label("requests"))
