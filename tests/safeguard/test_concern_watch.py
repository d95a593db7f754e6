"""Concerns are made for ever: in batches, around an event that cannot be folded, and copied."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from safeguard import concern_watch
from safeguard.concern_watch import SWEEP, ConcernWatch, SchoolTerms
from safeguard.core.policy_documents import text_of
from safeguard.school_settings import School
from safeguard.settings import Settings
from safeguard.store import concern_building, policies
from safeguard.store.concern_building import waiting_since
from safeguard.store.policies import Proposed, State
from safeguard.store.session import AwayError, Store
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.events import EventRow
from tests.safeguard.concern_samples import TERMS, chance, flagged_event, keep, minutes, rows
from tests.safeguard.policy_samples import ANN, tables


@pytest.fixture
def watch(any_store: Store) -> ConcernWatch:
    return ConcernWatch(any_store, lambda: TERMS, chance)


def fold_all(watch: ConcernWatch) -> int:
    turns = 1
    while watch.fold(minutes(9)):
        turns += 1
    return turns


def test_the_schools_hours_and_its_policy_are_the_terms(any_store: Store) -> None:
    school = School(timezone="Europe/Paris", opens="07:30", closed=("2026-12-18",))
    terms_now = SchoolTerms(Settings(school=school), any_store)
    terms = terms_now()
    assert str(terms.rules.hours.tz) == "Europe/Paris"
    assert str(terms.rules.hours.opens) == "07:30:00"
    assert [str(day) for day in terms.rules.hours.closed] == ["2026-12-18"]
    assert "secondary" in terms.groups
    assert "staff" not in terms.groups
    text = text_of(tables(words={"monitored": ["primary", "staff"]}))
    policies.keep(any_store, Proposed(text, "an inquiry", 0), State.IN_FORCE, ANN)
    assert terms_now().groups == {"primary", "staff"}
    policies.keep(any_store, Proposed("damaged", "oh", 1), State.IN_FORCE, ANN)
    assert terms_now().groups == {"primary", "staff"}


def test_it_says_whether_there_is_more(
    any_store: Store, watch: ConcernWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concern_watch, "BATCH", 2)
    watch._most = 2
    keep(any_store, *(flagged_event(minutes(number)) for number in range(5)))
    assert fold_all(watch) == 3
    assert rows(any_store)[0].events == 5


def test_an_event_that_cannot_be_folded_keeps_nobody_back(
    any_store: Store, watch: ConcernWatch
) -> None:
    broken = flagged_event(minutes(1), "ben")
    keep(any_store, flagged_event(minutes(0)), broken, flagged_event(minutes(2), "cal"))
    with any_store.writing() as session:
        session.execute(update(EventRow).where(EventRow.id == broken.id).values(severity=77))
    assert waiting_since(any_store) == minutes(0)
    fold_all(watch)
    assert {row.subject for row in rows(any_store)} == {"ada", "cal"}
    assert waiting_since(any_store) is None
    assert not watch.fold(minutes(10))


def test_a_fault_that_is_not_the_events_sets_few_of_them_aside(
    any_store: Store, watch: ConcernWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(any_store, *(flagged_event(minutes(number), f"pupil-{number}") for number in range(9)))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(concern_building, "build", broken)
        with pytest.raises(ZeroDivisionError):
            fold_all(watch)
        with pytest.raises(ZeroDivisionError):
            watch.fold(minutes(9))
        assert waiting_since(any_store) == minutes(concern_watch.MOST_ASIDE)
    fold_all(watch)
    assert len(rows(any_store)) == 9 - concern_watch.MOST_ASIDE
    assert waiting_since(any_store) is None


def test_an_absent_database_is_no_fault_of_an_event(
    any_store: Store, watch: ConcernWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(any_store, flagged_event())

    def away(*_: object) -> None:
        raise AwayError

    with monkeypatch.context() as patched:
        patched.setattr(concern_building, "build", away)
        with pytest.raises(AwayError):
            watch.fold(minutes(1))
    fold_all(watch)
    assert len(rows(any_store)) == 1


def test_what_was_around_is_copied_soon_and_again_by_sweeping(
    any_store: Store, watch: ConcernWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concern_watch, "COPIED_AT_ONCE", 2)
    assert not watch.copy(minutes(0))
    keep(any_store, *(flagged_event(minutes(0), f"pupil-{number}") for number in range(3)))
    fold_all(watch)
    assert watch.copy(minutes(1))
    assert not watch.copy(minutes(1))
    assert {row.context_due_at for row in rows(any_store)} == {minutes(20)}
    assert not watch.copy(minutes(2))
    later = minutes(30) + SWEEP
    while watch.copy(later):
        pass
    assert {row.context_due_at for row in rows(any_store)} == {minutes(15) + timedelta(days=1)}
    assert not watch.copy(later - timedelta(days=1))  # a clock that was set back


def test_a_concern_that_cannot_be_copied_keeps_nobody_back(
    any_store: Store, watch: ConcernWatch
) -> None:
    keep(any_store, *(flagged_event(minutes(0), f"pupil-{number}") for number in range(3)))
    fold_all(watch)
    broken, due = rows(any_store)[1].id, rows(any_store)[1].context_due_at
    with any_store.writing() as session:
        session.execute(
            update(ConcernRow).where(ConcernRow.id == broken).values(moved_from="nobody:knows")
        )
    while watch.copy(minutes(10)):
        pass
    assert {row.id for row in rows(any_store) if row.context_due_at == due} == {broken}
    with any_store.writing() as session:
        session.execute(update(ConcernRow).where(ConcernRow.id == broken).values(moved_from=""))
    while watch.copy(minutes(10) + SWEEP):
        pass
    assert due not in {row.context_due_at for row in rows(any_store)}
