"""An explanation in words and as a record: golden, so that no word of it changes unnoticed.

To renew it: delete tests/golden/explanation.txt, run this, and read what changed.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from filter_rules.sealed import WITHHELD
from filter_rules.types import Finding, Hit, Match, Part, Severity
from safeguard.core.explanations import Alike, Change, Explanation, alike, in_full, record_of
from safeguard.core.types import Action, Considered, Reason, Scope, Subject, Verdict

GOLDEN = Path("tests/golden/explanation.txt")
AT = datetime(2026, 6, 1, 11, 30, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
GAME = Hit("games", "safeguard/games", "chess.example")
SCAM = Hit("phishing", "networks", "192.0.2.0/24", Part.NETWORK)
SAD = Finding("suicide", Severity.URGENT, 9.0, (Match("so sad", "so sad", 9.0, 0, 6),))
BLOCKED = Verdict(
    Action.BLOCK,
    Reason.RULE,
    flagged=True,
    rule="pupils: games",
    hits=(GAME, SCAM),
    findings=(SAD,),
    considered=(
        Considered("pupils: games", Action.BLOCK, Scope.GROUP, GAME),
        Considered("lunch", Action.ALLOW, Scope.GROUP, GAME, "a stricter rule applies"),
    ),
    policy_version="7.12",
    artefact="0123456789abcdef",
)
OPEN = Alike((), Action.ALLOW, flagged=False, rule="lunch", because="a rule applied")
WHOLE = Explanation(
    "https://chess.example/play",
    "chess.example",
    Subject("9B", "10.0.0.7", "ada", "tablet", "device"),
    ("year 9", "pupils"),
    AT,
    BLOCKED,
    (
        Alike(("primary", "8A"), Action.BLOCK, flagged=True, rule="r", because="a rule applied"),
        Alike(("staff",), Action.ALLOW, flagged=False, rule="", because="no rule applied"),
    ),
    ("guest",),
    Change(AT.replace(hour=12), OPEN),
    AT.replace(hour=12),
    {GAME: 12},
)
QUIET = Explanation(
    "other.example",
    "other.example",
    Subject("staff"),
    (),
    AT,
    Verdict(Action.ALLOW, Reason.DEFAULT),
    until=AT.replace(day=8),
)
SEALED = Explanation(
    "https://place.example/x",
    "place.example",
    Subject("staff"),
    (),
    AT,
    Verdict(Action.BLOCK, Reason.SEALED, flagged=True, hits=(Hit("illegal", "l", WITHHELD),)),
)


def test_each_explanation_reads_as_the_golden_one() -> None:
    told = ""
    for one in (WHOLE, QUIET, SEALED):
        told += "\n".join(in_full(one, LONDON)) + "\n"
        told += json.dumps(record_of(one), indent=1, ensure_ascii=False) + "\n\n"
    if not GOLDEN.exists():
        GOLDEN.write_text(told, encoding="utf-8")
        raise AssertionError(f"{GOLDEN} was written: read it, and run this again")
    assert told == GOLDEN.read_text(encoding="utf-8")


def test_of_what_is_sealed_nothing_is_told() -> None:
    told = "\n".join(in_full(SEALED, LONDON)) + json.dumps(record_of(SEALED))
    assert SEALED.withheld
    assert "place" not in told


def test_groups_that_get_the_same_are_told_together_in_the_order_given() -> None:
    other = Verdict(Action.BLOCK, Reason.RULE, rule="another")
    found = alike({"a": BLOCKED, "b": other, "c": BLOCKED})
    assert [(one.groups, one.rule) for one in found] == [
        (("a", "c"), "pupils: games"),
        (("b",), "another"),
    ]


def test_how_sure_it_is_who_asks_is_told() -> None:
    assert (WHOLE.sureness, QUIET.sureness) == ("likely", "none")
