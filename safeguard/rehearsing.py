"""What a list would have changed of the last week's visits, before it is taken in.

Each host of the access log that the list speaks of is judged twice for each group that was there:
by what is in force without the list, and by the same with it. Counted are visits, hosts and
people; nobody is named. Paths are encrypted and stay so: what a list says of a part of a site
is counted apart, for hosts alone cannot tell it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from filter_rules.ruleset import RuleSet
from filter_rules.sealed import WITHHELD
from safeguard.core.small_counts import SMALLEST
from safeguard.gathering import Progress
from safeguard.loading import load_snapshot
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.side_by_side import Effect, Judges, Spoken
from safeguard.sources import Source
from safeguard.store import traffic
from safeguard.store.session import Store

DAYS = 7
MOST_HOSTS = 500_000
TOP = 20
NO_LOG = "There is no access log of the last seven days."


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
    spoken = Spoken(source, alone, progress)
    judges = Judges(settings, snapshot, spoken)
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


@dataclass(slots=True)
class _Hosts:
    """The hosts of the log that the list speaks of, by number, among all that were looked at."""

    spoken_of: dict[int, str] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    cut: bool = False

    def look(self, hosts: Iterator[tuple[int, str]], spoken: Spoken) -> None:
        for number, host in hosts:
            if number in self.seen:
                continue
            if len(self.seen) >= MOST_HOSTS:
                self.cut = True
                continue
            self.seen.add(number)
            if host != WITHHELD and (spoken.names(host) or spoken.names_part_of(host)):
                self.spoken_of[number] = host


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
