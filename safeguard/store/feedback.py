"""What people concluded, as what it says of each rule: precision, and a narrow way to mend it.

An exemption is only proposed here, with what it would have hidden: whether it comes into force
is for people, in the policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text, select, type_coerce, update
from sqlalchemy.orm import Session

from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import ConcernEvent, Outcome
from safeguard.core.events import first_id_at
from safeguard.core.exempting import Exemption, Refusal, Replay, propose, replay
from safeguard.core.precision import Judgement, Precision, precision_of
from safeguard.store import audit
from safeguard.store.columns import escaped
from safeguard.store.concern_building import events_of
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow, FeedbackRow
from safeguard.store.tables.events import EventRow

LOOKS_BACK = timedelta(days=30)
MOST_EVENTS = 5_000
MOST_SAID = 50  # of one concern: themes and rules
MOST_JUDGED = 100_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """An exemption that a person may take into the policy, and what it would have hidden."""

    exemption: Exemption
    replay: Replay


def keep(session: Session, row: ConcernRow, outcome: Outcome, by: int, at: datetime) -> None:
    """Keep what a conclusion says of each theme and rule of the concern's events."""
    query = (
        select(EventRow.themes, EventRow.rule, EventRow.list)
        .join(ConcernEventRow, ConcernEventRow.event_id == EventRow.id)
        .where(ConcernEventRow.concern_id == row.id)
        .distinct()
        .limit(MOST_SAID)
    )
    said = {
        (theme, rule, listed)
        for tokens, rule, listed in session.execute(query)
        for token in tokens
        if (theme := token.rpartition(":")[0]) in row.themes
    }
    for theme, rule, listed in sorted(said)[:MOST_SAID]:
        session.add(
            FeedbackRow(
                school_id=row.school_id,
                concern_id=row.id,
                at=at,
                staff_id=by,
                verdict=outcome.code,
                theme=theme,
                rule=rule,
                list=listed,
            )
        )
    session.flush()


def take_back(session: Session, concern_id: str, at: datetime) -> None:
    """Take back what the last conclusion of a concern said."""
    mine = (FeedbackRow.concern_id == concern_id, FeedbackRow.undone_at.is_(None))
    last = session.scalar(select(FeedbackRow.at).where(*mine).order_by(FeedbackRow.at.desc()))
    if last is not None:
        session.execute(
            update(FeedbackRow).where(*mine, FeedbackRow.at == last).values(undone_at=at)
        )


def precision(store: Store, since: datetime) -> list[Precision]:
    """Return how often each theme, and each rule, was right, the surest to be wrong first."""
    query = (
        select(FeedbackRow.concern_id, FeedbackRow.theme, FeedbackRow.rule, FeedbackRow.verdict)
        .where(FeedbackRow.undone_at.is_(None), FeedbackRow.at >= since)
        .order_by(FeedbackRow.id.desc())
        .limit(MOST_JUDGED)
    )
    with store.reading() as session:
        found = session.execute(query).all()
    said = {
        (concern, name, verdict)
        for concern, theme, rule, verdict in found
        for name in (f"theme {theme}", f"rule {rule}" if rule else "")
        if name
    }
    known = Outcome.__members__
    return precision_of(
        Judgement(name, known[verdict.upper()])
        for _, name, verdict in said
        if verdict.upper() in known
    )


def proposal(
    store: Store,
    concern_id: str,
    theme: str,
    outcome: Outcome,
    by: int,
    now: datetime,
    rules: ConcernRules,
) -> Proposal | Refusal:
    """Return the narrowest exemption for a concern that was none, or why there is none."""
    with store.writing() as session:
        mine = select(ConcernEventRow.event_id).where(ConcernEventRow.concern_id == concern_id)
        events = events_of(session, session.scalars(mine.limit(MOST_EVENTS)), rules)
        if not events:
            return Refusal("There is no such concern, or nothing is left of its events.")
        found = propose(events, theme, outcome, now, rules)
        answer: Proposal | Refusal
        match found:
            case Exemption():
                past = _past(session, found, now, rules)
                answer = Proposal(found, replay(found, past, rules))
            case Refusal():
                answer = found
        about = {"theme": theme, "outcome": outcome.code}
        audit.record(
            session, now, f"staff:{by}", "asked for an exemption", "concern", concern_id, about
        )
        return answer


def _past(
    session: Session, exemption: Exemption, now: datetime, rules: ConcernRules
) -> Sequence[tuple[ConcernEvent, Outcome | None]]:
    """Return the events lately of the same theme and group, with what was concluded of each."""
    like = f"%|{escaped(exemption.theme)}:%"
    query = (
        select(EventRow.id, FeedbackRow.verdict)
        .outerjoin(ConcernEventRow, ConcernEventRow.event_id == EventRow.id)
        .outerjoin(
            FeedbackRow,
            (FeedbackRow.concern_id == ConcernEventRow.concern_id)
            & FeedbackRow.undone_at.is_(None)
            & (FeedbackRow.theme == exemption.theme),
        )
        .where(
            EventRow.school_id == exemption.school_id,
            EventRow.flagged,
            EventRow.group == exemption.group,
            EventRow.id >= first_id_at(now - LOOKS_BACK),
            type_coerce(EventRow.themes, Text()).like(like, escape="\\"),
        )
        .order_by(EventRow.id.desc())
        .limit(MOST_EVENTS)
    )
    said = {row.id: row.verdict for row in session.execute(query)}
    known = Outcome.__members__
    return [
        (one, known.get((said[one.id] or "").upper())) for one in events_of(session, said, rules)
    ]
