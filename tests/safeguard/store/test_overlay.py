"""The school's own entries."""

from safeguard.core.types import Action
from safeguard.store import generation, overlay
from safeguard.store.session import Store
from tests.safeguard.samples import NOW, at


def add(store: Store, address: str, *groups: str, action: Action = Action.BLOCK) -> int:
    return overlay.add(store, address, action, groups, "a reason", "t@school.example", NOW).id


def test_an_entry_is_in_force_at_once_with_who_and_why(any_store: Store) -> None:
    before = generation.current(any_store)
    number = add(any_store, "games.example/arcade", "primary", "secondary")
    (entry,) = overlay.in_force(any_store)
    assert (entry.id, entry.address, entry.action) == (number, "games.example/arcade", "block")
    assert entry.groups == {"primary", "secondary"}
    assert (entry.reason, entry.added_by, entry.added_at) == ("a reason", "t@school.example", NOW)
    assert generation.current(any_store) == before + 1


def test_the_newest_comes_first(any_store: Store) -> None:
    numbers = [add(any_store, f"{name}.example") for name in "abc"]
    assert [entry.id for entry in overlay.in_force(any_store)] == numbers[::-1]


def test_a_removed_entry_is_kept_as_history(any_store: Store) -> None:
    number = add(any_store, "games.example")
    before = generation.current(any_store)
    assert overlay.remove(any_store, number, "lead@school.example", at(60))
    assert overlay.in_force(any_store) == []
    (entry,) = overlay.removed(any_store)
    assert (entry.removed_by, entry.removed_at) == ("lead@school.example", at(60))
    assert generation.current(any_store) == before + 1


def test_what_is_not_there_is_not_removed(any_store: Store) -> None:
    number = add(any_store, "games.example")
    assert overlay.remove(any_store, number, "t@school.example", NOW)
    before = generation.current(any_store)
    assert not overlay.remove(any_store, number, "t@school.example", NOW)
    assert not overlay.remove(any_store, 999, "t@school.example", NOW)
    assert generation.current(any_store) == before


def test_the_last_word_on_an_address_and_its_groups_stands(any_store: Store) -> None:
    add(any_store, "games.example", "primary")
    add(any_store, "games.example", "secondary")
    allow = add(any_store, "games.example", "primary", action=Action.ALLOW)
    in_force = {entry.groups: entry.action for entry in overlay.in_force(any_store)}
    assert in_force == {frozenset({"secondary"}): "block", frozenset({"primary"}): "allow"}
    assert allow in {entry.id for entry in overlay.in_force(any_store)}
    assert len(overlay.removed(any_store)) == 1
