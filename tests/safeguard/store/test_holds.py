"""A hold on a person holds their cases, and a hold on a case its people."""

import pytest

from safeguard.store import holds
from safeguard.store.session import Store
from tests.safeguard.samples import NOW, reviewer
from tests.safeguard.store.keeping_samples import PERSON, case


@pytest.mark.parametrize("on_case", [False, True])
def test_who_and_what_is_held(any_store: Store, *, on_case: bool) -> None:
    staff = reviewer(any_store)
    mine = case(any_store, 1, 1, people=(PERSON, "pupil-8"), staff=staff)
    case(any_store, 2, 1, people=("pupil-9",), staff=staff)
    assert (holds.people_held(any_store), holds.cases_held(any_store)) == (set(), set())
    about = {"case_id": mine} if on_case else {"person": PERSON}
    hold = holds.place(any_store, staff, "the police asked", NOW, **about)
    assert holds.cases_held(any_store) == {mine}
    assert holds.people_held(any_store) == ({PERSON, "pupil-8"} if on_case else {PERSON})
    assert holds.lift(any_store, hold, staff, NOW)
    assert (holds.people_held(any_store), holds.cases_held(any_store)) == (set(), set())


@pytest.mark.parametrize("about", [{}, {"person": "p", "case_id": "c"}])
def test_a_hold_is_on_one_thing(any_store: Store, about: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a person or on a case"):
        holds.place(any_store, 1, "why", NOW, **about)


def test_what_does_not_hold_is_not_lifted(any_store: Store) -> None:
    assert not holds.lift(any_store, 7, 1, NOW)
