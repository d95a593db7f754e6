"""What a change weakens for rooms, in modes, in inspection, and by warnings."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from safeguard.core.groups import Groups
from safeguard.core.modes import SafeSearch
from safeguard.core.policy import Policy
from safeguard.core.rules import InspectionRule, ModeRule, PolicyRule, Who
from safeguard.core.types import Action, Manner
from safeguard.core.weakening import Weaker, weakened
from safeguard.engine import judged_by

NOW = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)
GAMES = PolicyRule("games", Action.BLOCK, frozenset({"games"}))
BEFORE = Policy((GAMES,), groups=Groups({"9B": "", "staff": ""}, "9B"))
STRICT = ModeRule("strict", safe_search=SafeSearch.STRICT)
LAB = Who(rooms=frozenset({"Lab 1"}))
OPEN_IN_LAB = PolicyRule("lab", Action.ALLOW, frozenset({"games"}), LAB)
PASSED = InspectionRule("passed", inspects=False, categories=frozenset({"news"}))


def found(before: Policy, after: Policy) -> set[tuple[Weaker, str, tuple[str, ...]]]:
    return {(one.how, one.about, one.groups) for one in weakened(before, after, judged_by, NOW)}


def test_what_is_open_in_a_room_is_weaker_there() -> None:
    after = replace(BEFORE, rules=(GAMES, OPEN_IN_LAB))
    assert found(BEFORE, after) == {(Weaker.OPENED, "“games”", ("the room Lab 1",))}
    assert found(after, BEFORE) == set()


@pytest.mark.parametrize(
    ("action", "manner"), [(Action.BLOCK, Manner.WARN), (Action.ALLOW, Manner.MONITOR)]
)
def test_a_warning_or_a_look_instead_of_a_block_is_weaker(action: Action, manner: Manner) -> None:
    after = replace(BEFORE, rules=(replace(GAMES, action=action, manner=manner),))
    assert {how for how, *_ in found(BEFORE, after)} == {Weaker.OPENED}
    assert found(after, BEFORE) == set()


def test_a_mode_that_is_looser_and_what_is_inspected_no_more_are_weaker() -> None:
    strict = replace(BEFORE, mode_rules=(STRICT,))
    off = replace(BEFORE, mode_rules=(replace(STRICT, safe_search=SafeSearch.OFF),))
    assert {one[:2] for one in found(strict, off)} == {(Weaker.LOOSER, "The mode “safe search”")}
    assert found(off, strict) == set()
    passed = replace(BEFORE, inspection=(PASSED,))
    assert {one[:2] for one in found(BEFORE, passed)} == {(Weaker.HIDDEN, "“news”")}
    assert found(passed, BEFORE) == set()
