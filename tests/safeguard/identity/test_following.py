"""A worker's copy of the sessions follows the database's, by the changes alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from safeguard.core.identifying import Claim, Method
from safeguard.identity.finder import Finder
from safeguard.identity.following import Following
from safeguard.identity.roster import Roster
from safeguard.settings import Settings
from safeguard.store import portal, sessions
from safeguard.store.generation import Watch
from safeguard.store.people import Person
from safeguard.store.session import Store

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ADA = Claim("10.0.0.5", Method.RADIUS, NOON, NOON + HOUR, "ada")
ROSTER = Roster([Person("ada", "Ada Example", "primary"), Person("ben", "Ben Example", "staff")])


class Worker:
    """What of an engine follows the sessions."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.watch = Watch(store)
        self.following = Following(Settings())
        self.finder = Finder(ROSTER, self.following.live)
        self.now = NOON

    def refresh(self) -> None:
        self.watch.number()
        self.following.follow(self.store, self.watch.sessions, self.finder, self.now)

    def person(self, address: str = "10.0.0.5") -> str:
        self.refresh()
        return self.finder.subject_at(address, self.now).person


@pytest.fixture
def worker(any_store: Store) -> Worker:
    return Worker(any_store)


def heard(worker: Worker, address: str, person: str) -> bool:
    """Whether it comes true soon: on PostgreSQL a signal takes its time."""
    deadline = datetime.now(UTC) + timedelta(seconds=10)
    while datetime.now(UTC) < deadline:
        if worker.person(address) == person:
            return True
    return False


def test_sessions_come_and_go_without_anybody_loading_people_again(
    any_store: Store, worker: Worker
) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    before = worker.watch.number()
    assert heard(worker, "10.0.0.5", "ada")
    sessions.put(any_store, replace(ADA, address="10.0.0.6", person="ben"), "radius", "s2", NOON)
    assert heard(worker, "10.0.0.6", "ben")
    sessions.end(any_store, "radius", "s1", NOON)
    assert heard(worker, "10.0.0.5", "")
    assert worker.watch.number() == before
    worker.watch.close()


def test_only_what_changed_is_read(
    any_store: Store, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    assert heard(worker, "10.0.0.5", "ada")
    monkeypatch.setattr(sessions, "live", None)  # would be called to read all
    monkeypatch.setattr(sessions, "changed_since", None)  # to read the changes
    worker.refresh()
    assert worker.person() == "ada"
    worker.watch.close()


def test_after_a_backup_was_restored_all_is_read_anew(any_store: Store, worker: Worker) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    worker.refresh()
    worker.following.live.begin(99, [])  # as of a database that went further
    assert heard(worker, "10.0.0.5", "ada")
    assert worker.following.live.number == 1
    worker.watch.close()


def test_who_is_active_stays_signed_in_and_who_is_not_does_not(
    any_store: Store, worker: Worker
) -> None:
    lasts = portal.Lasts(HOUR, 12 * HOUR)
    for number, person in enumerate(("ada", "ben")):
        visitor = portal.Visitor(person, person)
        portal.sign_in(any_store, visitor, f"10.0.0.{number}", lasts, "v1", NOON)
    for minute in range(10, 71, 5):
        worker.now = NOON + minute * MINUTE
        assert heard(worker, "10.0.0.0", "ada")
    assert worker.person("10.0.0.1") == ""
    worker.watch.close()
