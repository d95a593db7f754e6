"""The list of concerns, a page at a time.

A page goes on from the last row of the one before, so page 1,000 costs what page 1 costs. One
index holds all that lists are ordered and narrowed by: each standing and severity is a run of it,
in order by itself, so that the first rows of each make the page, whatever is left out. Who looked
at which page is recorded with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.store import audit
from safeguard.store.concern_rows import CONCERNS, OPEN
from safeguard.store.events import is_event_id
from safeguard.store.session import Store

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type Place = tuple[int, datetime, str]


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
    within: frozenset[str] | None = None  # the groups that the reader may see; None: all
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
        said = {name: _said(value) for name, value in asdict(wanted).items() if value}
        told = {"filter": said, "after": after, "seen": seen}
        if seen:  # of an empty list nobody learns of anyone
            audit.record_by(session, actor, "listed", "concerns", "", told)
    return page


def _said(value: object) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def page_of(
    session: Session,
    wanted: WantedConcerns,
    now: datetime,
    after: str = "",
    limit: int = 50,
    order: Order = Order.SOONEST,
) -> ConcernPage:
    """Return a page without a record: for Safeguard itself, which shows nobody's name."""
    find = _of_subject if wanted.subject else _of_all
    query = find(wanted, now, _place_of(after), order, limit + 1)
    rows = [] if query is None else session.execute(query).all()
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
    in_order = query.order_by(*_in_order(CONCERNS.c, Order.SOONEST))
    return tuple(listed_of(row) for row in session.execute(in_order))


def listed_of(row: Row[Any]) -> ListedConcern:
    values = dict(row._mapping)  # noqa: SLF001  its public name
    values["severity"] = Severity(row.severity)
    values["why"] = tuple(row.why)
    return ListedConcern(**values)


def _of_all(
    wanted: WantedConcerns, now: datetime, place: Place | None, order: Order, limit: int
) -> Select[Any] | None:
    """Ask for the first of each run that can have any, and of those for the first in order."""
    where = [CONCERNS.c.school_id == wanted.school_id, *_whose(wanted), *_when(wanted, now)]
    by_time = (CONCERNS.c.last_at, CONCERNS.c.id)
    runs = [
        select(CONCERNS.c.severity, *by_time)
        .where(CONCERNS.c.standing == standing, CONCERNS.c.severity == severity.value)
        .where(*where, *after)
        .order_by(*(column.desc() for column in by_time))
        .limit(limit)
        .subquery()
        for standing in wanted.standing or OPEN
        for severity in Severity
        if severity >= wanted.severity
        if (after := _after(place, severity, order)) is not None
    ]
    if not runs:
        return None
    whole = union_all(*(select(run) for run in runs)).subquery()
    first = select(whole.c.id).order_by(*_in_order(whole.c, order)).limit(limit).subquery()
    query = select(*_COLUMNS).where(CONCERNS.c.id.in_(select(first.c.id)))
    return query.order_by(*_in_order(CONCERNS.c, order))


def _after(
    place: Place | None, severity: Severity, order: Order
) -> tuple[ColumnElement[bool], ...] | None:
    """Return what of a severity's run comes after the place: a condition, all (), or nothing."""
    if place is None:
        return ()
    if order is Order.SOONEST and severity.value != place[0]:
        return () if severity.value < place[0] else None
    return (_before((CONCERNS.c.last_at, CONCERNS.c.id), place[1:]),)


def _of_subject(
    wanted: WantedConcerns, now: datetime, place: Place | None, order: Order, limit: int
) -> Select[Any]:
    """Ask for one subject's. What is put together is in no index: theirs is the one to be used."""
    ours = CONCERNS.c.school_id + 0 == wanted.school_id
    standing = CONCERNS.c.standing.concat("").in_(wanted.standing or OPEN)
    query = select(*_COLUMNS).where(ours, standing, *_whose(wanted), *_when(wanted, now))
    if place is not None:
        if order is Order.SOONEST:
            columns = (CONCERNS.c.severity, CONCERNS.c.last_at, CONCERNS.c.id)
            query = query.where(_before(columns, place))
        else:
            query = query.where(_before((CONCERNS.c.last_at, CONCERNS.c.id), place[1:]))
    return query.order_by(*_in_order(CONCERNS.c, order)).limit(limit)


def _before(columns: Sequence[ColumnElement[Any]], place: Sequence[Any]) -> ColumnElement[bool]:
    values = (literal(value, one.type) for value, one in zip(place, columns, strict=True))
    return tuple_(*columns) < tuple_(*values)


def _in_order(columns: Any, order: Order) -> list[ColumnElement[Any]]:
    names = ("last_at", "id") if order is Order.NEWEST else ("severity", "last_at", "id")
    return [columns[name].desc() for name in names]


def _whose(wanted: WantedConcerns) -> Iterator[ColumnElement[bool]]:
    if wanted.severity is not Severity.NONE:
        yield CONCERNS.c.severity >= wanted.severity.value
    for name in ("group", "family", "subject"):
        if value := getattr(wanted, name):
            yield CONCERNS.c[name] == value
    if wanted.within is not None:
        yield CONCERNS.c.group.in_(sorted(wanted.within))
    if wanted.owner is not None:
        yield CONCERNS.c.owner == wanted.owner
    if wanted.unowned:
        yield CONCERNS.c.owner.is_(None)


def _when(wanted: WantedConcerns, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.snoozed:
        yield CONCERNS.c.snoozed_until > now
    elif not wanted.standing:
        yield or_(CONCERNS.c.snoozed_until.is_(None), CONCERNS.c.snoozed_until <= now)
    if wanted.since is not None:
        yield CONCERNS.c.last_at >= wanted.since
    if wanted.until is not None:
        yield CONCERNS.c.last_at < wanted.until


def _mark(one: ListedConcern) -> str:
    """Write a row's place down, as an address bar can hold it."""
    moment = (one.last_at - EPOCH) // timedelta(microseconds=1)
    return f"{one.severity.value}.{moment}.{one.id}"


def _place_of(mark: str) -> Place | None:
    """Read a place; what is none is the beginning."""
    severity, _, rest = mark.partition(".")
    moment, _, concern_id = rest.partition(".")
    if not (severity.isdecimal() and moment.isdecimal() and is_event_id(concern_id)):
        return None
    try:
        return (
            Severity(int(severity)).value,
            EPOCH + timedelta(microseconds=int(moment)),
            concern_id,
        )
    except (OverflowError, ValueError):
        return None


_NAMES = (
    "id", "version", "subject_kind", "subject", "subjects", "group", "family", "day", "themes",
    "severity", "confidence", "identity", "care", "why", "started_at", "last_at", "events",
    "standing", "owner", "opened_at", "due_at", "snoozed_until", "closed_at", "follows",
    "moved_from",
)  # fmt: skip
_COLUMNS = (*(CONCERNS.c[name] for name in _NAMES), CONCERNS.c.count.label("requests"))
