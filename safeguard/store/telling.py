"""What notices and reports are about: concerns that are open, and how many there are of which."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from filter_rules.types import Severity
from safeguard.core.concerns import Known, Standing
from safeguard.core.digests import Figures, Report, Tally
from safeguard.core.events import SCHOOL
from safeguard.core.notice_words import initials_of
from safeguard.core.notices import ToTell
from safeguard.core.school_hours import DAY, SchoolHours
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import OutcomeRow
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.people import PersonRow

OPEN = tuple(one.value for one in Standing if one.open)
TOLD_OF = timedelta(days=30)  # what nothing was added to for so long is no news
MOST = 5000
PART = 500


def open_concerns(store: Store, at_least: Severity, since: datetime) -> list[ToTell]:
    """Return open concerns that anything was added to since then, the most severe first."""
    return _to_tell(store, ConcernRow.severity >= at_least.value, ConcernRow.built_at > since)


def concerns_of(store: Store, ids: Sequence[str]) -> list[ToTell]:
    """Return those of these concerns that are open."""
    parts = batched(ids, PART)
    return [one for part in parts for one in _to_tell(store, ConcernRow.id.in_(part))]


def openers(store: Store, ids: Sequence[str]) -> dict[str, int | None]:
    """Return who first looked at each of these concerns, where anyone did."""
    found: dict[str, int | None] = {}
    with store.reading() as session:
        for part in batched(ids, PART):
            query = select(ConcernRow.id, ConcernRow.opened_by).where(ConcernRow.id.in_(part))
            found.update((one, by) for one, by in session.execute(query))
    return found


def initials(store: Store, ids: Sequence[str]) -> list[str]:
    """Return the initials of the pupils that these concerns are about, where they are known."""
    query = (
        select(PersonRow.name)
        .join(ConcernRow, ConcernRow.subject == PersonRow.id)
        .where(ConcernRow.id.in_(ids[:PART]), ConcernRow.subject_kind == Known.PERSON.value)
        .order_by(ConcernRow.id)
    )
    with store.reading() as session:
        return list(dict.fromkeys(initials_of(name) for name in session.scalars(query)))


def figures(store: Store, report: Report, hours: SchoolHours, now: datetime) -> Figures:
    """Count what a report says. What is open is counted as it stands now."""
    is_open = (ConcernRow.school_id == SCHOOL) & ConcernRow.standing.in_(OPEN)
    length = report.until - report.since
    end_of_day = hours.moment(hours.local(now).date() + DAY, hours.local(now).time().min)
    with store.reading() as session:
        raised_at = session.scalars(
            select(ConcernRow.started_at).where(_between(report.since, report.until)).limit(MOST)
        )
        while_closed = sum(not hours.is_open(one) for one in raised_at)
        due = session.scalar(
            select(func.count())
            .select_from(ConcernRow)
            .where(is_open, ConcernRow.due_at < end_of_day)
        )
        unopened = (is_open, ConcernRow.opened_at.is_(None), ConcernRow.started_at < now - DAY)
        return Figures(
            _tallies(session, is_open),
            _tallies(session, _between(report.since, report.until)),
            _tallies(session, _between(report.since - length, report.since)),
            _tallies(session, *unopened),
            while_closed,
            due or 0,
        )


def _between(since: datetime, until: datetime) -> ColumnElement[bool]:
    mine = ConcernRow.school_id == SCHOOL
    return mine & (ConcernRow.started_at >= since) & (ConcernRow.started_at < until)


def _tallies(session: Session, *where: ColumnElement[bool]) -> tuple[Tally, ...]:
    kinds = (
        ConcernRow.severity,
        ConcernRow.family,
        ConcernRow.group,
        ConcernRow.standing,
        ConcernRow.opened_at.is_not(None),
        ConcernRow.care,
    )
    query = select(*kinds, func.count()).where(*where).group_by(*kinds)
    return tuple(
        Tally(Severity(severity), family, group, standing, bool(opened), bool(care), count)
        for severity, family, group, standing, opened, care, count in session.execute(query)
    )


def _to_tell(store: Store, *where: ColumnElement[bool]) -> list[ToTell]:
    row = ConcernRow
    columns = (
        row.id, row.severity, row.family, row.group, row.started_at, row.built_at, row.opened_at,
    )  # fmt: skip
    query = (
        select(*columns)
        .where(row.school_id == SCHOOL, row.standing.in_(OPEN), *where)
        .order_by(row.severity.desc(), row.last_at.desc())
        .limit(MOST)
    )
    with store.reading() as session:
        found = session.execute(query).all()
        ids = [each[0] for each in found]
        reviews, looks = _reviews(session, ids), _looks(session, ids)
    return [
        ToTell(
            one,
            Severity(severity),
            family,
            group,
            started_at,
            built_at,
            max(filter(None, (opened_at, looks.get(one))), default=None),
            reviews.get(one, 0),
        )
        for one, severity, family, group, started_at, built_at, opened_at in found
    ]


def _reviews(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Return how often each was concluded: each time it comes back after one is news."""
    found: dict[str, int] = {}
    for part in batched(ids, PART):
        query = (
            select(OutcomeRow.concern_id, func.count())
            .where(OutcomeRow.concern_id.in_(part), OutcomeRow.undone_at.is_(None))
            .group_by(OutcomeRow.concern_id)
        )
        found.update((one, count) for one, count in session.execute(query) if one)
    return found


def _looks(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    """Return when a member of staff last did anything with each: the audit knows."""
    found: dict[str, datetime] = {}
    for part in batched(ids, PART):
        query = (
            select(AuditRow.about, func.max(AuditRow.at))
            .where(AuditRow.about_kind == "concern", AuditRow.about.in_(part))
            .where(AuditRow.who.like("staff:%"))
            .group_by(AuditRow.about)
        )
        found.update((about, at) for about, at in session.execute(query))
    return found
