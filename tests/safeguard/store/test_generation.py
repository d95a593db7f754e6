"""The number that tells workers that something changed."""

from safeguard.store import generation
from safeguard.store.session import Store


def test_it_grows_by_one_a_change(any_store: Store) -> None:
    before = generation.current(any_store)
    with any_store.writing() as session:
        generation.bump(session)
    assert generation.current(any_store) == before + 1
