"""Judge by two policies at once: the one in force, and a draft of another.

Both are as they would have been at the time of each visit, schedules and all. What the lists say
is asked once of each host; hosts of which they say the same are judged once for each group.
Neither policy asks the sealed lists: nobody may learn here what is on them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain, groupby

from filter_rules.types import Finding, Hit, Kind, Severity
from filter_rules.urls import split
from safeguard.core.edges import edges_between, resting
from safeguard.core.policy import Policy
from safeguard.core.types import Subject, Target, Verdict
from safeguard.engine import Engine, judged_by
from safeguard.loading import Snapshot
from safeguard.settings import Settings

MOST_KEPT = 1_000_000

type Both = tuple[Policy, Policy]
type Themes = Sequence[tuple[str, Severity]]


class Effect(StrEnum):
    """What a draft does to visits."""

    BLOCKED = "would be newly blocked"
    OPENED = "would be newly allowed"


@dataclass(frozen=True, slots=True)
class Spell:
    """A while in which both policies stay as they are; `turn` is equal where they are the same."""

    since: datetime
    until: datetime
    turn: int


class Draft:
    """A draft beside what is in force, for a while."""

    def __init__(
        self,
        settings: Settings,
        snapshot: Snapshot,
        draft: Policy,
        since: datetime,
        until: datetime,
    ) -> None:
        self._engine = Engine(settings, snapshot)  # for what the lists say
        self.draft = draft
        both = snapshot.policy, draft
        self._both = [replace(one, sealed_missing=False, moment=None) for one in both]
        self._turns: list[Both] = []
        self.spells = list(self._spells(since, until))
        self._named = frozenset(
            one for policy in both for rule in policy.rules for one in rule.who.people
        )
        self._hits: dict[str, tuple[Hit, ...]] = {}
        self._known: dict[tuple[tuple[Hit, ...], int, Subject], Effect | None] = {}

    def _spells(self, since: datetime, until: datetime) -> Iterator[Spell]:
        edges = {since} | {e for one in self._both for e in edges_between(one, since, until)}
        begins = sorted(edges)
        known: dict[object, int] = {}
        for begin, end in zip(begins, [*begins[1:], until], strict=True):
            key = tuple(resting(one, begin) for one in self._both)
            if key not in known:
                known[key] = len(self._turns)
                self._turns.append((self._both[0].at(begin), self._both[1].at(begin)))
            yield Spell(begin, end, known[key])

    def may_change(self, host: str, groups: Iterable[str]) -> bool:
        """Whether the draft does anything to the host, for any of the groups, at any time."""
        hits = self._of(host)
        whom = [Subject(group, person=one) for group in groups for one in ("", *self._named)]
        turns = range(len(self._turns))
        return bool(hits) and any(
            self._effect(hits, turn, who) is not None for turn in turns for who in whom
        )

    def effect(self, spell: Spell, group: str, who: str, host: str) -> Effect | None:
        """What it does to a visit in that spell; None: nothing."""
        subject = Subject(group, person=who if who in self._named else "")
        return self._effect(self._of(host), spell.turn, subject)

    def spell_at(self, now: datetime) -> Spell:
        return self.spells[bisect_right([one.since for one in self.spells], now) - 1]

    def spells_on(self, day: date) -> Iterator[Spell]:
        """Yield the spells of a day (in UTC), those that follow one another alike as one."""
        begin = datetime.combine(day, time(), UTC)
        end = begin + timedelta(days=1)
        within = (one for one in self.spells if one.since < end and one.until > begin)
        for turn, some in groupby(within, key=lambda one: one.turn):
            alike = list(some)
            yield Spell(max(alike[0].since, begin), min(alike[-1].until, end), turn)

    def flags(
        self, now: datetime, subject: Subject, hits: Sequence[Hit], found: Themes, kind: str
    ) -> tuple[bool, bool]:
        """Whether each policy, as it is now, tells a person of what was found."""
        findings = [Finding(theme, severity, 0.0) for theme, severity in found]
        was, becomes = (
            judged_by(policy, subject, hits, findings, Kind(kind) if kind else None).flagged
            for policy in self._turns[self.spell_at(now).turn]
        )
        return was, becomes

    def _of(self, host: str) -> tuple[Hit, ...]:
        """What the lists say, as far as rules ask: the same for many hosts."""
        found = self._hits.get(host)
        if found is None:
            target = Target(host, f"https://{host}/")
            url = split(target.url)
            facts = chain.from_iterable(one.facts.of(target, url) for one in self._both)
            hits = chain(self._engine.found_in_lists(host, url), facts)
            found = tuple(sorted({_gist(hit) for hit in hits}, key=_order))
            if len(self._hits) < MOST_KEPT:
                self._hits[host] = found
        return found

    def _effect(self, hits: tuple[Hit, ...], turn: int, subject: Subject) -> Effect | None:
        key = hits, turn, subject
        if key not in self._known:
            was, becomes = (judged_by(one, subject, hits) for one in self._turns[turn])
            self._known[key] = _between(was, becomes)
        return self._known[key]


def _gist(hit: Hit) -> Hit:
    """A hit without what it is found by, which rules ask of the school's own entries alone."""
    return hit if hit.category.startswith("own:") else replace(hit, entry="")


def _order(hit: Hit) -> tuple[str, str, str]:
    return hit.category, hit.list, hit.entry


def _between(was: Verdict, becomes: Verdict) -> Effect | None:
    match was.blocked, becomes.blocked:
        case False, True:
            return Effect.BLOCKED
        case True, False:
            return Effect.OPENED
        case _:
            return None
