"""Two cases become one, one becomes two, and it is undone."""

import pytest

from filter_rules.types import Severity
from safeguard.core.events import new_event_id
from safeguard.store import case_merging, case_readers, cases
from safeguard.store.case_changes import Act, CaseChangedError, CaseRefusedError
from safeguard.store.case_content import content
from safeguard.store.case_lists import case
from safeguard.store.cases import Opening
from safeguard.store.session import Store
from safeguard.store.triage import NoteKind
from tests.safeguard.case_samples import AMY, BEN, CASE, FIRST, SECOND, act, small_case
from tests.safeguard.samples import NOW, at

OTHER = new_event_id(at(3700), (901).to_bytes(10))
THIRD = new_event_id(at(3800), (902).to_bytes(10))


def inside(store: Store, case_id: str) -> set[str]:
    found = content(store, case_id)
    assert found is not None
    return {one.id for one in found.concerns if one.taken_out_at is None}


def people(store: Store, case_id: str) -> set[str]:
    found = content(store, case_id)
    assert found is not None
    return {one.id for one in found.people}


def state(store: Store, case_id: str) -> str:
    found = case(store, case_id)
    assert found is not None
    return found.state


def opened(store: Store, by: int, person: str = BEN, case_id: str = OTHER) -> None:
    cases.open_case(store, Opening("Another", Severity.LOW, people=[person]), by, NOW, case_id)


def test_a_merge_brings_concerns_people_and_notes_and_is_undone(any_store: Store) -> None:
    by = small_case(any_store)
    opened(any_store, by, AMY)
    number = case_merging.merge(any_store, act(any_store, by), OTHER)
    assert inside(any_store, OTHER) == {FIRST, SECOND}
    assert people(any_store, OTHER) == {AMY, BEN}
    assert (state(any_store, CASE), state(any_store, OTHER)) == ("closed", "open")
    told = content(any_store, OTHER)
    assert told is not None
    assert "Spoke with Amy.\nShe is safe." in {one.text for one in told.notes}
    (one,) = case_merging.of_case(any_store, OTHER)
    assert (one.id, one.case_id, one.into_id, one.undone_at) == (number, CASE, OTHER, None)
    assert case_merging.undo(any_store, number, by, at(9000)) == CASE
    assert inside(any_store, OTHER) == set()
    assert inside(any_store, CASE) == {FIRST, SECOND}
    assert people(any_store, OTHER) == {AMY}
    assert state(any_store, CASE) == "open"
    with pytest.raises(CaseRefusedError, match="undone already"):
        case_merging.undo(any_store, number, by, at(9001))
    assert case_merging.of_case(any_store, CASE)[0].undone_at == at(9000)


def test_what_was_there_before_stays_when_a_merge_is_undone(any_store: Store) -> None:
    by = small_case(any_store)
    opened(any_store, by)
    cases.put_in(any_store, Act(OTHER, 1, by, NOW), [FIRST])
    number = case_merging.merge(any_store, act(any_store, by), OTHER)
    case_merging.undo(any_store, number, by, NOW)
    assert inside(any_store, OTHER) == {FIRST}


def test_a_split_takes_concerns_along_and_is_undone_by_merging(any_store: Store) -> None:
    by = small_case(any_store)
    case_merging.split(any_store, act(any_store, by), [SECOND], "About Ben", OTHER)
    assert inside(any_store, CASE) == {FIRST}
    assert inside(any_store, OTHER) == {SECOND}
    assert people(any_store, OTHER) == {BEN}
    found = case(any_store, OTHER)
    assert found is not None
    assert (found.title, found.severity, found.owner) == ("About Ben", Severity.HIGH, by)
    case_merging.merge(any_store, Act(OTHER, found.version, by, NOW), CASE)
    assert inside(any_store, CASE) == {FIRST, SECOND}


@pytest.mark.parametrize(
    ("concerns", "says"),
    [([], "Choose"), ([THIRD], "Choose"), ([FIRST, SECOND], "at least one")],
)
def test_a_split_needs_something_on_both_sides(
    any_store: Store, concerns: list[str], says: str
) -> None:
    by = small_case(any_store)
    with pytest.raises(CaseRefusedError, match=says):
        case_merging.split(any_store, act(any_store, by), concerns, "About Ben", OTHER)


def test_what_cannot_be_merged_is_refused(any_store: Store) -> None:
    by = small_case(any_store)
    opened(any_store, by)
    with pytest.raises(CaseRefusedError, match="itself"):
        case_merging.merge(any_store, act(any_store, by), CASE)
    with pytest.raises(CaseRefusedError, match="no such case"):
        case_merging.merge(any_store, act(any_store, by), THIRD)
    with pytest.raises(CaseChangedError):
        case_merging.merge(any_store, Act(CASE, 99, by, NOW), OTHER)
    case_readers.restrict(any_store, act(any_store, by), [])
    with pytest.raises(CaseRefusedError, match="restricted to other readers"):
        case_merging.merge(any_store, act(any_store, by), OTHER)


def test_a_case_that_took_in_another_tells_what_that_one_took_in(any_store: Store) -> None:
    by = small_case(any_store)
    opened(any_store, by)
    opened(any_store, by, AMY, THIRD)
    case_merging.merge(any_store, act(any_store, by), OTHER)
    cases.add_note(any_store, OTHER, NoteKind.NOTE, "In between", by, NOW)
    found = case(any_store, OTHER)
    assert found is not None
    case_merging.merge(any_store, Act(OTHER, found.version, by, NOW), THIRD)
    told = content(any_store, THIRD)
    assert told is not None
    assert {"In between", "Spoke with Amy.\nShe is safe."} <= {one.text for one in told.notes}
