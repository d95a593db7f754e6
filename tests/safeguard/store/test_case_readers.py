"""Who may read a restricted case."""

import pytest

from safeguard.store import case_readers
from safeguard.store.case_changes import CaseRefusedError
from safeguard.store.case_lists import WantedCases, cases
from safeguard.store.session import Store
from tests.safeguard.case_samples import CASE, act, lead, small_case
from tests.safeguard.samples import NOW


def listed(store: Store, reader: int) -> list[str]:
    return [one.id for one in cases(store, WantedCases(reader=reader)).cases]


def test_a_restricted_case_is_listed_for_its_readers_and_who_has_it(any_store: Store) -> None:
    by = small_case(any_store)
    ann, bob = lead(any_store, "Ann"), lead(any_store, "Bob")
    assert listed(any_store, bob) == [CASE]
    case_readers.restrict(any_store, act(any_store, by), [ann])
    assert case_readers.readers(any_store, [CASE]) == {CASE: frozenset({by, ann})}
    assert (listed(any_store, by), listed(any_store, ann), listed(any_store, bob)) == (
        [CASE], [CASE], [],
    )  # fmt: skip
    assert len(cases(any_store, WantedCases()).cases) == 1
    case_readers.lift(any_store, act(any_store, by))
    assert listed(any_store, bob) == [CASE]


def test_in_an_emergency_a_reason_opens_it_and_stays(any_store: Store) -> None:
    by = small_case(any_store)
    bob = lead(any_store, "Bob")
    case_readers.restrict(any_store, act(any_store, by), [])
    with pytest.raises(CaseRefusedError, match="reason is empty"):
        case_readers.open_all_the_same(any_store, CASE, " ", bob, NOW)
    for _ in range(2):
        case_readers.open_all_the_same(any_store, CASE, "She is missing", bob, NOW)
    assert listed(any_store, bob) == [CASE]
    with pytest.raises(CaseRefusedError, match="no such case"):
        case_readers.open_all_the_same(any_store, "x", "why", bob, NOW)


def test_readers_have_open_accounts_and_are_few(any_store: Store) -> None:
    by = small_case(any_store)
    gone = lead(any_store, "Gwen", active=False)
    with pytest.raises(CaseRefusedError, match="no open account"):
        case_readers.restrict(any_store, act(any_store, by), [gone])
    with pytest.raises(CaseRefusedError, match="At most 20"):
        case_readers.restrict(any_store, act(any_store, by), range(50, 80))
