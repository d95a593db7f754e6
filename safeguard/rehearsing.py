"""What a list would have changed of the last week's visits, before it is taken in.

Each host of the access log that the list speaks of is judged twice for each group that was there:
by what is in force without the list, and by the same with it. Counted are visits, hosts and
people; nobody is named. Paths are encrypted and stay so: what a list says of a part of a site
is counted apart, for hosts alone cannot tell it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import override

from filter_rules.hosts import parents
from filter_rules.ruleset import BUILT_IN, RuleSet
from filter_rules.sealed import WITHHELD
from filter_rules.types import Entry, Finding, Hit, Kind, Part
from filter_rules.url_index import keys_of
from filter_rules.urls import Url
from safeguard.core.small_counts import SMALLEST
from safeguard.core.types import Action, Channel, Reason, Subject, Target, Verdict
from safeguard.engine import Engine
from safeguard.gathering import Progress
from safeguard.loading import Snapshot, load_snapshot
from safeguard.previewing import named
from safeguard.problems import UnusableError
from safeguard.sealing import NOTHING_SEALED
from safeguard.settings import Settings
from safeguard.sources import Source
from safeguard.store import traffic
from safeguard.store.session import Store

DAYS = 7
MOST_HOSTS = 500_000
TOP = 20
NO_LOG = "There is no access log of the last seven days."
PATTERNS = (Part.PATTERN, Part.EXPRESSION)


class Effect(StrEnum):
    """What a list does to the visits of a group to a host."""

    BLOCKED = "would be newly blocked"
    OPENED = "would be newly allowed"
    AS_BEFORE = "are blocked already, without it"
    KEPT_OPEN = "stay open: a rule that allows them wins"
    NO_RULE = "are named, and no rule blocks them"
    IN_PART = "are of sites that it names parts of: which pages were seen is not looked at"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many visits, to so many hosts, of so many people; None: too few to be told."""

    visits: int = 0
    hosts: int = 0
    people: int | None = 0


@dataclass(frozen=True, slots=True)
class HostVisits:
    """A host, and how many visits to it there were."""

    host: str
    visits: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a list would have changed. `cut`: there were more hosts than are looked at."""

    first: date
    last: date
    days: int  # of which there is a log
    visits: int
    hosts: int
    cut: bool
    is_in_force: bool
    patterns: int  # entries that are held against whole addresses
    amounts: Mapping[Effect, Amount]
    top: Mapping[Effect, Sequence[HostVisits]]

    @property
    def newly(self) -> Amount:
        return self.amounts.get(Effect.BLOCKED, Amount())


def rehearse(
    settings: Settings,
    store: Store,
    source: Source,
    alone: RuleSet,
    now: datetime,
    progress: Progress,
) -> Rehearsal:
    """Judge a week of visits, today's among them, without the list and with it (`alone`)."""
    first, last = (now - timedelta(days=DAYS - 1)).date(), now.date()
    days = traffic.days_between(store, first, last)
    if not days:
        raise UnusableError(NO_LOG)
    snapshot = load_snapshot(settings, store)
    spoken = _Spoken(source, alone)
    judges = _Judges(settings, snapshot, spoken)
    steps = _Steps(progress, 2 * len(days))
    hosts = _Hosts()
    for day in steps.each("Looking at the hosts of a week", days):
        hosts.look(traffic.hosts_of(store, day), spoken)
    found = _Counted()
    visits = 0
    for day in steps.each("Counting the visits of a week", days):
        visits += traffic.how_many(store, day)
        for one in traffic.visits_to(store, day, list(hosts.spoken_of)):
            host = hosts.spoken_of[one.host]
            found.add(judges.effect(one.group, host), host, one.who, one.visits)
    return Rehearsal(
        first=first,
        last=last,
        days=len(days),
        visits=visits,
        hosts=len(hosts.seen),
        cut=hosts.cut,
        is_in_force=judges.is_in_force,
        patterns=spoken.patterns,
        amounts=found.amounts(),
        top=found.top(),
    )


class _Spoken:
    """What the list speaks of: hosts as a whole, and hosts of which it names parts."""

    def __init__(self, source: Source, alone: RuleSet) -> None:
        self.alone = alone
        self.lists = frozenset(file.list for file in source.files)
        self.patterns = 0
        self._in_part: set[str] = set()
        for file in source.files:
            for said in source.entries(file):
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


@dataclass(slots=True)
class _Hosts:
    """The hosts of the log that the list speaks of, by number, among all that were looked at."""

    spoken_of: dict[int, str] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    cut: bool = False

    def look(self, hosts: Iterator[tuple[int, str]], spoken: _Spoken) -> None:
        for number, host in hosts:
            if number in self.seen:
                continue
            if len(self.seen) >= MOST_HOSTS:
                self.cut = True
                continue
            self.seen.add(number)
            if host != WITHHELD and (spoken.names(host) or spoken.names_part_of(host)):
                self.spoken_of[number] = host


class _Judges:
    """Two engines, over the rules without the list and with it.

    Neither asks the sealed lists: nobody may learn here what is on them. What they block names
    no host in the access log anyway.
    """

    def __init__(self, settings: Settings, snapshot: Snapshot, spoken: _Spoken) -> None:
        if snapshot.rules is None:
            raise UnusableError(
                "No rules are in force, so nobody can say what the list would change. "
                "Run `safeguard rules build`."
            )
        policy = replace(snapshot.policy, sealed_missing=False)
        plain = replace(snapshot, policy=policy, sealing=NOTHING_SEALED)
        self._spoken = spoken
        self._without, self._with = (
            Engine(settings, replace(plain, rules=_Changed(snapshot.rules, spoken.lists, alone)))
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


class _Changed(RuleSet):
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
    def detect(self, text: str, kind: Kind) -> tuple[Finding, ...]:
        return self._rules.detect(text, kind)


class _Counted:
    """Visits, hosts and people by effect."""

    def __init__(self) -> None:
        self._visits: dict[Effect, Counter[str]] = {}
        self._people: dict[Effect, set[str]] = {}

    def add(self, effect: Effect, host: str, who: str, visits: int) -> None:
        self._visits.setdefault(effect, Counter())[host] += visits
        self._people.setdefault(effect, set()).add(who)

    def amounts(self) -> dict[Effect, Amount]:
        return {
            effect: Amount(
                self._visits[effect].total(),
                len(self._visits[effect]),
                _unless_few(len(self._people[effect])),
            )
            for effect in Effect
            if effect in self._visits
        }

    def top(self) -> dict[Effect, list[HostVisits]]:
        return {
            effect: [
                HostVisits(host, visits)
                for host, visits in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:TOP]
            ]
            for effect, counts in self._visits.items()
        }


def _unless_few(people: int) -> int | None:
    return people if people >= SMALLEST else None


@dataclass(slots=True)
class _Steps:
    """Tells the progress, a step a day."""

    progress: Progress
    total: int
    done: int = 0

    def each(self, what: str, days: Sequence[date]) -> Iterator[date]:
        for day in days:
            self.progress(what, self.done, self.total)
            yield day
            self.done += 1
            self.progress(what, self.done, self.total)
