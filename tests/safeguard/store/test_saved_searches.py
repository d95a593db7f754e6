"""Searches that a member of staff keeps."""

import pytest

from safeguard.problems import UnusableError
from safeguard.store import saved_searches
from safeguard.store.saved_searches import MOST, SavedSearch
from safeguard.store.session import Store
from safeguard.vault import Vault
from tests.safeguard.case_samples import lead
from tests.safeguard.samples import NOW


def test_a_search_is_its_owners_alone(any_store: Store) -> None:
    ann, bob = lead(any_store, "Ann"), lead(any_store, "Bob")
    number = saved_searches.keep(any_store, ann, " Amy at night ", "text=Amy", NOW)
    kept = [SavedSearch(number, "Amy at night", "text=Amy")]
    assert saved_searches.of_staff(any_store, ann) == kept
    assert saved_searches.of_staff(any_store, bob) == []
    assert not saved_searches.let_go(any_store, bob, number)
    vault, any_store.vault = any_store.vault, Vault(b"x" * 32)
    assert saved_searches.of_staff(any_store, ann) == []
    any_store.vault = vault
    assert saved_searches.let_go(any_store, ann, number)
    assert saved_searches.of_staff(any_store, ann) == []


@pytest.mark.parametrize(("name", "query"), [(" ", "a=b"), ("x" * 61, "a=b"), ("x", "")])
def test_a_search_has_a_name_and_something_to_look_for(
    any_store: Store, name: str, query: str
) -> None:
    with pytest.raises(UnusableError):
        saved_searches.keep(any_store, lead(any_store), name, query, NOW)


def test_there_is_an_end_to_what_one_keeps(any_store: Store) -> None:
    ann = lead(any_store)
    for number in range(MOST):
        saved_searches.keep(any_store, ann, f"s{number}", "a=b", NOW)
    with pytest.raises(UnusableError, match="let one go"):
        saved_searches.keep(any_store, ann, "one more", "a=b", NOW)
