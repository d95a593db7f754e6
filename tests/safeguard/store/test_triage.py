"""What people do with a concern before they conclude; of two at once, one is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from safeguard.store import triage
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditRow
from safeguard.store.tables.cases import AssignmentRow, NoteRow
from safeguard.store.tables.people import StaffRow
from safeguard.store.triage import (
    Act,
    ConcernChangedError,
    ConcernGoneError,
    NoteKind,
    TriageError,
)
from tests.safeguard.concern_samples import MONDAY, flagged_event, happen, minutes, rows
from tests.safeguard.samples import reviewer


def a_concern(store: Store, version: int = 1, by: int = 0, at: float = 5) -> Act:
    if not rows(store):
        happen(store, flagged_event())
    return Act(rows(store)[0].id, version, by or reviewer(store), minutes(at))


def recorded(store: Store) -> list[tuple[str, str, str]]:
    with store.reading() as session:
        kind = AuditRow.about_kind == "concern"
        query = select(AuditRow).where(kind).order_by(AuditRow.id)
        return [(row.who, row.what, row.about) for row in session.scalars(query)]


def test_who_looked_first_is_kept_and_every_look_is_recorded(any_store: Store) -> None:
    act = a_concern(any_store)
    triage.looked_at(any_store, act.concern_id, act.by, minutes(5))
    triage.looked_at(any_store, act.concern_id, act.by, minutes(9))
    (row,) = rows(any_store)
    assert (row.opened_at, row.opened_by, row.version) == (minutes(5), act.by, 1)
    assert recorded(any_store) == [(f"staff:{act.by}", "viewed", row.id)] * 2


def test_a_concern_is_given_and_given_on(any_store: Store) -> None:
    act = a_concern(any_store)
    with any_store.writing() as session:
        other = StaffRow(
            school_id=1, email="d@school.example", name="Dep Uty", password="a hash", active=True,
            fs_uniquifier="v", roles=("lead",), created_at=MONDAY,
        )  # fmt: skip
        session.add(other)
        session.flush()
        deputy = other.id
    triage.assign(any_store, act, act.by)
    triage.assign(any_store, Act(act.concern_id, 2, act.by, minutes(8)), deputy)
    assert (rows(any_store)[0].owner, rows(any_store)[0].version) == (deputy, 3)
    with any_store.reading() as session:
        had = session.execute(
            select(AssignmentRow.staff_id, AssignmentRow.ended_at).order_by(AssignmentRow.id)
        ).all()
    assert had == [(act.by, minutes(8)), (deputy, None)]
    with pytest.raises(TriageError, match="no such member of staff"):
        triage.assign(any_store, Act(act.concern_id, 3, act.by, minutes(9)), 999)
    assert rows(any_store)[0].version == 3


def test_of_two_who_saw_the_same_one_is_refused(any_store: Store) -> None:
    act = a_concern(any_store)
    triage.follow_up(any_store, act, minutes(100))
    with pytest.raises(ConcernChangedError, match="Look at it again"):
        triage.snooze(any_store, act, minutes(100))
    assert (rows(any_store)[0].due_at, rows(any_store)[0].snoozed_until) == (minutes(100), None)
    assert [what for _, what, _ in recorded(any_store)] == ["follow-up"]


def test_what_has_grown_since_it_was_seen_is_refused(any_store: Store) -> None:
    act = a_concern(any_store)
    happen(any_store, flagged_event(minutes(3)))
    with pytest.raises(ConcernChangedError):
        triage.snooze(any_store, act, minutes(100))


@pytest.mark.parametrize("wait", [timedelta(), timedelta(-1), timedelta(days=14, seconds=1)])
def test_nothing_is_quiet_for_ever(any_store: Store, wait: timedelta) -> None:
    act = a_concern(any_store)
    with pytest.raises(TriageError, match="14 days"):
        triage.snooze(any_store, act, act.at + wait)


def test_a_snoozed_concern_speaks_again_where_it_gets_worse(any_store: Store) -> None:
    act = a_concern(any_store)
    triage.snooze(any_store, act, act.at + timedelta(days=14))
    happen(any_store, flagged_event(minutes(6)))
    assert rows(any_store)[0].snoozed_until is not None
    for number in range(3):  # a third separate time makes it more severe
        happen(any_store, flagged_event(minutes(20 + 15 * number), words=f"words {number}"))
    assert rows(any_store)[0].snoozed_until is None


def test_notes_are_added_sealed(any_store: Store) -> None:
    act = a_concern(any_store)
    triage.add_note(any_store, act.concern_id, NoteKind.ACTION, "  rang home ", act.by, act.at)
    with any_store.reading() as session:
        (note,) = session.scalars(select(NoteRow)).all()
        assert (note.kind, note.at, note.staff_id) == ("action taken", act.at, act.by)
        assert any_store.vault.unseal(note.sealed) == b"rang home"
    assert rows(any_store)[0].version == 1
    for words in (" ", "x" * (triage.LONGEST_TEXT + 1)):
        with pytest.raises(TriageError):
            triage.add_note(any_store, act.concern_id, NoteKind.NOTE, words, act.by, act.at)


@pytest.mark.parametrize("odd", ["", "1", "' OR 1=1", "01920000-0000-7000-8000-000000000000"])
def test_what_is_not_there_is_said_so(any_store: Store, odd: str) -> None:
    with pytest.raises(ConcernGoneError):
        triage.looked_at(any_store, odd, 1, MONDAY)
