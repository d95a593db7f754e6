"""The days of cases, copied into them while they may still change: before the access log is dropped."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from safeguard.store import evidence
from safeguard.store.case_changes import OPEN
from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseConcernRow, CaseRow
from safeguard.store.tables.concerns import ConcernRow

RECENT = timedelta(days=2)  # visits come late, by a day at most


def copy_recent(store: Store, now: datetime) -> int:
    """Copy the days of open cases to which something came lately; return how many cases."""
    since = now - RECENT
    query = (
        select(CaseConcernRow.case_id)
        .join(CaseRow, CaseRow.id == CaseConcernRow.case_id)
        .join(ConcernRow, ConcernRow.id == CaseConcernRow.concern_id)
        .where(
            CaseRow.state == OPEN,
            CaseConcernRow.taken_out_at.is_(None),
            or_(CaseConcernRow.at > since, ConcernRow.last_at > since),
        )
        .distinct()
    )
    with store.reading() as session:
        cases = session.scalars(query.order_by(CaseConcernRow.case_id)).all()
    for case_id in cases:
        evidence.copy_day(store, case_id)
    return len(cases)
