"""Changing the policy: read, compared, kept; what weakens it waits where the school wants that."""

import copy
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import pytest

from safeguard.core.policy_documents import Document
from safeguard.core.types import Action
from safeguard.policy_changing import PolicyDesk, uncompared
from safeguard.policy_in_force import shipped_tables
from safeguard.problems import UnusableError
from safeguard.store import policies
from safeguard.store.policies import State, Version
from safeguard.store.session import Store
from tests.safeguard.policy_samples import ANN, BEN, audited, tables, with_rule

TWO = {"second_person": True}


def more_allowed(before: Document, after: Document) -> Sequence[str]:
    """Weaker is, for these tests, what has more rules that allow."""
    allowed = [
        {one.name for one in each.policy.rules if one.action is Action.ALLOW}
        for each in (before, after)
    ]
    return [f"It allows: {one}." for one in sorted(allowed[1] - allowed[0])]


def said(_before: Any, after: Any) -> Sequence[str]:
    return [f"There are {len(after['rule'])} rules."]


@pytest.fixture
def desk(any_store: Store) -> PolicyDesk:
    return PolicyDesk(any_store, UTC, more_allowed, said)


def save(desk: PolicyDesk, found: dict[str, Any], **more: Any) -> Version:
    return desk.save(found, "as the head decided", ANN, **more)


def numbers(desk: PolicyDesk) -> tuple[int, str]:
    held = desk.in_force()
    return held.number, held.version


def test_what_does_not_weaken_is_in_force_at_once(desk: PolicyDesk) -> None:
    made = save(desk, with_rule("block", "news"))
    assert (made.state, made.weakens, made.base) == (State.IN_FORCE, (), 0)
    assert numbers(desk) == (1, "school-1")
    assert desk.tables(1) == with_rule("block", "news")
    assert desk.tables(0) == shipped_tables()


def test_what_weakens_is_said_and_in_force_where_one_person_may(desk: PolicyDesk) -> None:
    made = save(desk, with_rule("allow", "games"))
    assert (made.state, made.weakens) == (State.IN_FORCE, ("It allows: allow games.",))


def test_what_weakens_waits_where_the_school_wants_a_second_person(
    desk: PolicyDesk, any_store: Store
) -> None:
    save(desk, tables(changes=TWO))
    made = save(desk, with_rule("allow", "games") | {"changes": TWO})
    assert made.state is State.WAITING
    assert numbers(desk) == (1, "school-1")
    with pytest.raises(UnusableError, match="whoever wrote it"):
        desk.approve(made.number, ANN)
    assert desk.approve(made.number, BEN).state is State.IN_FORCE
    assert numbers(desk) == (2, "school-2")
    told = audited(any_store, "policy")[0]
    assert (told.what, told.who) == ("put in force", "staff:2")
    stricter = with_rule("block", "news") | {"changes": TWO}
    assert save(desk, stricter).state is State.IN_FORCE


LOOSER = [
    ({}, "no longer waits for a second person"),
    ({"changes": TWO, "overrides": {"longest_minutes": 121}}, "Overrides may be longer"),
    ({"changes": TWO, "overrides": {"most_groups": 3}}, "Overrides may be longer"),
    ({"changes": TWO, "overrides": {"most_people": 41}}, "Overrides may be longer"),
]


def test_to_ask_no_second_person_any_more_or_to_lift_more_is_weaker(desk: PolicyDesk) -> None:
    save(desk, tables(changes=TWO))
    for changes, says in LOOSER:
        looser = tables() | changes
        looser["overrides"] = tables()["overrides"] | changes.get("overrides", {})
        made = save(desk, looser)
        assert made.state is State.WAITING
        assert any(says in one for one in made.weakens)


def test_a_draft_is_compared_again_when_it_is_used(desk: PolicyDesk) -> None:
    draft = save(desk, with_rule("allow", "games"), draft=True)
    assert (draft.state, numbers(desk)[0]) == (State.DRAFT, 0)
    with pytest.raises(UnusableError, match="waits for nobody"):
        desk.approve(draft.number, BEN)
    used = desk.put_forward(draft.number, ANN)
    assert (used.state, used.weakens) == (State.IN_FORCE, ("It allows: allow games.",))
    with pytest.raises(UnusableError, match="is no draft"):
        desk.put_forward(draft.number, ANN)


def test_a_return_is_a_new_version_with_the_document_of_before(desk: PolicyDesk) -> None:
    save(desk, with_rule("block", "news"))
    save(desk, with_rule("allow", "games"))
    back = desk.go_back(1, "it went wrong", BEN)
    assert (back.number, back.came_from, back.state) == (3, 1, State.IN_FORCE)
    assert desk.tables(3) == desk.tables(1)
    shipped = desk.go_back(0, "start again", BEN)
    assert (shipped.number, shipped.came_from) == (4, 0)
    assert desk.tables(4) == shipped_tables()
    with pytest.raises(UnusableError, match="that version is in force"):
        desk.go_back(4, "again", BEN)
    with pytest.raises(UnusableError, match="no version 9"):
        desk.go_back(9, "where", BEN)


def test_what_cannot_be_used_or_changes_nothing_is_refused(desk: PolicyDesk) -> None:
    broken = copy.deepcopy(tables())
    broken["always"]["sealed"] = []
    with pytest.raises(UnusableError, match=r"must name 'illegal'.*Nothing was changed"):
        save(desk, broken)
    with pytest.raises(UnusableError, match="this is the policy that is in force"):
        save(desk, shipped_tables())
    with pytest.raises(UnusableError, match="say why"):
        desk.save(tables(), " ", ANN)
    save(desk, tables())
    with pytest.raises(UnusableError, match="changed meanwhile"):
        save(desk, with_rule("block", "news"), base=0)
    assert numbers(desk)[0] == 1


def test_what_it_would_change_is_told_and_not_kept(desk: PolicyDesk) -> None:
    changes, weakens = desk.check(with_rule("allow", "games"))
    assert changes == (f"There are {len(with_rule('allow', 'games')['rule'])} rules.",)
    assert weakens == ("It allows: allow games.",)
    assert numbers(desk)[0] == 0


def test_a_refusal_goes_back_to_its_author_in_words(desk: PolicyDesk) -> None:
    draft = save(desk, with_rule("allow", "games"), draft=True)
    done = desk.refuse(draft.number, "not in exam weeks", BEN)
    assert (done.state, done.words) == (State.REFUSED, "not in exam weeks")


def test_where_nobody_compares_each_change_counts_as_weaker(any_store: Store) -> None:
    desk = PolicyDesk(any_store, UTC)
    save(desk, tables(changes=TWO))
    made = save(desk, with_rule("block", "news") | {"changes": TWO})
    assert made.state is State.WAITING
    document = desk.in_force().document
    assert document is not None
    assert made.weakens == tuple(uncompared(document, document))


def test_from_a_version_that_cannot_be_read_there_is_a_way_back(
    desk: PolicyDesk, any_store: Store
) -> None:
    save(desk, tables())
    policies.keep(any_store, policies.Proposed("damaged", "oh", 1), State.IN_FORCE, ANN)
    assert desk.in_force().document is None
    with pytest.raises(UnusableError, match="Version 2: The policy that is kept"):
        desk.tables(2)
    back = desk.go_back(1, "it was damaged", BEN)
    assert back.state is State.IN_FORCE
    assert "cannot be read" in back.weakens[0]
    assert desk.in_force().document is not None
