"""Questions of staff: answered as traffic is judged, kept where they are about a sealed list."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from safeguard.asking import SPELL, PausedError, Questions
from safeguard.core.types import Action, Channel, Reason, Subject, Target
from safeguard.engine import Engine, open_engine
from safeguard.problems import UnusableError
from safeguard.sealed_imports import import_sealed
from safeguard.settings import load
from safeguard.store import asked, events
from safeguard.store.events import Wanted
from safeguard.store.session import AwayError, Store, open_store
from tests.safeguard.sealed_samples import FEED, NOW, TELLING

STAFF = Subject("staff")
WHOLE = Target("whole-host-entry.test", channel=Channel.TESTER)
CARRIER = Target("carrier.example", channel=Channel.TESTER)
HARMLESS = Target("meadow.example", channel=Channel.TESTER)
MOST = 3


@pytest.fixture
def engine(school: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("SAFEGUARD_SEALED__QUESTIONS_AN_HOUR", str(MOST))
    import_sealed(school, "test-list", FEED, NOW)
    opened = open_engine(load(school))
    yield opened
    opened.close()


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    opened = open_store(engine.settings)
    yield opened
    opened.close()


@pytest.fixture
def questions(engine: Engine, store: Store) -> Questions:
    return Questions(engine, store, "the account tom, with check")


def kept(store: Store) -> list[tuple[str, str, tuple[str, ...], Reason]]:
    found = events.search(store, Wanted()).events
    return [(one.event.rule, one.event.host, one.event.hosts, one.event.reason) for one in found]


def test_an_answer_that_is_withheld_is_kept_with_who_asked_and_nothing_of_the_address(
    questions: Questions, store: Store
) -> None:
    verdict = questions.ask(STAFF, WHOLE, NOW)
    assert (verdict.action, verdict.reason) == (Action.BLOCK, Reason.SEALED)
    (one,) = events.search(store, Wanted()).events
    event = one.event
    assert event.rule == "asked by the account tom, with check"
    assert (event.host, event.private.url, event.channel) == (
        "withheld",
        "withheld",
        Channel.TESTER,
    )
    assert (event.flagged, event.categories, event.list) == (False, ("illegal",), "test-list")
    assert not [word for word in TELLING if word.decode() in repr(event)]


def test_to_ask_whether_a_site_carries_entries_is_kept_as_well(
    questions: Questions, store: Store
) -> None:
    assert not questions.ask(STAFF, CARRIER, NOW).withheld
    assert kept(store) == []
    assert questions.ask(Subject("guest"), CARRIER, NOW).reason is Reason.UNSEEN
    assert [reason for *_, reason in kept(store)] == [Reason.UNSEEN]


def test_other_questions_are_neither_kept_nor_counted(questions: Questions, store: Store) -> None:
    for number in range(10 * MOST):
        assert not questions.ask(STAFF, HARMLESS, NOW + timedelta(seconds=number)).blocked
    assert kept(store) == []


def test_after_so_many_nothing_is_answered_by_anybody_until_an_hour_has_passed(
    questions: Questions, engine: Engine, store: Store
) -> None:
    for _ in range(MOST):
        questions.ask(STAFF, WHOLE, NOW)
    with pytest.raises(PausedError, match="3 answers about sealed lists") as refused:
        questions.ask(STAFF, WHOLE, NOW)
    assert "whole-host" not in str(refused.value)
    colleague = Questions(engine, store, "another")
    for target in (WHOLE, CARRIER, HARMLESS):
        with pytest.raises(PausedError):
            colleague.ask(STAFF, target, NOW + SPELL / 2)
    assert len(kept(store)) == MOST
    later = NOW + SPELL + timedelta(seconds=1)
    assert not colleague.ask(STAFF, HARMLESS, later).blocked
    assert colleague.ask(STAFF, WHOLE, later).withheld


def test_a_clock_that_is_set_back_does_not_stop_the_looking(
    questions: Questions, engine: Engine, store: Store
) -> None:
    questions.ask(STAFF, HARMLESS, NOW + timedelta(days=1))
    for _ in range(MOST):
        Questions(engine, store, "another").ask(STAFF, WHOLE, NOW)
    with pytest.raises(PausedError):
        questions.ask(STAFF, HARMLESS, NOW)


def test_what_cannot_be_kept_is_not_answered(
    questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise AwayError("the database went away")

    monkeypatch.setattr(f"{Questions.__module__}.{asked.keep_within.__name__}", away)
    with pytest.raises(UnusableError, match="no question is answered"):
        questions.ask(STAFF, WHOLE, NOW)


def test_without_sealed_lists_there_is_nothing_to_keep(school: Path) -> None:
    engine = open_engine(load(school))
    store = open_store(engine.settings)
    assert not Questions(engine, store, "anybody").ask(STAFF, WHOLE, NOW).blocked
    assert kept(store) == []
    store.close()
    engine.close()


def test_an_explanation_of_a_sealed_site_is_one_question_and_tells_nothing_of_others(
    questions: Questions, store: Store
) -> None:
    found = questions.explain(STAFF, WHOLE, NOW)
    assert (found.withheld, found.elsewhere, found.unasked, found.next) == (True, (), (), None)
    assert [host for _, host, *_ in kept(store)] == ["withheld"]


def test_an_explanation_of_a_site_that_carries_entries_is_as_of_any_other_site(
    questions: Questions, store: Store
) -> None:
    carrier, other = (questions.explain(STAFF, one, NOW) for one in (CARRIER, HARMLESS))
    assert (carrier.elsewhere, carrier.unasked) == (other.elsewhere, other.unasked)
    assert carrier.unasked == ("guest",)
    assert kept(store) == []


def test_too_many_questions_stop_explanations_too(questions: Questions, engine: Engine) -> None:
    for _ in range(MOST):
        questions.explain(STAFF, WHOLE, NOW)
    with pytest.raises(PausedError):
        questions.explain(STAFF, WHOLE, NOW)
    with pytest.raises(PausedError):
        Questions(engine, questions._store, "another").explain(STAFF, HARMLESS, NOW)


def test_an_answer_may_be_asked_as_of_another_moment(questions: Questions) -> None:
    then = NOW + timedelta(days=100)
    assert questions.explain(STAFF, HARMLESS, NOW, then).at == then
    assert questions.ask(STAFF, WHOLE, NOW, then).withheld
