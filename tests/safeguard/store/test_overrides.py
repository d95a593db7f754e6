"""Overrides: lifted within the ceiling, live at once, ended by the clock or by staff."""

from typing import Any

import pytest

from safeguard.core.policy import Who
from safeguard.problems import UnusableError
from safeguard.store import generation, overrides
from safeguard.store.session import Store
from tests.safeguard.policy_samples import (
    ANN,
    BELL,
    BEN,
    NOW,
    audited,
    by,
    document,
    later,
    override,
)

DOCUMENT = document()


def lift(store: Store, **changes: Any) -> int:
    return overrides.lift(store, override(**changes), DOCUMENT, ANN).id


def numbers(store: Store, minutes: float) -> list[int]:
    return [one.override.id for one in overrides.living(store, later(minutes))]


def test_what_is_lifted_lives_until_its_end_and_workers_are_told(any_store: Store) -> None:
    before = generation.current(any_store)
    number = lift(any_store)
    assert generation.current(any_store) == before + 1
    (one,) = overrides.living(any_store, NOW)
    assert one.override == override(id=number)
    assert (one.came_from, one.ended_at, one.ended_by) == ("", None, "")
    assert numbers(any_store, 39) == [number]
    assert numbers(any_store, 40) == []
    assert [one.override.id for one in overrides.over(any_store, BELL)] == [number]


def test_the_one_that_ends_first_is_told_first(any_store: Store) -> None:
    long = lift(any_store, until=later(90))
    short = lift(
        any_store, until=later(5), site="https://Games.example/chess", categories=frozenset()
    )
    assert numbers(any_store, 1) == [short, long]
    assert overrides.living(any_store, NOW)[0].override.site == "games.example/chess"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"who": Who()}, "never for everyone"),
    ({"who": Who(frozenset({"primary", "secondary", "sixth-form"}))}, "at most 2 groups"),
    ({"who": Who(frozenset({"year 70"}))}, "no group 'year 70'"),
    ({"categories": frozenset({"illegal"})}, "'illegal' cannot be lifted"),
    ({"categories": frozenset({"self-harm"})}, "'self-harm' cannot be lifted"),
    ({"until": later(121)}, "120 minutes at most"),
    ({"until": NOW}, "must end after it begins"),
    ({"reason": " "}, "why it is needed"),
    ({"site": "games.example"}, "either categories or one site"),
]


def test_what_goes_beyond_the_ceiling_is_refused(any_store: Store) -> None:
    before = generation.current(any_store)
    for changes, says in REFUSED:
        with pytest.raises(UnusableError, match=says):
            lift(any_store, **changes)
    assert overrides.living(any_store, NOW) == []
    assert generation.current(any_store) == before


def test_one_is_ended_early_once_with_a_reason(any_store: Store) -> None:
    number = lift(any_store)
    with pytest.raises(UnusableError, match="say why"):
        overrides.end(any_store, number, BEN, "")
    before = generation.current(any_store)
    assert overrides.end(any_store, number, by(BEN, 5), "they are done")
    assert generation.current(any_store) == before + 1
    assert numbers(any_store, 6) == []
    (over,) = overrides.over(any_store, later(6))
    assert (over.ended_at, over.ended_by) == (later(5), "staff:2")
    assert not overrides.end(any_store, number, by(BEN, 7), "again")
    assert not overrides.end(any_store, 999, BEN, "why not")
    ended, lifted = audited(any_store, "override")
    assert (ended.what, ended.details["reason"]) == ("ended", "they are done")
    assert (lifted.what, lifted.details["after"]["categories"]) == ("lifted", ["games"])


def test_what_is_over_cannot_be_ended(any_store: Store) -> None:
    number = lift(any_store)
    assert not overrides.end(any_store, number, by(BEN, 60), "too late")


def test_there_are_only_so_many_at_once(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overrides, "MOST_LIVING", 2)
    lift(any_store)
    lift(any_store)
    with pytest.raises(UnusableError, match="2 overrides are in force"):
        lift(any_store)
    lift(any_store, since=later(60), until=later(90))  # those are over by then


def test_a_ceiling_that_was_lowered_holds_for_those_that_live() -> None:
    found = [override(id=1), override(id=2, until=later(10))]
    assert overrides.allowed(found, DOCUMENT) == found
    lower = DOCUMENT.tables["overrides"] | {"longest_minutes": 15}
    assert [one.id for one in overrides.allowed(found, document(overrides=lower))] == [2]
    never = DOCUMENT.tables["overrides"] | {"never": ["games"]}
    assert overrides.allowed(found, document(overrides=never)) == []


def test_those_of_the_document_are_numbered_apart() -> None:
    line = {
        "groups": ["secondary"],
        "site": "games.example",
        "since": NOW,
        "until": BELL,
        "by": "the head",
        "reason": "an open day",
    }
    (one,) = overrides.from_document(document(override=[line]), 1000)
    assert (one.id, one.site) == (1001, "games.example")


def test_who_is_erased_is_taken_out_of_what_was_lifted_for_them(any_store: Store) -> None:
    both = lift(any_store, who=Who(people=frozenset({"pupil-7", "pupil-8"})))
    lift(any_store, who=Who(people=frozenset({"pupil-7"})))
    whole = lift(any_store)
    with any_store.writing() as session:
        overrides.forget_person(session, "pupil-7")
    found = {one.override.id: one.override.who for one in overrides.living(any_store, NOW)}
    assert found == {both: Who(people=frozenset({"pupil-8"})), whole: override().who}
