"""Stories of tests/tables/concerns.toml, told: lines in plain words -> events, reviews, concerns.

A line is one of

    mon 22:41 Ada types suicide high saying wish on search.example in 9B, asking for help
    mon 10:05 Ada,Ben,Cal read drugs medium of page a 3 times
    tue 09:00 the lead reviews Ada self-harm as LESSON

"mon" is a Monday of November, "next mon" the one after; a date such as 2026-06-15 is itself. Each
pupil named comes a minute after the one before, and so does each time of several.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from filter_rules.types import Kind, Severity
from safeguard.core.concern_rules import ConcernRules
from safeguard.core.concerns import (
    Change,
    Concern,
    ConcernEvent,
    Known,
    Outcome,
    ThemeSeen,
    Who,
)
from safeguard.core.folding import (
    Needed,
    fold,
    needed,
    reassign,
    review,
    unreview,
    within_reach,
)
from safeguard.core.school_hours import SchoolHours

LONDON = ZoneInfo("Europe/London")
RULES = ConcernRules(SchoolHours(LONDON))
STORIES: list[dict[str, Any]] = tomllib.loads(
    Path("tests/tables/concerns.toml").read_text(encoding="utf-8")
)["story"]
MONDAY = date(2026, 11, 16)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = {"type": Kind.SEARCH, "write": Kind.CHAT, "read": Kind.PAGE, "open": None}
WHEN = r"(?P<next>(?:next )*)(?P<day>\w{3}|\d{4}-\d\d-\d\d) (?P<clock>\d\d:\d\d)"
EVENT = re.compile(
    WHEN + r" (?P<names>[\w,-]+) (?P<verb>type|write|read|open)s? "
    r"(?P<themes>[\w-]+ \w+(?: and [\w-]+ \w+)*)"
    r"(?: scoring (?P<score>\d+))?(?: saying (?P<signs>[\w,]+))?(?: on (?P<host>\S+))?"
    r"(?: of page (?P<page>\w+))?(?: in (?P<place>\w+))?(?: (?P<times>\d+) times)?"
    r"(?P<help>, asking for help)?"
)
REVIEW = re.compile(WHEN + r" the lead reviews (?P<name>[\w-]+) (?P<family>[\w-]+) as (?P<as>\w+)")


def who(name: str) -> Who:
    known = next((one for one in Known if name.startswith(f"{one.value}-")), Known.PERSON)
    return Who(1, known, name)


def _when(found: re.Match[str]) -> datetime:
    day = found["day"]
    if day in DAYS:
        weeks = found["next"].count("next")
        on = MONDAY + timedelta(days=DAYS.index(day), weeks=weeks)
    else:
        on = date.fromisoformat(day)
    return datetime.combine(on, time.fromisoformat(found["clock"]), LONDON).astimezone(UTC)


def events_of(line: str, number: int = 0) -> list[ConcernEvent]:
    """Return the events that a line tells of."""
    found = EVENT.fullmatch(line)
    assert found, f"This line cannot be read: {line}"
    told = [part.split() for part in found["themes"].split(" and ")]
    themes = tuple(
        ThemeSeen(theme, Severity[severity.upper()], float(found["score"] or 0))
        for theme, severity in told
    )
    names = [name for name in found["names"].split(",") for _ in range(int(found["times"] or 1))]
    return [
        ConcernEvent(
            id=f"{number:03}-{place:03}",
            at=_when(found) + timedelta(minutes=place),
            who=who(name),
            themes=themes,
            kind=KINDS[found["verb"]],
            host=found["host"] or "site.example",
            page=found["page"] or told[0][0],
            group="secondary",
            place=found["place"] or "",
            help_seeking=bool(found["help"]),
            signs=tuple((found["signs"] or "").split(",")),
        )
        for place, name in enumerate(names)
    ]


@dataclass
class Ledger:
    """What a store does: it keeps concerns and which events are in them, and nothing else."""

    rules: ConcernRules = RULES
    concerns: dict[tuple[Who, str, datetime], Concern] = field(default_factory=dict)
    members: dict[tuple[Who, str, datetime], frozenset[str]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def add(self, events: Sequence[ConcernEvent]) -> None:
        self._write(fold(self._handed(needed(events, self.rules)), events, self.rules))

    def review(self, one: Concern, outcome: Outcome, at: datetime) -> None:
        self._write(review(self._near(one, one.who), one, outcome, at, self.rules))

    def unreview(self, one: Concern) -> None:
        self._write(unreview(self._near(one, one.who), one, self.rules))

    def reassign(self, one: Concern, to: Who) -> None:
        handed = [*self._near(one, one.who), *self._near(one, to)]
        self._write(reassign(handed, one, to, self.rules))

    def _near(self, one: Concern, whose: Who) -> list[Concern]:
        return self._handed([within_reach(whose, one.facts.first, one.facts.last, self.rules)])

    def _handed(self, wanted: Sequence[Needed]) -> list[Concern]:
        """Return no more than what is asked for: it must be enough."""
        return [
            one
            for want in wanted
            for one in self.concerns.values()
            if one.who == want.who and want.since <= one.facts.first <= want.until
        ]

    def _write(self, changes: Iterable[Change]) -> None:
        for change in changes:
            members = frozenset(change.added)
            for old in change.before:
                members |= self.members.pop(old.key)
                del self.concerns[old.key]
            assert change.concern.key not in self.concerns
            self.concerns[change.concern.key] = change.concern
            self.members[change.concern.key] = members
            self.changes.append(change)

    def latest(self, name: str, family: str) -> Concern:
        mine = [
            one for one in self.concerns.values() if one.who == who(name) and one.family == family
        ]
        return max(mine, key=lambda one: one.facts.first)

    def all(self) -> list[Concern]:
        return [self.concerns[key] for key in sorted(self.concerns)]


def tell(lines: Sequence[str], ledger: Ledger) -> None:
    """Let the lines happen, in the order they stand in."""
    for number, line in enumerate(lines):
        found = REVIEW.fullmatch(line)
        if found is None:
            ledger.add(events_of(line, number))
            continue
        one = ledger.latest(found["name"], found["family"])
        ledger.review(one, Outcome[found["as"]], _when(found))


def told_in_one_go(lines: Sequence[str]) -> list[ConcernEvent]:
    return [one for number, line in enumerate(lines) for one in events_of(line, number)]


def said(one: Concern) -> str:
    """Return a concern as the table says it."""
    care = ", care" if one.care else ""
    return (
        f"{one.who.id}: {one.family}, {one.severity.word}, {one.standing.value}, "
        f"{one.confidence.value}{care}"
    )
