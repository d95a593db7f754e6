"""At the desk a change weakens where verdicts do, for the people that there are."""

from datetime import UTC, datetime
from typing import Any

from safeguard.comparing_policies import open_desk
from safeguard.store import people
from safeguard.store.session import Store
from tests.safeguard.policy_samples import tables, with_rule

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def weaker(store: Store, found: dict[str, Any]) -> tuple[str, ...]:
    return open_desk(store, UTC, NOW).check(found)[1]


def test_a_block_more_weakens_nothing_and_is_said(any_store: Store) -> None:
    said, weakens = open_desk(any_store, UTC, NOW).check(with_rule("block", "news"))
    assert weakens == ()
    assert any("news" in one for one in said)


def test_a_block_less_is_said_with_whom_it_is_for(any_store: Store) -> None:
    looser = tables()
    looser["rule"] = [one for one in looser["rule"] if "games" not in one["categories"]]
    assert any("games" in one and "secondary" in one for one in weaker(any_store, looser))


def test_a_rule_for_one_pupil_weakens_where_the_pupils_group_is_blocked(any_store: Store) -> None:
    ada = people.add_person(any_store, "Ada Example", "secondary")
    looser = tables()
    looser["rule"].append(
        {
            "name": "Ada and games",
            "action": "allow",
            "categories": ["games"],
            "people": [ada.id],
            "reason": "a project",
        }
    )
    assert any("games" in one and "one person" in one for one in weaker(any_store, looser))
