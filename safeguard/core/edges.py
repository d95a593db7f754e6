"""When policies change by themselves: every moment that can differ from those around it.

A policy changes where a rule begins or ends, and where a schedule does. Between the first and last
days of a schedule's dates its hours are the same each week, so a week after each such day, and
after now, holds every state that it can be in.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from safeguard.core.policy import Policy, Times
from safeguard.core.schedule import Schedule

WEEK = timedelta(days=8)  # with the day on which the clocks change


def edges_of(policies: Iterable[Policy], now: datetime) -> list[datetime]:
    """Return now, and the moments after it at which other rules may be in force."""
    fixed: set[datetime] = set()
    schedules: set[Schedule] = set()
    for policy in policies:
        every = {one.times for one in policy.rules} | {one.times for one in policy.text_rules}
        for times in every:
            fixed.update(edge for edge in (times.since, times.until) if edge and edge > now)
            if times.schedule in policy.schedules:
                schedules.add(policy.schedules[times.schedule])
    if not schedules:
        return sorted({now, *fixed})
    starts = {now, *fixed}
    for one in schedules:
        starts.update(start for start in one.turns() if start > now)
    weekly = {edge for one in schedules for start in starts for edge in _week(one, start)}
    return sorted({*starts, *(edge for edge in weekly if edge > now)})


def _week(schedule: Schedule, start: datetime) -> Iterator[datetime]:
    return (edge for edge in schedule.edges(start, WEEK) if edge > start)


def edges_between(policy: Policy, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield each moment after the first and before the last at which rules begin or end."""
    edge = policy.next_edge(since)
    while edge is not None and edge < until:
        yield edge
        edge = policy.next_edge(edge)


def resting(policy: Policy, now: datetime) -> frozenset[Times]:
    """Return which times are none at this moment: where these are the same, the policy is."""
    on = {name for name, schedule in policy.schedules.items() if schedule.is_on(now)}
    every = {one.times for one in policy.rules} | {one.times for one in policy.text_rules}
    return frozenset(one for one in every if one.rests(now, on))
