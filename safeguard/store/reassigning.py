"""A lead says whose a device's or an address's concern is: it becomes the pupil's, with its events.

What comes later from the device stays the device's: one answer says nothing of the next hour.
"""

from sqlalchemy import select, update

from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import Known, Who
from safeguard.core.folding import reassign as moved
from safeguard.core.identifying import SURE
from safeguard.store.concern_rows import CLASS, alone_with_concerns
from safeguard.store.concern_writing import Randomness
from safeguard.store.session import Store
from safeguard.store.settling import beside, opened, settle
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow
from safeguard.store.tables.events import EventRow
from safeguard.store.tables.people import PersonRow
from safeguard.store.triage import (
    Act,
    NoteKind,
    TriageError,
    checked,
    found,
    keep_note,
    record,
    seen_at,
)

SAID = "a lead said so"


def reassign(
    store: Store, act: Act, person: str, why: str, rules: ConcernRules, randomness: Randomness
) -> str:
    """Give the concern to a pupil, for a reason; return its id, which joining may have changed."""
    if not checked(why):
        raise TriageError("Say how you know whose it is.")
    with store.writing() as session:
        alone_with_concerns(session)
        row = found(session, act.concern_id)
        seen_at(row, act.version)
        if row.subject_kind in {CLASS, Known.PERSON.value}:
            raise TriageError("Only what a device or an address did can be said to be a pupil’s.")
        pupil = session.get(PersonRow, person)
        if pupil is None or pupil.school_id != row.school_id:
            raise TriageError("There is no such pupil in the list of people.")
        was = f"{row.subject_kind}:{row.subject}"
        mine = select(ConcernEventRow.event_id).where(ConcernEventRow.concern_id == row.id)
        session.execute(
            update(EventRow)
            .where(EventRow.id.in_(mine))
            .values(person=person, method=SAID, confidence=SURE)
        )
        one = opened(session, row.id)
        who = Who(row.school_id, Known.PERSON, person)
        kept = beside(session, one.concern, rules, who)
        changes = moved([each.concern for each in kept], one.concern, who, rules)
        written = settle(session, changes, kept, rules, act.at, randomness)
        stays = next(each.id for each in written if one.concern in each.change.before)
        now = session.get_one(ConcernRow, stays)
        now.moved_from, now.identity = now.moved_from or was, SURE
        keep_note(session, now, NoteKind.NOTE, checked(why), act.by, act.at)
        record(session, act, "reassigned", now, {"from": was, "to": person, "was": act.concern_id})
        return stays
