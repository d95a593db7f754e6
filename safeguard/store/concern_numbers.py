"""The numbers of today: how many concerns wait, and for what. They name nobody.

Each is counted in an index of its own, and no further than anybody reads.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, or_, select

from filter_rules.types import Severity
from safeguard.core.concerns import Standing
from safeguard.core.events import SCHOOL
from safeguard.store.concern_rows import CONCERNS, OPEN
from safeguard.store.session import Store

COUNTED_TO = 1000
UNOPENED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Today:
    """The numbers of the first page, each counted to COUNTED_TO at most."""

    urgent: int
    open: int
    unopened: int
    due: int
    snoozed: int
    reviewed: int


def today(
    store: Store,
    now: datetime,
    midnight: datetime,
    school_id: int = SCHOOL,
    within: Collection[str] | None = None,
) -> Today:
    """Return the numbers of today, which began at `midnight`. They name nobody.

    `within`: of concerns of these groups alone.
    """
    awake = or_(CONCERNS.c.snoozed_until.is_(None), CONCERNS.c.snoozed_until <= now)
    mine = [CONCERNS.c.school_id == school_id]
    if within is not None:
        mine.append(CONCERNS.c.group.in_(sorted(within)))
    is_open = (*mine, CONCERNS.c.standing.in_(OPEN))
    reviewed = (
        *mine,
        CONCERNS.c.standing == Standing.REVIEWED.value,
        CONCERNS.c.closed_at >= midnight,
    )
    query = select(
        _count(*is_open, CONCERNS.c.severity == Severity.URGENT.value).label("urgent"),
        _count(*is_open, awake).label("open"),
        _count(
            *is_open, CONCERNS.c.opened_at.is_(None), CONCERNS.c.built_at < now - UNOPENED
        ).label("unopened"),
        _count(*is_open, CONCERNS.c.due_at < midnight + timedelta(days=1)).label("due"),
        _count(*is_open, CONCERNS.c.snoozed_until > now).label("snoozed"),
        _count(*reviewed).label("reviewed"),
    )
    with store.reading() as session:
        return Today(**session.execute(query).one()._mapping)  # noqa: SLF001  its public name


def _count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    some = select(literal(1)).select_from(CONCERNS).where(*where).limit(COUNTED_TO).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
