"""What people wrote about a case and its concerns, on either engine."""

import pytest
from sqlalchemy import update

from safeguard.core.concerns import Outcome
from safeguard.store import case_writings, cases
from safeguard.store.case_content import content
from safeguard.store.case_parts import CaseContent
from safeguard.store.session import Store
from safeguard.store.tables.cases import AssignmentRow, NoteRow, OutcomeRow
from safeguard.store.triage import NoteKind
from tests.safeguard.case_samples import CASE, FIRST, THIRD, act, put_concern, search, small_case
from tests.safeguard.samples import at


def whole(store: Store) -> CaseContent:
    found = content(store, CASE)
    assert found is not None
    return found


def write_of_concern(store: Store, by: int, concern: str) -> None:
    sealed = store.vault.seal(b"of the concern")
    with store.writing() as session:
        own = {"school_id": 1, "concern_id": concern, "at": at(100), "staff_id": by}
        session.add(NoteRow(kind="note", sealed=sealed, **own))
        session.add(OutcomeRow(outcome="acted", reason=sealed, **own))
        session.add(AssignmentRow(given_by=by, **own))


def test_what_was_written_of_its_concerns_is_told_with_the_case(any_store: Store) -> None:
    by = small_case(any_store)
    put_concern(any_store, THIRD, [search(1)])
    write_of_concern(any_store, by, FIRST)
    write_of_concern(any_store, by, THIRD)  # which is in no case
    found = whole(any_store)
    assert [(one.concern, one.text) for one in found.notes] == [
        (FIRST, "of the concern"),
        ("", "Spoke with Amy.\nShe is safe."),
    ]
    assert [(one.concern, one.what, one.text) for one in found.outcomes] == [
        (FIRST, "real, and acted on", "of the concern")
    ]
    assert [(one.concern, one.what) for one in found.assignments] == [
        (FIRST, "Lee Lead"),
        ("", "Lee Lead"),
    ]


def test_what_another_key_sealed_is_said_to_be_unreadable(any_store: Store) -> None:
    by = small_case(any_store)
    cases.close(any_store, act(any_store, by), Outcome.ACTED, "Why.", None)
    with any_store.writing() as session:
        session.execute(update(NoteRow).values(sealed=b"of another key"))
        session.execute(update(OutcomeRow).values(reason=b"of another key"))
    found = whole(any_store)
    assert [(one.text, one.readable) for one in (*found.notes, *found.outcomes)] == [
        ("", False),
        ("", False),
    ]


def test_the_number_told_is_bounded(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    by = small_case(any_store)
    for n in range(3):
        cases.add_note(any_store, CASE, NoteKind.NOTE, f"note {n}", by, at(9000 + n))
    monkeypatch.setattr(case_writings, "MOST", 2)
    assert [one.text for one in whole(any_store).notes] == [
        "Spoke with Amy.\nShe is safe.",
        "note 0",
    ]
