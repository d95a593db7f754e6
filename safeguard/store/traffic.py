"""Which hosts were visited, how often and by how many: the access log without anybody's name.

What is asked of it is a day at a time, so that a day that is dropped meanwhile is only missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from filter_rules.types import Severity
from safeguard.core.events import SCHOOL, first_id_at
from safeguard.core.types import Channel
from safeguard.core.visits import first_visit_id_at
from safeguard.store.access_days import HOSTS, SUBJECTS, VISITS, day_open
from safeguard.store.access_days import days as kept_days
from safeguard.store.session import Store
from safeguard.store.tables.events import EventRow

AT_ONCE = 10_000  # hosts that one query asks for
STREAMED = 10_000

type Between = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Visited:
    """How often someone was at a host on a day. `who` tells people apart, and is never shown."""

    host: int
    group: str
    who: str
    visits: int


@dataclass(frozen=True, slots=True)
class Flagged:
    """What was flagged of someone, so many times: themes with severities, and categories."""

    group: str
    who: str
    kind: str
    themes: tuple[tuple[str, Severity], ...]
    categories: tuple[str, ...]
    list: str
    times: int


class _Someone(NamedTuple):
    group: str
    who: str


def days_between(store: Store, first: date, last: date) -> list[date]:
    """Return the days that there is an access log of, the newest first."""
    return [day for day in reversed(kept_days(store)) if first <= day <= last]


def hosts_of(store: Store, day: date) -> Iterator[tuple[int, str]]:
    """Yield every host of a day with the number that stands for it on any day, in that order."""
    query = select(HOSTS.c.id, HOSTS.c.host).where(HOSTS.c.day == day).order_by(HOSTS.c.id)
    with day_open(store, day) as connection:
        if connection is not None:
            with _streamed(connection).execute(query) as rows:
                for row in rows:
                    yield row.id, row.host


def how_many(store: Store, day: date) -> int:
    """Return how many visits there were on a day, whatever school they are of."""
    query = select(func.count()).select_from(VISITS).where(VISITS.c.day == day)
    with day_open(store, day) as connection:
        return 0 if connection is None else connection.scalar(query) or 0


def groups_of(store: Store, day: date, school_id: int = SCHOOL) -> frozenset[str]:
    """Return the groups that somebody was in on a day."""
    with day_open(store, day) as connection:
        if connection is None:
            return frozenset()
        return frozenset(one.group for one in _people(connection, day, school_id).values())


def visits_to(
    store: Store,
    day: date,
    hosts: Sequence[int],
    school_id: int = SCHOOL,
    between: Between | None = None,
) -> Iterator[Visited]:
    """Yield who was at these hosts on a day, or between two moments of it, and how often.

    What was done with a visit is not asked: what is asked for is in an index, and that is not.
    """
    with day_open(store, day) as connection:
        if connection is None:
            return
        known = _people(connection, day, school_id)
        for some in batched(hosts, AT_ONCE):
            query = (
                select(VISITS.c.host, VISITS.c.subject, func.count())
                .where(VISITS.c.day == day, VISITS.c.host.in_(some), *_within(between))
                .group_by(VISITS.c.host, VISITS.c.subject)
            )
            with _streamed(connection).execute(query) as rows:
                for host, subject, visits in rows:
                    if (someone := known.get(subject)) is not None:
                        yield Visited(host, *someone, visits)


def flagged_since(store: Store, since: datetime, school_id: int = SCHOOL) -> Iterator[Flagged]:
    """Yield what was flagged and is kept, without what was typed or where."""
    of = (
        EventRow.group, EventRow.kind, EventRow.themes, EventRow.categories, EventRow.list,
        EventRow.person, EventRow.device, EventRow.address,
    )  # fmt: skip
    query = (
        select(*of, func.count())
        .where(EventRow.flagged, EventRow.id >= first_id_at(since))
        .where(EventRow.school_id == school_id, EventRow.channel != Channel.TESTER.value)
        .group_by(*of)
    )
    with store.reading() as session:
        for group, kind, themes, categories, listed, *whom, times in session.execute(query):
            who = next(filter(None, whom), "")
            yield Flagged(group, who, kind, _themes(themes), tuple(categories), listed, times)


def _themes(kept: Sequence[str]) -> tuple[tuple[str, Severity], ...]:
    both = (one.rpartition(":") for one in kept)
    return tuple((theme, Severity(int(severity))) for theme, _, severity in both)


def _within(between: Between | None) -> Iterator[ColumnElement[bool]]:
    if between is not None:
        since, until = (first_visit_id_at(one) for one in between)
        yield VISITS.c.id >= since
        yield VISITS.c.id < until


def _people(connection: Connection, day: date, school_id: int) -> dict[int, _Someone]:
    """Return the day's subjects of a school: as many as there are people, devices and addresses."""
    query = select(SUBJECTS).where(SUBJECTS.c.day == day, SUBJECTS.c.school_id == school_id)
    return {
        row.id: _Someone(row.group, row.person or row.device or row.address)
        for row in _streamed(connection).execute(query)
    }


def _streamed(connection: Connection) -> Connection:
    return connection.execution_options(yield_per=STREAMED)
