"""Versions of the policy: one in force, none of them ever changed, and never two at once."""

import threading

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from safeguard.problems import UnusableError
from safeguard.store import generation, policies
from safeguard.store.policies import Proposed, State
from safeguard.store.session import Store
from safeguard.store.tables.policy import PolicyVersionRow
from tests.safeguard.policy_samples import ANN, BEN, audited, by


def proposed(base: int = 0, document: str = "{}", **more: object) -> Proposed:
    return Proposed(document, "because", base, **more)  # type: ignore[arg-type]


def save(store: Store, base: int, state: State = State.IN_FORCE, document: str = "{}") -> int:
    return policies.keep(store, proposed(base, document), state, ANN).number


def states(store: Store) -> dict[int, str]:
    return {one.number: one.state.value for one in policies.latest(store)}


def test_where_none_is_stored_the_shipped_one_is_in_force(any_store: Store) -> None:
    assert policies.number_in_force(any_store) == policies.SHIPPED
    assert policies.latest(any_store) == []
    assert policies.version(any_store, 1) is None


def test_a_new_version_replaces_the_one_before_and_workers_are_told(any_store: Store) -> None:
    before = generation.current(any_store)
    assert save(any_store, 0, document='{"a":1}') == 1
    assert save(any_store, 1, document='{"a":2}') == 2
    assert policies.number_in_force(any_store) == 2
    assert states(any_store) == {2: "in force", 1: "replaced"}
    assert generation.current(any_store) == before + 2
    first, second = policies.version(any_store, 1), policies.version(any_store, 2)
    assert first is not None
    assert second is not None
    assert (first.document, second.document) == ('{"a":1}', '{"a":2}')
    assert (second.author, second.reason, second.base) == ("staff:1", "because", 1)
    assert [one.document for one in policies.latest(any_store)] == ["", ""]


def test_a_draft_changes_nothing_until_it_is_used(any_store: Store) -> None:
    before = generation.current(any_store)
    number = save(any_store, 0, State.DRAFT)
    assert policies.number_in_force(any_store) == 0
    assert generation.current(any_store) == before
    used = policies.decide(any_store, number, State.IN_FORCE, ANN, weakens=["it opens games"])
    assert (used.state, used.weakens) == (State.IN_FORCE, ("it opens games",))
    assert policies.number_in_force(any_store) == number


def test_what_waits_is_put_in_force_by_another_person_alone(any_store: Store) -> None:
    number = save(any_store, 0, State.WAITING)
    assert policies.number_in_force(any_store) == 0
    with pytest.raises(UnusableError, match="whoever wrote it cannot approve it"):
        policies.decide(any_store, number, State.IN_FORCE, by(ANN, 5))
    done = policies.decide(any_store, number, State.IN_FORCE, by(BEN, 5), "I agree")
    assert (done.state, done.decided_by, done.words) == (State.IN_FORCE, "staff:2", "I agree")
    assert done.decided_at == by(BEN, 5).at


def test_what_is_refused_needs_words_and_stays_refused(any_store: Store) -> None:
    number = save(any_store, 0, State.WAITING)
    with pytest.raises(UnusableError, match="Say why"):
        policies.decide(any_store, number, State.REFUSED, BEN, "  ")
    policies.decide(any_store, number, State.REFUSED, BEN, "not before the exams")
    with pytest.raises(UnusableError, match="is refused: nothing is left to decide"):
        policies.decide(any_store, number, State.IN_FORCE, BEN)
    assert states(any_store) == {number: "refused"}


def test_a_change_made_from_another_version_than_the_one_in_force_is_refused(
    any_store: Store,
) -> None:
    waiting = save(any_store, 0, State.WAITING)
    save(any_store, 0)
    with pytest.raises(UnusableError, match="version 2 is in force, and this was made from the"):
        save(any_store, 0)
    with pytest.raises(UnusableError, match="changed meanwhile"):
        policies.decide(any_store, waiting, State.IN_FORCE, BEN)
    assert save(any_store, 0, State.DRAFT) == 3  # a draft may be of anything
    with pytest.raises(UnusableError, match="changed meanwhile"):
        policies.decide(any_store, 3, State.IN_FORCE, BEN)


def test_nothing_is_kept_without_a_reason_and_nothing_decided_that_is_not_there(
    any_store: Store,
) -> None:
    with pytest.raises(UnusableError, match="say why"):
        policies.keep(any_store, Proposed("{}", " ", 0), State.IN_FORCE, ANN)
    with pytest.raises(UnusableError, match="no version 7"):
        policies.decide(any_store, 7, State.IN_FORCE, ANN)
    number = save(any_store, 0, State.DRAFT)
    with pytest.raises(UnusableError, match="nothing is left"):
        policies.decide(any_store, number, State.DRAFT, ANN)
    assert states(any_store) == {number: "draft"}


def test_the_audit_tells_before_after_why_and_what_weakens(any_store: Store) -> None:
    save(any_store, 0)
    more = proposed(1, '{"a":1}', weakens=("it opens games",), said=("games: open",), came_from=0)
    policies.keep(any_store, more, State.WAITING, ANN, "command line, as root")
    policies.decide(any_store, 2, State.IN_FORCE, BEN)
    approved, asked, _ = audited(any_store, "policy")
    assert (approved.what, approved.who, approved.about) == ("put in force", "staff:2", "2")
    assert asked.what == "waiting for a second person"
    assert asked.details["weakens"] == ["it opens games"]
    assert asked.details["changes"] == ["games: open"]
    assert asked.details["before"]["version"] == 1
    assert len(asked.details["before"]["document"]) == 64
    assert asked.details["how"] == "command line, as root"
    assert approved.details["reason"] == "because"


def test_the_database_itself_refuses_two_in_force(any_store: Store) -> None:
    save(any_store, 0)
    save(any_store, 1)
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.execute(update(PolicyVersionRow).values(state=State.IN_FORCE.value))


def test_of_two_who_save_at_once_one_is_refused(any_store: Store) -> None:
    refused: list[UnusableError] = []

    def one() -> None:
        try:
            save(any_store, 0)
        except UnusableError as error:
            refused.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert states(any_store) == {1: "in force"}


def test_versions_of_one_school_are_not_anothers(any_store: Store) -> None:
    save(any_store, 0)
    assert policies.number_in_force(any_store, school_id=2) == 0
    assert policies.version(any_store, 1, school_id=2) is None
