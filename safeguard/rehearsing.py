"""What a list would have changed of the last week's visits, before it is taken in.

Each host of the access log that the list speaks of is judged twice for each group that was there:
by what is in force without the list, and by the same with it. Counted are visits, hosts and
people; nobody is named. Paths are encrypted and stay so: what a list says of a part of a site
is counted apart, for hosts alone cannot tell it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from filter_rules.ruleset import RuleSet
from safeguard.gathering import Progress
from safeguard.loading import load_snapshot
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.side_by_side import Effect, Judges, Spoken
from safeguard.sources import Source
from safeguard.store import traffic
from safeguard.store.session import Store
from safeguard.visit_counts import Amount, Counted, Hosts, HostVisits, Steps

DAYS = 7
NO_LOG = "There is no access log of the last seven days."


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
    steps = Steps(progress, 2 * len(days))
    hosts = Hosts(lambda host: spoken.names(host) or spoken.names_part_of(host))
    for day in steps.each("Looking at the hosts of a week", days):
        hosts.look(traffic.hosts_of(store, day))
    found = Counted[Effect]()
    visits = 0
    for day in steps.each("Counting the visits of a week", days):
        visits += traffic.how_many(store, day)
        for one in traffic.visits_to(store, day, list(hosts.wanted)):
            host = hosts.wanted[one.host]
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
        amounts={one: found.amount(one) for one in Effect if found.visits(one)},
        top={one: found.top(one) for one in Effect if found.visits(one)},
    )
