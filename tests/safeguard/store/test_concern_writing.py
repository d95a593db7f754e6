"""Where several concerns become one, nothing that people did is lost."""

from sqlalchemy import select

from filter_rules.types import Severity
from safeguard.core.events import new_event_id
from safeguard.store import case_changes, evidence, triage
from safeguard.store.cases import Opening, open_case, take_out
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import AssignmentRow, CaseConcernRow, NoteRow
from safeguard.store.tables.concerns import ConcernEventRow, EvidenceRow
from safeguard.store.triage import Act, NoteKind
from tests.safeguard.concern_samples import chance, flagged_event, happen, minutes, rows
from tests.safeguard.samples import reviewer


def test_the_row_that_people_worked_on_stays_with_all_that_was_written_on_either(
    any_store: Store,
) -> None:
    lead = reviewer(any_store)
    happen(any_store, flagged_event(minutes(0)), flagged_event(minutes(50)))
    evidence.copy(any_store, evidence.due(any_store, minutes(51)), minutes(51))
    first, second = rows(any_store)
    triage.assign(any_store, Act(second.id, 1, lead, minutes(55)), lead)
    triage.add_note(any_store, first.id, NoteKind.NOTE, "on the first", lead, minutes(56))
    happen(any_store, flagged_event(minutes(25)))
    (row,) = rows(any_store)
    assert (row.id, row.owner, row.events) == (second.id, lead, 3)
    assert row.context_due_at == minutes(0)
    with any_store.reading() as session:
        for table, count in ((NoteRow, 1), (AssignmentRow, 1), (ConcernEventRow, 3)):
            assert session.scalars(select(table.concern_id)).all() == [row.id] * count
        kept = session.scalars(select(EvidenceRow.concern_id)).all()
        assert kept
        assert set(kept) == {row.id}
        joined = session.scalars(select(AuditRow.about).where(AuditRow.what == "joined")).all()
    assert joined == [first.id]


def test_what_becomes_one_is_quiet_only_where_all_of_it_was_and_due_when_the_first_was(
    any_store: Store,
) -> None:
    lead = reviewer(any_store)
    happen(any_store, flagged_event(minutes(0)), flagged_event(minutes(50)))
    first, second = rows(any_store)
    triage.assign(any_store, Act(second.id, 1, lead, minutes(55)), lead)
    triage.snooze(any_store, Act(second.id, 2, lead, minutes(55)), minutes(500))
    triage.follow_up(any_store, Act(first.id, 1, lead, minutes(55)), minutes(400))
    happen(any_store, flagged_event(minutes(25), severity=Severity.LOW))
    (row,) = rows(any_store)
    assert (row.id, row.snoozed_until, row.due_at) == (second.id, None, minutes(400))


def test_what_becomes_one_is_still_in_the_case_that_either_was_in(any_store: Store) -> None:
    lead = reviewer(any_store)
    happen(any_store, flagged_event(minutes(0)), flagged_event(minutes(50)))
    first, second = rows(any_store)
    triage.assign(any_store, Act(second.id, 1, lead, minutes(55)), lead)
    opening = Opening("A case", Severity.HIGH, [first.id, second.id])
    case = open_case(any_store, opening, lead, minutes(56), new_event_id(minutes(56), chance(10)))
    take_out(any_store, case_changes.Act(case, 1, lead, minutes(57)), second.id)
    happen(any_store, flagged_event(minutes(25)))
    (row,) = rows(any_store)
    assert row.id == second.id
    with any_store.reading() as session:
        query = select(CaseConcernRow.concern_id, CaseConcernRow.taken_out_at)
        found = session.execute(query.order_by(CaseConcernRow.id)).all()
    assert sorted((one, out is None) for one, out in found) == [(row.id, False), (row.id, True)]


def test_the_weakest_word_on_who_it_was_stands(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(0), confidence="sure"))
    assert rows(any_store)[0].identity == "sure"
    happen(any_store, flagged_event(minutes(1), confidence="likely"))
    happen(any_store, flagged_event(minutes(2), confidence="sure", rule="Another"))
    (row,) = rows(any_store)
    assert (row.identity, row.rules, row.count) == ("likely", ("Words", "Another"), 3)
