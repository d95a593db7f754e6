"""Which hosts were visited, how often and by how many, and nobody's name."""

from dataclasses import replace
from datetime import date, timedelta

from filter_rules.types import Severity
from safeguard.core.types import Subject, Target
from safeguard.core.visits import Visits, visit_id, visit_of
from safeguard.store import traffic
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.traffic import (
    Flagged,
    Visited,
    days_between,
    flagged_since,
    groups_of,
    hosts_of,
    how_many,
    visits_to,
)
from tests.safeguard.concern_samples import flagged_event, keep
from tests.safeguard.samples import ALLOWED, NOW, PUPIL, at

DAY = NOW.date()
SOMEONE = Subject("secondary", "10.0.0.8", device="tablet-8")
NOBODY = Subject("unidentified", "10.9.9.9")


def put(store: Store, *where: tuple[Subject, str, float], school_id: int = 1) -> None:
    """Bring visits: of whom, to where, how many seconds from now."""
    visits = tuple(
        visit_of(
            who, Target(host, f"https://{host}/"), ALLOWED, visit_id(at(later), bytes((0, 0, n)))
        )
        for n, (who, host, later) in enumerate(where)
    )
    take_in(store, Batch("s", f"proxy-{school_id}", 1, [Visits(visits, school_id)]))


def numbers(store: Store, day: date = DAY) -> dict[str, int]:
    return {host: number for number, host in hosts_of(store, day)}


def test_the_days_of_a_spell_come_newest_first(any_store: Store) -> None:
    put(any_store, *[(PUPIL, "a.example", -86_400.0 * days) for days in range(4)])
    first = DAY - timedelta(days=2)
    assert days_between(any_store, first, DAY) == [DAY - timedelta(days=n) for n in range(3)]
    assert days_between(any_store, DAY + timedelta(days=1), DAY + timedelta(days=9)) == []


def test_visits_are_counted_by_who_was_where(any_store: Store) -> None:
    put(
        any_store,
        (PUPIL, "a.example", 0),
        (PUPIL, "a.example", 90),
        (PUPIL, "b.example", 1),
        (SOMEONE, "a.example", 2),
        (NOBODY, "b.example", 3),
        (NOBODY, "c.example", 4),
    )
    known = numbers(any_store)
    assert sorted(known) == ["a.example", "b.example", "c.example"]
    found = set(visits_to(any_store, DAY, [known["a.example"], known["b.example"], 7]))
    assert found == {
        Visited(known["a.example"], "primary", "pupil-7", 2),
        Visited(known["b.example"], "primary", "pupil-7", 1),
        Visited(known["a.example"], "secondary", "tablet-8", 1),
        Visited(known["b.example"], "unidentified", "10.9.9.9", 1),
    }
    assert how_many(any_store, DAY) == 6


def test_a_day_without_a_log_has_no_visits(any_store: Store) -> None:
    assert how_many(any_store, DAY) == 0
    assert list(hosts_of(any_store, DAY)) == []
    assert list(visits_to(any_store, DAY, [1])) == []


def test_another_school_is_not_told_of(any_store: Store) -> None:
    put(any_store, (PUPIL, "a.example", 0))
    asked = list(numbers(any_store).values())
    assert list(visits_to(any_store, DAY, asked, school_id=2)) == []


def test_many_hosts_are_asked_for_in_parts(any_store: Store) -> None:
    put(any_store, *[(PUPIL, f"site-{n}.example", n) for n in range(30)])
    asked = [*range(traffic.AT_ONCE), *numbers(any_store).values()]
    assert sum(one.visits for one in visits_to(any_store, DAY, asked)) == 30


def test_visits_between_two_moments_are_those_from_the_first_on_and_before_the_last(
    any_store: Store,
) -> None:
    put(any_store, *[(PUPIL, "a.example", 100.0 * number) for number in range(5)])
    number = numbers(any_store)["a.example"]
    found = list(visits_to(any_store, DAY, [number], between=(at(100), at(300))))
    assert [one.visits for one in found] == [2]


def test_the_groups_of_a_day_are_those_somebody_was_in(any_store: Store) -> None:
    put(any_store, (PUPIL, "a.example", 0), (SOMEONE, "b.example", 1))
    put(any_store, (NOBODY, "c.example", 2), school_id=2)
    assert groups_of(any_store, DAY) == {"primary", "secondary"}
    assert groups_of(any_store, DAY + timedelta(days=9)) == frozenset()


def test_what_was_flagged_is_told_without_words_and_counted_by_whom(any_store: Store) -> None:
    one = flagged_event(NOW, "ada", severity=Severity.URGENT)
    keep(any_store, one, flagged_event(at(5), "ada", severity=Severity.URGENT))
    keep(any_store, flagged_event(at(6), "", device="d", kind=None, categories=("games",)))
    keep(any_store, flagged_event(at(-60), "old"), replace(one, id=one.id, flagged=True))
    found = list(flagged_since(any_store, NOW))
    assert sorted(found, key=lambda each: each.who) == [
        Flagged("secondary", "ada", "search", (("suicide", Severity.URGENT),), (), "", 2),
        Flagged("secondary", "d", "", (("suicide", Severity.HIGH),), ("games",), "", 1),
    ]
