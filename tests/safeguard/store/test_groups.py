"""Groups of the school's own: added below those of the policy, and kept while anyone needs them."""

from datetime import UTC, datetime

import pytest

from safeguard.core.audit import Actor
from safeguard.core.own_groups import OwnGroup
from safeguard.core.types import Action
from safeguard.loading import school_groups, school_policy
from safeguard.problems import UnusableError
from safeguard.store import generation, groups, overlay, people
from safeguard.store.session import Store

ACTOR = Actor("command:test", datetime(2026, 11, 22, 10, tzinfo=UTC))
TREE = {"secondary": "", "unidentified": ""}
YEAR = OwnGroup("year-7", "Pupils in year 7.", "secondary")
WITH_YEAR = TREE | {"year-7": "secondary"}


def test_a_group_is_added_taken_up_and_removed(any_store: Store) -> None:
    before = generation.current(any_store)
    groups.add(any_store, YEAR, TREE, ACTOR, "a new year")
    assert groups.groups(any_store) == [YEAR]
    assert school_groups(any_store)["year-7"] == "Pupils in year 7."
    assert school_policy(any_store).groups.lineage("year-7") == ("year-7", "secondary")
    groups.remove(any_store, "year-7", WITH_YEAR, (), ACTOR)
    assert groups.groups(any_store) == []
    assert generation.current(any_store) == before + 2


def test_what_cannot_be_a_group_is_refused(any_store: Store) -> None:
    with pytest.raises(UnusableError, match="nobody knows"):
        groups.add(any_store, OwnGroup("x", "", "unidentified"), TREE, ACTOR)
    groups.add(any_store, YEAR, TREE, ACTOR)
    with pytest.raises(UnusableError, match="already"):
        groups.add(any_store, YEAR, TREE, ACTOR)


def test_groups_are_bounded(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST", 1)
    groups.add(any_store, YEAR, TREE, ACTOR)
    with pytest.raises(UnusableError, match="1 groups already"):
        groups.add(any_store, OwnGroup("year-8", "", "secondary"), TREE, ACTOR)


def test_a_group_that_anyone_needs_stays(any_store: Store) -> None:
    groups.add(any_store, YEAR, TREE, ACTOR)

    def refused(says: str) -> None:
        with pytest.raises(UnusableError, match=says):
            groups.remove(any_store, "year-7", WITH_YEAR, (), ACTOR)

    ada = people.add_person(any_store, "Ada Example", "year-7")
    refused("1 people are in year-7")
    people.remove_person(any_store, ada.id)
    device = people.add_device(any_store, "10.0.0.1", "Trolley", group="year-7")
    refused("1 devices are in year-7")
    people.remove_device(any_store, device.id)
    people.put_network(any_store, "10.0.0.0/8", "year-7")
    refused("1 networks stand for year-7")
    people.remove_network(any_store, "10.0.0.0/8")
    overlay.add(
        any_store,
        "example.com",
        Action.BLOCK,
        frozenset({"year-7"}),
        "why",
        "a@b.example",
        ACTOR.at,
    )
    refused("1 rules of your own are for year-7")
    with pytest.raises(UnusableError, match="A rule is for year-7"):
        groups.remove(any_store, "year-7", WITH_YEAR, {"year-7"}, ACTOR)


def test_groups_of_the_policy_stay_and_what_is_none_is_said(any_store: Store) -> None:
    with pytest.raises(UnusableError, match="of the policy, which stays"):
        groups.remove(any_store, "secondary", TREE, (), ACTOR)
    with pytest.raises(UnusableError, match="There is no group year-9"):
        groups.remove(any_store, "year-9", TREE, (), ACTOR)
