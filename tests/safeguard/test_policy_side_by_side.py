"""Two policies beside one another: as they would have been at each time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from filter_rules.types import Hit, Severity
from safeguard.core.policy import ALWAYS, PolicyRule, Times, Who
from safeguard.core.timetable import timetable
from safeguard.core.types import Action, Subject
from safeguard.loading import load_snapshot
from safeguard.policy_side_by_side import Draft, Effect
from safeguard.sealed_imports import import_sealed
from safeguard.settings import load
from safeguard.store.session import open_store

SINCE = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
UNTIL = SINCE + timedelta(days=14)
LUNCH = timetable(UTC, {}, {}).schedule("lunch", ["mon 12:00-13:00"])
AI = "chatgpt.com"


def draft_with(school: Path, rule: PolicyRule) -> Draft:
    settings = load(school)
    store = open_store(settings)
    snapshot = load_snapshot(settings, store)
    store.close()
    policy = snapshot.policy
    draft = replace(policy, rules=(*policy.rules, rule), schedules={"lunch": LUNCH})
    return Draft(settings, snapshot, draft, SINCE, UNTIL)


def blocks(who: Who, times: Times = ALWAYS) -> PolicyRule:
    return PolicyRule("draft", Action.BLOCK, frozenset({"ai-chat"}), who, times=times)


STAFF = Who(frozenset({"staff"}))


def test_a_draft_without_times_is_one_spell(school: Path) -> None:
    found = draft_with(school, blocks(STAFF))
    (spell,) = found.spells
    assert found.effect(spell, "staff", "", AI) is Effect.BLOCKED
    assert found.effect(spell, "secondary", "", AI) is None
    assert found.may_change(AI, ["secondary", "staff"])
    assert not found.may_change(AI, ["secondary"])
    assert not found.may_change("rivers.example", ["staff"])
    (day,) = found.spells_on(date(2026, 3, 4))
    assert (day.since, day.until) == (SINCE + timedelta(2), SINCE + timedelta(3))


def test_a_draft_with_hours_is_cut_where_they_begin_and_end(school: Path) -> None:
    found = draft_with(school, blocks(STAFF, Times("lunch")))
    spells = list(found.spells_on(date(2026, 3, 9)))
    assert [spell.since.hour for spell in spells] == [0, 12, 13]
    assert [found.effect(one, "staff", "", AI) for one in spells] == [None, Effect.BLOCKED, None]
    assert len(list(found.spells_on(date(2026, 3, 4)))) == 1
    assert len({one.turn for one in found.spells}) == 2
    assert found.spell_at(SINCE + timedelta(hours=12, minutes=5)).turn == spells[1].turn


def test_only_people_that_rules_name_are_told_from_their_group(school: Path) -> None:
    found = draft_with(school, blocks(Who(people=frozenset({"sam"}))))
    (spell,) = found.spells
    effects = [found.effect(spell, "staff", who, AI) for who in ("sam", "kim", "")]
    assert effects == [Effect.BLOCKED, None, None]


def test_the_sealed_lists_are_not_asked(school: Path) -> None:
    import_sealed(school, "test-list", ["https://carrier.test/album/7"], SINCE)
    found = draft_with(school, blocks(STAFF))
    assert not found.may_change("carrier.test", ["staff", "guest"])


@pytest.mark.parametrize(
    ("group", "flagged"), [("secondary", (True, True)), ("staff", (False,) * 2)]
)
def test_whether_a_person_is_told_is_judged_by_both(
    school: Path, group: str, flagged: tuple[bool, bool]
) -> None:
    found = draft_with(school, blocks(STAFF))
    themes = [("suicide", Severity.HIGH)]
    assert found.flags(SINCE, Subject(group), (Hit("news", "l", ""),), themes, "search") == flagged
    assert found.flags(SINCE, Subject(group), (), (), "") == (False, False)
