"""When policies change by themselves: the moments at which rules begin or end to be in force.

Between the first and last days of its dates a schedule is the same each week. So the weeks after
now, after each such day, and after each moment at which a rule begins or ends, hold every state
that rules can ever be in together.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from safeguard.core.policy import Policy
from safeguard.core.rules import AnyRule, Times
from safeguard.core.schedule import Schedule

WEEK = timedelta(days=8)  # with a day on which the clocks change

type Timed = tuple[Times, Schedule | None]


def timed(policy: Policy, rule: AnyRule) -> Timed:
    """Return when a rule is in force: a schedule of the same name may be of other hours."""
    return rule.times, policy.schedules.get(rule.times.schedule)


class Clock:
    """Every state of some policies, from a moment on. What is asked twice is worked out once."""

    def __init__(self, policies: Iterable[Policy], now: datetime) -> None:
        self._now = now
        every = {timed(one, rule) for one in policies for rule in one.all_rules}
        schedules = {schedule for _, schedule in every if schedule is not None}
        starts = {now, *(one for times, _ in every for one in _fixed(times))}
        starts |= {one for schedule in schedules for one in schedule.turns()}
        weeks = list(_weeks(sorted(one for one in starts if one >= now)))
        self._states = {one: list(_states(one, weeks)) for one in schedules}
        self._known: dict[frozenset[Timed], list[tuple[datetime, frozenset[Timed]]]] = {}

    def states(self, some: frozenset[Timed]) -> list[tuple[datetime, frozenset[Timed]]]:
        """Return which of them are in force together, each state once, with when it first is."""
        if some not in self._known:
            self._known[some] = list(self._distinct(some))
        return self._known[some]

    def _distinct(self, some: frozenset[Timed]) -> Iterator[tuple[datetime, frozenset[Timed]]]:
        fixed = sorted({one for times, _ in some for one in _fixed(times) if one > self._now})
        schedules = [*{schedule for _, schedule in some if schedule is not None}]
        moments = {at for one in schedules for at, _ in self._states[one]}
        seen: set[object] = set()
        told: set[frozenset[Timed]] = set()
        for now in sorted({self._now, *fixed, *moments}):
            on = {one for one in schedules if self._is_on(one, now)}
            state = bisect_right(fixed, now), frozenset(on)
            if state in seen:
                continue
            seen.add(state)
            active = frozenset(one for one in some if _is_active(one, now, on))
            if active not in told:
                told.add(active)
                yield now, active

    def _is_on(self, schedule: Schedule, now: datetime) -> bool:
        states = self._states[schedule]
        return states[bisect_right(states, now, key=lambda one: one[0]) - 1][1]


def _is_active(one: Timed, now: datetime, on: set[Schedule]) -> bool:
    times, schedule = one
    return not times.rests(now, {times.schedule} if schedule in on else ())


def _fixed(times: Times) -> Iterator[datetime]:
    return (one for one in (times.since, times.until) if one is not None)


def _weeks(starts: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """The weeks after these moments, in order, those that touch as one while."""
    begin, end = starts[0], starts[0] + WEEK
    for start in starts[1:]:
        if start > end:
            yield begin, end
            begin = start
        end = start + WEEK
    yield begin, end


def _states(
    schedule: Schedule, weeks: Iterable[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, bool]]:
    for begin, end in weeks:
        for edge in sorted({begin, *schedule.edges(begin, end - begin)}):
            yield edge, schedule.is_on(edge)


def edges_between(policy: Policy, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield each moment after the first and before the last at which rules begin or end."""
    edge = policy.next_edge(since)
    while edge is not None and edge < until:
        yield edge
        edge = policy.next_edge(edge)


def resting(policy: Policy, now: datetime) -> frozenset[Times]:
    """Return which times are none at this moment: where these are the same, the policy is."""
    on = {name for name, schedule in policy.schedules.items() if schedule.is_on(now)}
    every = {one.times for one in policy.all_rules}
    return frozenset(one for one in every if one.rests(now, on))
