"""What a draft of the policy would have changed of the last fortnight, before anybody lives with it.

Each visit of the access log is judged by the policy in force and by the draft, for the group that
was there and at the time at which it was; and so are events that a person was told of, and a
fixed list of sites that schools need. Counted are visits, hosts and people; nobody is named, and
neither is a site at which only a few were. What was typed is not looked at.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from filter_rules.types import Hit, Severity
from safeguard.core.policy import Policy
from safeguard.core.small_counts import SMALLEST
from safeguard.core.types import Subject
from safeguard.gathering import Progress
from safeguard.known_sites import Known, known_sites
from safeguard.loading import Snapshot
from safeguard.policy_side_by_side import Draft, Effect, Spell
from safeguard.settings import Settings
from safeguard.store import traffic
from safeguard.store.session import Store
from safeguard.visit_counts import Amount, Counted, Hosts, HostVisits, Steps, unless_few

DAYS = 14


@dataclass(frozen=True, slots=True)
class Unflagged:
    """Events of a theme that nobody would be told of any more. None: too few to be told."""

    theme: str
    severity: Severity
    events: int | None
    people: int | None


@dataclass(frozen=True, slots=True)
class Site:
    """A well-known site that the draft changes for some groups, or keeps from who needs it."""

    host: str
    about: str
    blocked: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    kept_from: tuple[str, ...] = ()  # of the newly blocked, those to whom it should be open
    let_in: tuple[str, ...] = ()  # of the newly allowed, those for whom it is not


@dataclass(frozen=True, slots=True)
class PolicyRehearsal:
    """What a draft would have changed. `cut`: there were more hosts than are looked at."""

    first: date
    last: date
    days: int  # of which there is a log
    visits: int
    hosts: int
    cut: bool
    amounts: Mapping[Effect, Amount]
    groups: Mapping[tuple[Effect, str], Amount]
    top: Mapping[Effect, Sequence[HostVisits]]
    unflagged: Sequence[Unflagged]
    flagged: int  # events that were looked at
    sites: Sequence[Site]
    known_sites: int


def rehearse_policy(
    settings: Settings,
    store: Store,
    snapshot: Snapshot,
    draft: Policy,
    now: datetime,
    progress: Progress,
) -> PolicyRehearsal:
    """Judge a fortnight of visits and events, and the well-known sites, by both policies."""
    first, last = (now - timedelta(days=DAYS - 1)).date(), now.date()
    begin = now - timedelta(days=DAYS)
    judges = Draft(settings, snapshot, draft, begin, now + timedelta(seconds=1))
    days = traffic.days_between(store, first, last)
    visits = _Visits(store, judges, days, Steps(progress, 2 * len(days)))
    visits.look()
    flagged, unflagged = _events(store, judges, begin, now)
    sites = known_sites()
    found = visits.counted
    return PolicyRehearsal(
        first=first,
        last=last,
        days=len(days),
        visits=visits.all,
        hosts=len(visits.hosts.seen),
        cut=visits.hosts.cut,
        amounts={one: found.amount(one) for one in Effect if found.visits(one)},
        groups={one: visits.by_group.amount(one) for one in visits.by_group.kinds},
        top={one: found.top(one, at_least=SMALLEST) for one in Effect if found.visits(one)},
        unflagged=unflagged,
        flagged=flagged,
        sites=[one for host, known in sites.items() if (one := _site(host, known, judges, now))],
        known_sites=len(sites),
    )


class _Visits:
    """The visits of some days: first the hosts that the draft changes anything of, then who was there."""

    def __init__(self, store: Store, judges: Draft, days: Sequence[date], steps: Steps) -> None:
        self.all = 0
        self.counted = Counted[Effect]()
        self.by_group = Counted[tuple[Effect, str]]()
        self._store, self._judges, self._days, self._steps = store, judges, days, steps
        groups = frozenset[str](chain.from_iterable(traffic.groups_of(store, one) for one in days))
        self.hosts = Hosts(lambda host: judges.may_change(host, groups))

    def look(self) -> None:
        for day in self._steps.each("Looking at the hosts of a fortnight", self._days):
            self.hosts.look(traffic.hosts_of(self._store, day))
        for day in self._steps.each("Counting the visits of a fortnight", self._days):
            self.all += traffic.how_many(self._store, day)
            for spell in self._judges.spells_on(day):
                self._count(day, spell)

    def _count(self, day: date, spell: Spell) -> None:
        wanted = self.hosts.wanted
        between = spell.since, spell.until
        for one in traffic.visits_to(self._store, day, list(wanted), between=between):
            host = wanted[one.host]
            effect = self._judges.effect(spell, one.group, one.who, host)
            if effect is not None:
                self.counted.add(effect, host, one.who, one.visits)
                self.by_group.add((effect, one.group), host, one.who, one.visits)


def _events(
    store: Store, judges: Draft, begin: datetime, now: datetime
) -> tuple[int, list[Unflagged]]:
    """How many were flagged, and of which themes they are that would not be any more."""
    events: Counter[tuple[str, Severity]] = Counter()
    people: dict[tuple[str, Severity], set[str]] = {}
    looked = 0
    for one in traffic.flagged_since(store, begin):
        looked += one.times
        hits = tuple(Hit(category, one.list, "") for category in one.categories)
        was, becomes = judges.flags(now, Subject(one.group), hits, one.themes, one.kind)
        if was and not becomes:
            about = max(one.themes, key=lambda theme: theme[1], default=("", Severity.NONE))
            events[about] += one.times
            people.setdefault(about, set()).add(one.who)
    found = [
        Unflagged(theme, severity, count if known else None, known)
        for (theme, severity), count in events.most_common()
        for known in (unless_few(len(people[theme, severity])),)
    ]
    return looked, found


def _site(host: str, known: Known, judges: Draft, now: datetime) -> Site | None:
    """What the draft does to a well-known site as things stand now; None: nothing."""
    spell, tree = judges.spell_at(now), judges.draft.groups
    effects = {group: judges.effect(spell, group, "", host) for group in tree.above}
    blocked = tuple(group for group, one in effects.items() if one is Effect.BLOCKED)
    opened = tuple(group for group, one in effects.items() if one is Effect.OPENED)
    if not (blocked or opened):
        return None
    return Site(
        host,
        known.about,
        blocked,
        opened,
        tuple(group for group in blocked if known.should_open(group, tree)),
        tuple(group for group in opened if known.should_block(group, tree)),
    )
