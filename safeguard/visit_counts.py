"""Count the visits, hosts and people that something would change; nobody is named.

Which people they were is only kept to tell them apart. Of so few that one could guess who they
are, the number is not told, nor the sites that they alone were at where that is asked for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from filter_rules.sealed import WITHHELD
from safeguard.core.small_counts import SMALLEST
from safeguard.gathering import Progress

MOST_HOSTS = 500_000
TOP = 20


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


@dataclass(slots=True)
class _Kind:
    visits: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    people_at: dict[str, set[str]] = field(default_factory=dict)


class Counted[K]:
    """Visits, hosts and people by kind."""

    def __init__(self) -> None:
        self._kinds: dict[K, _Kind] = {}

    def add(self, kind: K, host: str, who: str, visits: int) -> None:
        counted = self._kinds.setdefault(kind, _Kind())
        counted.visits[host] += visits
        counted.people.add(who)
        at = counted.people_at.setdefault(host, set())
        if len(at) < SMALLEST:  # more are not told from one another
            at.add(who)

    @property
    def kinds(self) -> list[K]:
        """Return the kinds there were, in the order in which they came."""
        return list(self._kinds)

    def visits(self, kind: K) -> int:
        return self._of(kind).visits.total()

    def amount(self, kind: K) -> Amount:
        one = self._of(kind)
        return Amount(one.visits.total(), len(one.visits), unless_few(len(one.people)))

    def top(self, kind: K, *, at_least: int = 1) -> list[HostVisits]:
        """Return the hosts most visited, of those at which there were so many people."""
        one = self._of(kind)
        some = (host for host in one.visits if len(one.people_at[host]) >= at_least)
        ordered = sorted(some, key=lambda host: (-one.visits[host], host))
        return [HostVisits(host, one.visits[host]) for host in ordered[:TOP]]

    def _of(self, kind: K) -> _Kind:
        return self._kinds.get(kind, _Kind())


def unless_few(people: int) -> int | None:
    return people if people >= SMALLEST else None


@dataclass(slots=True)
class Hosts:
    """The hosts of the log that are wanted, by number, among all that were looked at.

    `cut`: there were more hosts than are looked at.
    """

    is_wanted: Callable[[str], bool]
    wanted: dict[int, str] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    cut: bool = False

    def look(self, hosts: Iterable[tuple[int, str]]) -> None:
        for number, host in hosts:
            if number in self.seen:
                continue
            if len(self.seen) >= MOST_HOSTS:
                self.cut = True
                continue
            self.seen.add(number)
            if host != WITHHELD and self.is_wanted(host):
                self.wanted[number] = host


@dataclass(slots=True)
class Steps:
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
