"""Loading: the default policy as shipped, and the school's own entries as named rules."""

import copy
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from filter_rules.languages import read_themes
from filter_rules.overlay import OverlayEntry
from filter_rules.theme_changes import ThemeChange, Way
from filter_rules.types import Kind
from safeguard import building
from safeguard.core.audit import Actor
from safeguard.core.own_groups import OwnGroup
from safeguard.core.policy_tables import parse_policy
from safeguard.core.rules import PolicyRule
from safeguard.core.types import Action, Scope
from safeguard.loading import (
    current_stamp,
    drafted,
    load_snapshot,
    shipped_groups,
    shipped_policy,
    with_own_entries,
)
from safeguard.policy_in_force import shipped_tables
from safeguard.settings import load
from safeguard.sources import shipped_themes
from safeguard.store import generation, groups, overlay, theme_changes
from safeguard.store.session import open_store
from tests.safeguard.samples import NOW

TABLES: dict[str, Any] = tomllib.loads(
    Path("safeguard/data/policy.toml").read_text(encoding="utf-8")
)


def test_the_shipped_groups_are_those_of_the_architecture() -> None:
    assert list(shipped_groups()) == [
        "primary",
        "secondary",
        "sixth-form",
        "staff",
        "guest",
        "unidentified",
    ]


def test_the_shipped_policy_reads_the_words_of_pupils_and_of_nobody_else() -> None:
    assert shipped_policy().monitored == {"primary", "secondary", "sixth-form", "unidentified"}


def test_the_unidentified_are_blocked_whatever_any_pupil_is_blocked() -> None:
    policy = shipped_policy()
    blocked = {
        group: {
            category
            for rule in policy.rules
            if rule.action is Action.BLOCK and (not rule.who.groups or group in rule.who.groups)
            for category in rule.categories
        }
        for group in shipped_groups()
    }
    for group in shipped_groups():
        assert blocked[group] <= blocked["unidentified"], group


@pytest.mark.parametrize("section", ["rule", "text", "always", "words", "inspection", "version"])
def test_a_policy_that_lacks_a_part_is_refused(section: str) -> None:
    tables = copy.deepcopy(TABLES)
    del tables[section]
    with pytest.raises(KeyError):
        parse_policy(tables)


def test_a_policy_with_an_unknown_action_is_refused() -> None:
    tables = copy.deepcopy(TABLES)
    tables["rule"][0]["action"] = "perhaps"
    with pytest.raises(ValueError, match="perhaps"):
        parse_policy(tables)


def test_an_entry_of_the_schools_own_is_a_named_rule_for_whom_it_says() -> None:
    entry = OverlayEntry(7, "new.example", "block", frozenset({"primary"}), "a distraction")
    policy = with_own_entries(shipped_policy(), [entry], 3)
    [rule] = [one for one in policy.rules if "own:7" in one.categories]
    assert (rule.action, rule.named, rule.who.scope) == (Action.BLOCK, True, Scope.GROUP)
    assert rule.reason == "a distraction"
    assert policy.version == "1.3"
    assert policy.sealed == shipped_policy().sealed


def test_a_fault_of_a_sealed_list_becomes_the_stance_of_the_policy(school: Path) -> None:
    missing = {}
    for stance in ("block", "warn"):
        (school / "safeguard.toml").write_text(
            f'[sealed]\nrequired = ["test-list"]\nstance = "{stance}"\n'
        )
        settings = load(school)
        store = open_store(settings)
        snapshot = load_snapshot(settings, store)
        store.close()
        assert [one.name for one in snapshot.sealing.faults] == ["test-list"]
        missing[stance] = snapshot.policy.sealed_missing
    assert missing == {"block": True, "warn": False}


def test_a_stamp_tells_what_a_snapshot_was_made_from(school: Path) -> None:
    settings = load(school)
    store = open_store(settings)
    number = generation.current(store)
    assert load_snapshot(settings, store).stamp == current_stamp(settings, number)
    store.close()


def test_changes_of_themes_are_taken_up_with_the_rules_that_stand(school: Path) -> None:
    settings = load(school)
    store = open_store(settings)
    try:
        building.build(settings.data, lambda *_: None)
        first = load_snapshot(settings, store)
        change = ThemeChange(Way.ADD, "drugs", "zorbing flumes", 7)
        themes, _ = read_themes(shipped_themes(), {})
        theme_changes.make(store, themes, change, "heard often", Actor("t", NOW))
        second = load_snapshot(settings, store, first)
        third = load_snapshot(settings, store, second)
        fresh = load_snapshot(settings, store)
    finally:
        store.close()
    assert first.rules is not None
    assert first.rules.detect("zorbing flumes", Kind.SEARCH) == ()
    for snapshot in (second, fresh):
        assert snapshot.rules is not None
        assert snapshot.rules.detect("zorbing flumes", Kind.SEARCH)[0].theme == "drugs"
    assert third.rules is second.rules


def test_groups_of_the_school_are_below_those_of_the_policy_and_a_broken_one_is_not_there(
    school: Path,
) -> None:
    settings = load(school)
    store = open_store(settings)
    try:
        tree, actor = {"secondary": "", "gone": ""}, Actor("t", NOW)
        groups.add(store, OwnGroup("year-7", "Year 7.", "secondary"), tree, actor)
        groups.add(store, OwnGroup("lost", "Lost.", "gone"), tree, actor)
        policy = load_snapshot(settings, store).policy
    finally:
        store.close()
    assert policy.groups.lineage("year-7") == ("year-7", "secondary")
    assert policy.groups.lineage("lost") == ("unidentified",)
    assert "year-7" in policy.monitored


def test_a_draft_takes_over_the_schools_own_entries_and_the_overrides_in_force(
    school: Path,
) -> None:
    settings = load(school)
    store = open_store(settings)
    overlay.add(store, "chess.example", Action.ALLOW, (), "a club", "Tom", datetime.now(UTC))
    snapshot = load_snapshot(settings, store)
    store.close()
    over = PolicyRule("override", Action.ALLOW, frozenset({"games"}), lifts=True)
    policy = snapshot.policy
    snapshot = replace(snapshot, policy=replace(policy, rules=(*policy.rules, over)))
    draft = drafted(snapshot, shipped_tables() | {"rule": []}, UTC)
    assert [one.name for one in draft.rules] == ["own entry: chess.example", "override"]
    assert draft.version == "a draft of 1"
