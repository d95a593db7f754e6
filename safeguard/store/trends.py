"""Concerns as what trends are counted from: when, which group, what about. No words, no names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.core.events import SCHOOL
from safeguard.store.concern_rows import CLASS, CONCERNS
from safeguard.store.session import Store

MOST = 200_000
LEVELS = {one.value: one for one in Severity}


@dataclass(frozen=True, slots=True)
class SeenConcern:
    """A concern of one subject, as far as it is counted."""

    group: str
    family: str
    severity: Severity
    started_at: datetime
    opened_at: datetime | None


def concerns(
    store: Store,
    since: datetime,
    until: datetime,
    within: Collection[str] | None = None,
    subject: str = "",
) -> list[SeenConcern]:
    """Return the concerns that began between two moments, of one subject where it is given.

    A class's line is none of its own.
    """
    columns = ("group", "family", "severity", "started_at", "opened_at")
    query = select(*(CONCERNS.c[name] for name in columns)).where(
        CONCERNS.c.school_id == SCHOOL,
        CONCERNS.c.subject_kind != CLASS,
        CONCERNS.c.started_at >= since,
        CONCERNS.c.started_at < until,
    )
    if subject:
        query = query.where(CONCERNS.c.subject == subject)
    if within is not None:
        query = query.where(CONCERNS.c.group.in_(sorted(within)))
    with store.reading() as session:
        return [
            SeenConcern(group, family, LEVELS[severity], started_at, opened_at)
            for group, family, severity, started_at, opened_at in session.execute(
                query.order_by(CONCERNS.c.id.desc()).limit(MOST)
            )
        ]
