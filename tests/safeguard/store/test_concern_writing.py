"""Where several concerns become one, nothing that people did is lost."""

from sqlalchemy import select

from safeguard.store import evidence, triage
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import AssignmentRow, NoteRow
from safeguard.store.tables.concerns import ConcernEventRow, EvidenceRow
from safeguard.store.triage import Act, NoteKind
from tests.safeguard.concern_samples import flagged_event, happen, minutes, rows
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


def test_the_weakest_word_on_who_it_was_stands(any_store: Store) -> None:
    happen(any_store, flagged_event(minutes(0), confidence="sure"))
    assert rows(any_store)[0].identity == "sure"
    happen(any_store, flagged_event(minutes(1), confidence="likely"))
    happen(any_store, flagged_event(minutes(2), confidence="sure", rule="Another"))
    (row,) = rows(any_store)
    assert (row.identity, row.rules, row.count) == ("likely", ("Words", "Another"), 3)
