"""Repeats within a minute are one visit, and however many there are, memory is bounded."""

from datetime import datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

import safeguard.visiting
from safeguard.core.types import Subject, Target
from safeguard.visiting import Visiting
from tests.safeguard.samples import ALLOWED, NOW, PLACE, PUPIL, at, blocked, sealed


def visiting() -> Visiting:
    numbers = count(1)
    return Visiting(lambda size: next(numbers).to_bytes(size))


def summary(log: Visiting, now: datetime | None = None) -> list[tuple[str, str, int]]:
    return [(one.visit.host, one.path, one.times) for one in log.take(now, 1000)]


def test_repeats_within_a_minute_are_one_visit_with_the_first_path() -> None:
    log = visiting()
    for second in range(60):
        log.add(PUPIL, Target("a.example", f"https://a.example/{second}"), ALLOWED, at(second))
    assert summary(log, at(59)) == []
    log.add(PUPIL, Target("a.example", "https://a.example/again"), ALLOWED, at(60))
    assert summary(log, at(60)) == [("a.example", "/0", 60)]
    assert summary(log) == [("a.example", "/again", 1)]


def test_another_subject_host_or_action_is_another_visit() -> None:
    log = visiting()
    log.add(PUPIL, PLACE, ALLOWED, NOW)
    log.add(Subject("primary", "10.0.0.8"), PLACE, ALLOWED, NOW)
    log.add(PUPIL, Target("b.example"), ALLOWED, NOW)
    log.add(PUPIL, PLACE, blocked(), NOW)
    assert len(summary(log)) == 4


def test_visits_that_no_site_may_be_named_of_are_one() -> None:
    log = visiting()
    for host in ("a.example", "b.example"):
        log.add(PUPIL, Target(host, f"https://{host}/x"), sealed(), NOW)
    assert summary(log) == [("withheld", "", 2)]


def test_a_clock_that_is_set_back_begins_another_visit() -> None:
    log = visiting()
    log.add(PUPIL, PLACE, ALLOWED, at(3600))
    log.add(PUPIL, PLACE, ALLOWED, NOW)
    assert len(summary(log)) == 2


def test_more_than_memory_may_hold_are_written_early_and_then_shed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(safeguard.visiting, "MOST_OPEN", 3)
    monkeypatch.setattr(safeguard.visiting, "MOST_CLOSED", 2)
    log = visiting()
    for number in range(7):
        log.add(PUPIL, Target(f"{number}.example"), ALLOWED, NOW)
    assert log.shed == 2
    assert [host for host, *_ in summary(log, NOW)] == ["0.example", "1.example"]
    assert [host for host, *_ in summary(log)] == ["4.example", "5.example", "6.example"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20)), max_size=200))
def test_no_request_is_lost_or_counted_twice(steps: list[tuple[int, int]]) -> None:
    log, now, found = visiting(), 0, 0
    for host, pause in steps:
        now += pause
        log.add(PUPIL, Target(f"{host}.example"), ALLOWED, at(now))
        if host == 0:
            found += sum(one.times for one in log.take(at(now), 2))
    while taken := log.take(None, 3):
        found += sum(one.times for one in taken)
    assert found == len(steps)
