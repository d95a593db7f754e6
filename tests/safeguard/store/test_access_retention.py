"""Days that go, and one person taken out of them; the rest is told by retention and erasure."""

from datetime import timedelta

from sqlalchemy import select

from safeguard.store import access_retention
from safeguard.store.access_days import HOSTS, SUBJECTS, VISITS, day_open, days
from safeguard.store.session import Store
from tests.safeguard.samples import NOW
from tests.safeguard.store.keeping_samples import PERSON
from tests.safeguard.store.test_retention import bring_visits

DAY = NOW.date()


def rows(store: Store) -> list[int]:
    with day_open(store, DAY) as connection:
        assert connection is not None
        return [len(connection.execute(select(table)).all()) for table in (VISITS, HOSTS, SUBJECTS)]


def test_a_person_is_taken_out_and_hosts_that_nobody_went_to_with_them(any_store: Store) -> None:
    bring_visits(any_store, (0, PERSON), (0, PERSON), (0, "pupil-8"))
    assert rows(any_store) == [3, 1, 2]
    assert access_retention.forget(any_store, PERSON) == 2
    assert rows(any_store) == [1, 1, 1]
    assert access_retention.forget(any_store, PERSON) == 0
    assert access_retention.forget(any_store, "pupil-8") == 1
    assert rows(any_store) == [0, 0, 0]


def test_nothing_is_over_before_its_day(any_store: Store) -> None:
    bring_visits(any_store, (0, PERSON), (3, PERSON))
    assert access_retention.over(any_store, DAY, set()) == ([DAY - timedelta(days=3)], [])
    assert access_retention.over(any_store, DAY, {PERSON}) == ([], [DAY - timedelta(days=3)])
    assert access_retention.purge(any_store, DAY - timedelta(days=3), set()) == (0, 0)
    assert access_retention.purge(any_store, DAY, {PERSON}) == (0, 1)
    assert len(days(any_store)) == 2


def test_whether_every_day_began_after_another(any_store: Store) -> None:
    assert access_retention.days_after(any_store, DAY)
    bring_visits(any_store, (0, PERSON))
    assert not access_retention.days_after(any_store, DAY)
    assert not access_retention.days_after(any_store, DAY - timedelta(days=1))
    assert access_retention.days_after(any_store, DAY - timedelta(days=2))
