"""Judge visits by the rules in force without a list, and by the same with it.

What is asked is a host and a group, as the access log has them: no path, and nobody's name.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import StrEnum
from itertools import chain
from typing import override

from filter_rules.hosts import parents
from filter_rules.ruleset import BUILT_IN, RuleSet
from filter_rules.types import Entry, Finding, Hit, Kind, Part
from filter_rules.url_index import keys_of
from filter_rules.urls import Url
from safeguard.core.types import Action, Channel, Reason, Subject, Target, Verdict
from safeguard.engine import Engine
from safeguard.gathering import Progress
from safeguard.loading import Snapshot
from safeguard.previewing import named
from safeguard.problems import UnusableError
from safeguard.sealing import NOTHING_SEALED
from safeguard.settings import Settings
from safeguard.sources import Source

PATTERNS = (Part.PATTERN, Part.EXPRESSION)
TOLD_EACH = 50_000


class Effect(StrEnum):
    """What a list does to the visits of a group to a host."""

    BLOCKED = "would be newly blocked"
    OPENED = "would be newly allowed"
    AS_BEFORE = "are blocked already, without it"
    KEPT_OPEN = "stay open: a rule that allows them wins"
    NO_RULE = "are named, and no rule blocks them"
    IN_PART = "are of sites that it names parts of: which pages were seen is not looked at"


class Spoken:
    """What the list speaks of: hosts as a whole, and hosts of which it names parts."""

    def __init__(self, source: Source, alone: RuleSet, progress: Progress) -> None:
        self.alone = alone
        self.lists = frozenset(file.list for file in source.files)
        self.patterns = 0
        self._in_part: set[str] = set()
        every = chain.from_iterable(source.entries(file) for file in source.files)
        total = sum(source.counts.values())
        for number, said in enumerate(every):
            if number % TOLD_EACH == 0:
                progress("Looking for parts of sites", min(number, total), total)
            if isinstance(said, Entry) and not said.allow:
                self._note(said)

    def _note(self, entry: Entry) -> None:
        if entry.part is Part.URL:
            self._in_part.add(keys_of(entry.value)[0])
        self.patterns += entry.part in PATTERNS

    def names(self, host: str) -> bool:
        return bool(named(self.alone, (host,)))

    def names_part_of(self, host: str) -> bool:
        return bool(self._in_part) and any(
            keys_of(one)[0] in self._in_part for one in parents(host)
        )


class Judges:
    """Two engines, over the rules without the list and with it.

    Neither asks the sealed lists: nobody may learn here what is on them. What they block names
    no host in the access log anyway.
    """

    def __init__(self, settings: Settings, snapshot: Snapshot, spoken: Spoken) -> None:
        if snapshot.rules is None:
            raise UnusableError(
                "No rules are in force, so nobody can say what the list would change. "
                "Run `safeguard rules build`."
            )
        policy = replace(snapshot.policy, sealed_missing=False)
        plain = replace(snapshot, policy=policy, sealing=NOTHING_SEALED)
        self._spoken = spoken
        self._without, self._with = (
            Engine(settings, replace(plain, rules=Changed(snapshot.rules, spoken.lists, alone)))
            for alone in (None, spoken.alone)
        )
        self._known: dict[tuple[str, str], Effect] = {}
        self.is_in_force = False
        self._in_force = snapshot.rules

    def effect(self, group: str, host: str) -> Effect:
        """What the list does to visits of this group to this host; found out once of each."""
        known = self._known.get((group, host))
        if known is None:
            known = self._known[group, host] = self._effect(group, host)
        return known

    def _effect(self, group: str, host: str) -> Effect:
        if not self._spoken.names(host):
            return Effect.IN_PART
        lists = {hit.list for hit in self._in_force.match(host)}
        self.is_in_force = self.is_in_force or bool(lists & self._spoken.lists)
        subject, target = Subject(group), Target(host, f"https://{host}/", channel=Channel.TESTER)
        before = self._without.judge(subject, target)
        after = self._with.judge(subject, target)
        match before.blocked, after.blocked:
            case False, True:
                return Effect.BLOCKED
            case True, False:
                return Effect.OPENED
            case True, True:
                return Effect.AS_BEFORE
            case _:
                return Effect.KEPT_OPEN if self._would_block(after) else Effect.NO_RULE

    def _would_block(self, verdict: Verdict) -> bool:
        """Whether a rule blocks what the list names, and only lost."""
        return verdict.reason is Reason.HELP or any(
            one.action is Action.BLOCK
            and isinstance(one.about, Hit)
            and one.about.list in self._spoken.lists
            for one in verdict.considered
        )


class Changed(RuleSet):
    """The rules in force without some lists, or with another copy of these."""

    def __init__(self, rules: RuleSet, lists: frozenset[str], another: RuleSet | None) -> None:
        self.fingerprint = rules.fingerprint
        self.categories = rules.categories
        self._rules = rules
        self._lists = lists
        self._another = another

    @override
    def match(self, host: str, url: Url | None = None) -> tuple[Hit, ...]:
        """An exception lifts entries of its own list alone, so lists can be put side by side."""
        hits = [one for one in self._rules.match(host, url) if one.list not in self._lists]
        if self._another is not None:
            hits += [one for one in self._another.match(host, url) if one.list != BUILT_IN]
        return tuple(hits)

    @override
    def match_address(self, address: str) -> tuple[Hit, ...]:
        return self._rules.match_address(address)

    @override
    def detect(
        self,
        text: str,
        kind: Kind,
        *,
        strong: Iterable[tuple[int, int]] = (),
        about: frozenset[str] = frozenset(),
        groups: frozenset[str] = frozenset(),
        spent: Callable[[], bool] | None = None,
    ) -> tuple[Finding, ...]:
        return self._rules.detect(
            text, kind, strong=strong, about=about, groups=groups, spent=spent
        )
