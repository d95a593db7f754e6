"""When policies change by themselves: no state is missed, and none is told twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from safeguard.core.edges import Clock, edges_between, resting, timed
from safeguard.core.policy import ALWAYS, Policy, PolicyRule, Times
from safeguard.core.timetable import timetable
from safeguard.core.types import Action

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)  # the clocks change on the 25th
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TABLE = timetable(ZoneInfo("Europe/London"), {}, {"term": ["2026-11-02/2026-11-20"]})
SCHEDULES = {
    "lunch": TABLE.schedule("lunch", ["mon-fri 12:00-13:00"]),
    "late": TABLE.schedule("late", ["fri 22:00-06:00"]),
    "club": TABLE.schedule("club", ["wed 12:30-14:00"], ["term"]),
}
TIMES = [
    ALWAYS,
    *(Times(name) for name in SCHEDULES),
    Times(since=NOW + 20 * DAY),
    Times(until=NOW + 3 * DAY),
    Times("lunch", since=NOW + 5 * DAY, until=NOW + 9 * DAY),
    Times(until=NOW - DAY),
]


def policy(*times: Times) -> Policy:
    rules = (
        PolicyRule(str(number), Action.BLOCK, frozenset({"c"}), times=one)
        for number, one in enumerate(times)
    )
    return Policy(tuple(rules), schedules=SCHEDULES)


def active(one: Policy, now: datetime) -> frozenset[Times]:
    return frozenset(rule.times for rule in one.rules) - resting(one, now)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(TIMES), min_size=1, max_size=5), st.data())
def test_whatever_is_in_force_at_some_moment_is_one_of_the_states(
    times: list[Times], data: st.DataObject
) -> None:
    one = policy(*times)
    clock = Clock([one], NOW)
    states = clock.states(frozenset(timed(one, rule) for rule in one.rules))
    told = [frozenset(each for each, _ in some) for _, some in states]
    assert len(set(told)) == len(told)
    for _ in range(20):
        at = NOW + data.draw(st.integers(0, 60 * 24 * 2)) * HOUR / 2
        assert active(one, at) in told
    for since, some in states:
        assert active(one, since) == {each for each, _ in some}


def test_a_state_is_told_with_the_moment_at_which_it_first_is() -> None:
    one = policy(Times("club"))
    times = timed(one, one.rules[0])
    assert Clock([one], NOW).states(frozenset({times})) == [
        (NOW, frozenset()),
        (datetime(2026, 11, 4, 12, 30, tzinfo=UTC), frozenset({times})),
    ]


def test_where_nothing_has_times_there_is_one_state() -> None:
    one = policy(ALWAYS)
    assert [at for at, _ in Clock([one], NOW).states(frozenset({(ALWAYS, None)}))] == [NOW]


def test_edges_between_two_moments_leave_both_out() -> None:
    one = policy(Times("lunch"), Times(until=NOW + 2 * DAY))
    found = list(edges_between(one, NOW, NOW + DAY * 2))
    assert [f"{at:%d %H}" for at in found] == ["20 11", "20 12", "21 11", "21 12"]
    assert list(edges_between(policy(ALWAYS), NOW, NOW + DAY)) == []
