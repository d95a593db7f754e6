"""What a draft of the policy would have changed: the stories that a technician asks for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from filter_rules.types import Kind, Severity
from safeguard.core.types import Action, Reason, Subject, Target
from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.loading import drafted, load_snapshot
from safeguard.policy_in_force import shipped_tables
from safeguard.policy_rehearsal import PolicyRehearsal, Site, Unflagged, rehearse_policy
from safeguard.policy_side_by_side import Effect
from safeguard.settings import Settings
from safeguard.store import overlay
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.visit_counts import Amount, HostVisits
from tests.safeguard.concern_samples import flagged_event, keep
from tests.safeguard.samples import ALLOWED

NOON = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)  # a Wednesday; the clocks are as UTC
NOW = NOON + timedelta(hours=5)
DAY = 86_400
GAME, OTHER, AI = "www.roblox.com", "rivers.example", "chatgpt.com"

type Visit = tuple[str, str, str, float]  # group, person, host, seconds before noon


class Desk:
    """A school with rules in force and a fortnight of visits."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store
        self.said: list[tuple[str, int, int]] = []

    def visited(self, *visits: Visit) -> None:
        made = []
        for number, (group, person, host, before) in enumerate(visits):
            who = Subject(group, f"10.0.0.{number}", person)
            when = visit_id(NOON - timedelta(seconds=before), number.to_bytes(3))
            made.append(visit_of(who, Target(host, f"https://{host}/a"), ALLOWED, when))
        take_in(self.store, Batch("s", "proxy-0", 1, [Visits(tuple(made))]))

    def rehearse(self, **parts: Any) -> PolicyRehearsal:
        snapshot = load_snapshot(self.settings, self.store)
        draft = drafted(snapshot, shipped_tables() | parts, UTC)
        return rehearse_policy(
            self.settings, self.store, snapshot, draft, NOW, lambda *one: self.said.append(one)
        )


@pytest.fixture
def desk(school: Path, any_settings: Settings, any_store: Store) -> Desk:
    assert school == any_settings.data
    return Desk(any_settings, any_store)


def class_of(group: str, host: str, pupils: int = 6, before: float = 0) -> list[Visit]:
    return [(group, f"{group}-{number}", host, number + before) for number in range(pupils)]


def rules(*more: dict[str, Any], without: str = "") -> list[dict[str, Any]]:
    """The rules of the shipped policy but those about a category, and some more."""
    kept = [
        one | {"categories": [about for about in one["categories"] if about != without]}
        for one in shipped_tables()["rule"]
    ]
    return [*(one for one in kept if one["categories"]), *more]


def rule(action: str, *categories: str, **more: Any) -> dict[str, Any]:
    return {"name": "draft", "action": action, "categories": list(categories), "reason": "x"} | more


def test_the_policy_in_force_changes_nothing(desk: Desk) -> None:
    desk.visited(*class_of("primary", GAME), *class_of("staff", AI))
    found = desk.rehearse()
    assert (found.amounts, found.groups, found.unflagged, found.sites) == ({}, {}, [], [])
    assert (found.days, found.visits, found.hosts, found.cut) == (1, 12, 2, False)


def test_what_is_newly_open_and_newly_blocked_is_counted_by_group(desk: Desk) -> None:
    desk.visited(
        *class_of("primary", GAME),
        *class_of("secondary", GAME, before=13 * DAY),
        *class_of("staff", AI),
        *class_of("staff", OTHER),
    )
    found = desk.rehearse(rule=rules(rule("block", "ai-chat", groups=["staff"]), without="games"))
    assert found.amounts == {Effect.OPENED: Amount(12, 1, 12), Effect.BLOCKED: Amount(6, 1, 6)}
    assert found.groups == {
        (Effect.OPENED, "primary"): Amount(6, 1, 6),
        (Effect.OPENED, "secondary"): Amount(6, 1, 6),
        (Effect.BLOCKED, "staff"): Amount(6, 1, 6),
    }
    assert found.top[Effect.OPENED] == [HostVisits(GAME, 12)]
    assert {what for what, *_ in desk.said} == {
        "Looking at the hosts of a fortnight",
        "Counting the visits of a fortnight",
    }


def test_of_few_people_neither_their_number_nor_the_site_is_told(desk: Desk) -> None:
    desk.visited(*class_of("primary", GAME, pupils=4))
    found = desk.rehearse(rule=rules(without="games"))
    assert found.amounts == {Effect.OPENED: Amount(4, 1, None)}
    assert found.top == {Effect.OPENED: []}


def test_a_rule_for_lunch_counts_what_was_asked_for_at_lunch(desk: Desk) -> None:
    desk.visited(
        *class_of("staff", AI, pupils=5),
        *class_of("staff", AI, pupils=6, before=7200),
        *class_of("staff", AI, pupils=7, before=3 * DAY),  # a Sunday
    )
    found = desk.rehearse(
        schedule={"lunch": {"windows": ["mon-fri 12:00-13:00"]}},
        rule=rules(rule("block", "ai-chat", groups=["staff"], schedule="lunch")),
    )
    assert found.amounts == {Effect.BLOCKED: Amount(5, 1, 5)}


def test_a_rule_for_a_person_counts_that_person_alone(desk: Desk) -> None:
    desk.visited(*class_of("staff", AI))
    found = desk.rehearse(rule=rules(rule("block", "ai-chat", people=["staff-2"])))
    assert found.amounts == {Effect.BLOCKED: Amount(1, 1, None)}


def test_the_schools_own_entries_stand_in_the_draft(desk: Desk) -> None:
    overlay.add(desk.store, GAME, Action.BLOCK, (), "not here", "Tom", NOW)
    desk.visited(*class_of("primary", GAME))
    assert desk.rehearse(rule=rules(without="games")).amounts == {}


def test_what_would_be_told_to_nobody_any_more_is_counted_by_theme(desk: Desk) -> None:
    monitored = {"monitored": ["primary", "sixth-form", "unidentified"]}
    asked: dict[str, Any] = {
        "at": NOON,
        "kind": Kind.SEARCH,
        "action": Action.ALLOW,
        "reason": Reason.DEFAULT,
    }
    keep(
        desk.store,
        *(
            flagged_event(person=f"p{n}", themes=(("suicide", Severity.HIGH),), **asked)
            for n in range(6)
        ),
        flagged_event(person="q", themes=(("drugs", Severity.MEDIUM),), **asked),
        flagged_event(person="r", group="primary", themes=(("drugs", Severity.MEDIUM),), **asked),
    )
    found = desk.rehearse(words=monitored)
    assert found.flagged == 8
    assert found.unflagged == [
        Unflagged("suicide", Severity.HIGH, 6, 6),
        Unflagged("drugs", Severity.MEDIUM, None, None),
    ]
    assert desk.rehearse().unflagged == []


def test_sites_that_lessons_need_are_tried_without_any_visit(desk: Desk) -> None:
    found = desk.rehearse(rule=rules(rule("block", "museums", groups=["primary"])))
    assert (
        Site("www.nhm.ac.uk", "museums, libraries and the arts", ("primary",), (), ("primary",))
        in found.sites
    )
    assert (found.days, found.visits) == (0, 0)
    opened = desk.rehearse(rule=rules(without="gambling")).sites
    (one,) = [site for site in opened if site.host == "www.bet365.com"]
    assert (
        one.opened
        == one.let_in
        == (
            "primary",
            "secondary",
            "sixth-form",
            "staff",
            "guest",
            "unidentified",
        )
    )
