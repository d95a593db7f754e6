"""An answer explained: what others get, and when it will be another one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safeguard import explaining
from safeguard.core.explanations import Alike, Change
from safeguard.core.policy import PolicyRule, Times, Who
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Channel, Subject, Target
from safeguard.engine import Engine, open_engine
from safeguard.explaining import AHEAD, explained, next_change
from safeguard.settings import load

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHESS = Target("www.roblox.com", channel=Channel.TESTER)
PUPIL = Subject("secondary")
LUNCH = PolicyRule(
    "lunch",
    Action.ALLOW,
    frozenset({"games"}),
    Who(people=frozenset({"ada"})),
    times=Times("lunch"),
)
ADA = Subject("secondary", person="ada")


@pytest.fixture
def engine(school: Path) -> Iterator[Engine]:
    opened = open_engine(load(school))
    policy = opened.snapshot.policy
    schedule = timetable(UTC, {}, {}).schedule("lunch", ["tue 12:00-13:00"])
    changed = replace(policy, rules=(*policy.rules, LUNCH), schedules={"lunch": schedule})
    opened.snapshot = replace(opened.snapshot, policy=changed)
    yield opened
    opened.close()


def test_what_the_other_groups_get_is_told_and_those_alike_together(engine: Engine) -> None:
    verdict = engine.judge(PUPIL, CHESS)
    found = explained(engine, PUPIL, CHESS, MONDAY, verdict, {})
    assert [(one.groups, one.action) for one in found.elsewhere] == [
        (("primary", "sixth-form", "guest", "unidentified"), Action.BLOCK),
        (("staff",), Action.ALLOW),
    ]
    assert (found.unasked, found.next, found.until) == ((), None, MONDAY + AHEAD)


def test_when_the_answer_will_be_another_is_told_with_what_it_will_be(engine: Engine) -> None:
    begins = MONDAY.replace(hour=12) + timedelta(days=1)
    then = Alike((), Action.ALLOW, flagged=False, rule="lunch", because="a rule applied")
    verdict = engine.judge(ADA, CHESS)
    assert next_change(engine, ADA, CHESS, MONDAY, verdict) == (Change(begins, then), begins)


def test_how_far_was_looked_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "MOST_EDGES", 1)
    begins = MONDAY.replace(hour=12) + timedelta(days=1)
    assert next_change(engine, PUPIL, CHESS, MONDAY, engine.judge(PUPIL, CHESS)) == (None, begins)
