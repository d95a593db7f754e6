"""What is to be done in a case."""

from datetime import timedelta

import pytest

from safeguard.store import case_actions, case_readers
from safeguard.store.case_actions import Task
from safeguard.store.case_changes import CaseRefusedError
from safeguard.store.case_content import content
from safeguard.store.session import Store
from tests.safeguard.case_samples import CASE, act, small_case
from tests.safeguard.samples import NOW, at


def test_an_action_waits_until_it_is_done_and_the_case_tells_of_it(any_store: Store) -> None:
    by = small_case(any_store)
    due = NOW + timedelta(days=2)
    number = case_actions.add(any_store, CASE, Task(" Ring home ", by, due), by, at(50))
    (one,) = case_actions.waiting(any_store, by, due + timedelta(days=1))
    assert (one.id, one.words, one.owner, one.due_at) == (number, "Ring home", by, due)
    assert case_actions.waiting(any_store, by, due) == ()
    case_actions.finish(any_store, CASE, number, by, at(60))
    assert case_actions.waiting(any_store, by, due + timedelta(days=1)) == ()
    (done,) = case_actions.of_case(any_store, CASE)
    assert (done.done_at, done.done_by) == (at(60), by)
    told = content(any_store, CASE)
    assert told is not None
    (note,) = [one for one in told.notes if one.text == "Ring home"]
    assert note.what.startswith("action for Lee Lead by ")
    assert note.until == at(60)
    case_actions.unfinish(any_store, CASE, number, by, at(70))
    assert case_actions.of_case(any_store, CASE)[0].done_at is None


def test_of_two_who_finish_one_is_told(any_store: Store) -> None:
    by = small_case(any_store)
    number = case_actions.add(any_store, CASE, Task("Ring", by, NOW), by, NOW)
    case_actions.finish(any_store, CASE, number, by, NOW)
    with pytest.raises(CaseRefusedError, match="Somebody else"):
        case_actions.finish(any_store, CASE, number, by, NOW)


@pytest.mark.parametrize(
    ("case_id", "words", "owner", "says"),
    [
        (CASE, " ", 1, "is empty"),
        (CASE, "Ring", 999, "no open account"),
        ("nonsense", "Ring", 1, "no such case"),
        (CASE, "x" * 2001, 1, "2001 characters"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    any_store: Store, case_id: str, words: str, owner: int, says: str
) -> None:
    by = small_case(any_store)
    with pytest.raises(CaseRefusedError, match=says):
        case_actions.add(any_store, case_id, Task(words, owner, NOW), by, NOW)


def test_a_restricted_case_shows_its_actions_to_its_readers_alone(any_store: Store) -> None:
    by = small_case(any_store)
    case_actions.add(any_store, CASE, Task("Ring", by, NOW), by, NOW)
    case_readers.restrict(any_store, act(any_store, by), [])
    later = NOW + timedelta(days=1)
    assert len(case_actions.waiting(any_store, by, later)) == 1
    assert case_actions.waiting(any_store, 999, later) == ()
