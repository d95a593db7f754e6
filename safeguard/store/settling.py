"""What becomes of a subject's concerns when a person has said something of one of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import Change, Concern, Who
from safeguard.core.folding import within_reach
from safeguard.store import class_lines
from safeguard.store.concern_rows import Kept, kept_by_id, kept_within
from safeguard.store.concern_writing import Randomness, Written, write
from safeguard.store.triage import TriageError

UNREADABLE = (
    "This concern cannot be opened: it was sealed with another key. Ask the technician to put "
    "the key back from the backup."
)


def settle(
    session: Session,
    changes: Iterable[Change],
    kept: Sequence[Kept],
    rules: ConcernRules,
    now: datetime,
    randomness: Randomness,
) -> list[Written]:
    """Write what became of concerns because of a person, and of the lines of their classes."""
    session.flush()
    written = write(session, changes, kept, {}, now, randomness)
    touched = [each for one in written for each in (one.change.concern, *one.change.before)]
    class_lines.settle(session, touched, rules, now, randomness)
    session.expire_all()
    return written


def beside(session: Session, concern: Concern, rules: ConcernRules, *also: Who) -> list[Kept]:
    """Return the concerns that matter to this one, its subject's and those of `also`."""
    facts = concern.facts
    return kept_within(
        session,
        [within_reach(who, facts.first, facts.last, rules) for who in (concern.who, *also)],
    )


def opened(session: Session, concern_id: str) -> Kept:
    """Return the concern of a row; TriageError where it cannot be opened."""
    for one in kept_by_id(session, [concern_id]):
        return one
    raise TriageError(UNREADABLE)
