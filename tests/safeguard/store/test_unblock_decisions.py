"""Answers: nothing is opened but for whom it was chosen, and never what is sealed."""

from dataclasses import replace
from typing import Any

import pytest

from safeguard.core.policy import Who
from safeguard.core.types import Subject
from safeguard.core.unblocking import Scope, Stage
from safeguard.problems import UnusableError
from safeguard.store import generation, overlay, overrides, unblock_requests
from safeguard.store.session import Store
from safeguard.store.unblock_decisions import Approval, approve, refuse
from safeguard.store.unblock_requests import Asking, Request
from tests.safeguard.policy_samples import BEN, OTHER, PUPIL, audited, by, document, later

DOCUMENT = document()
ONCE = Approval(Scope.ONCE, "they need it for chess", "ben@school.example")


def ask(store: Store, *subjects: Subject, categories: tuple[str, ...] = ("games",)) -> int:
    page = "https://games.example/chess"
    (number,) = {
        unblock_requests.ask(
            store, Asking(subject, "games.example", page, categories, "for chess"), later(0)
        ).id
        for subject in subjects or (PUPIL,)
    }
    return number


def answer(store: Store, number: int, minutes: float = 10, **changes: Any) -> Request:
    return approve(store, number, replace(ONCE, **changes), DOCUMENT, by(BEN, minutes))


def test_once_is_for_those_who_asked_until_the_bell(any_store: Store) -> None:
    number = ask(any_store, PUPIL, OTHER, Subject("secondary", "10.0.0.9", device="tablet-9"))
    before = generation.current(any_store)
    done = answer(any_store, number, words="have fun")
    assert (done.stage, done.scope, done.words) == (Stage.APPROVED, "once", "have fun")
    (made,) = overrides.living(any_store, later(11))
    assert made.override.who == Who(people=frozenset({"pupil-7", "pupil-8", "tablet-9"}))
    assert (made.override.site, made.came_from) == ("games.example", "request")
    assert (made.override.id, made.override.until) == (done.override_id, later(40))
    assert overlay.in_force(any_store) == []
    assert generation.current(any_store) == before + 1


def test_for_a_group_is_an_own_entry_for_it(any_store: Store) -> None:
    done = answer(any_store, ask(any_store), scope=Scope.GROUP, groups=["secondary"])
    (entry,) = overlay.in_force(any_store)
    assert (entry.id, entry.address) == (done.entry_id, "games.example")
    assert entry.groups == {"secondary"}
    assert (entry.action, entry.added_by) == ("allow", "ben@school.example")
    assert overrides.living(any_store, later(11)) == []


def test_for_all_is_an_own_entry_for_everyone(any_store: Store) -> None:
    answer(any_store, ask(any_store), scope=Scope.ALL)
    (entry,) = overlay.in_force(any_store)
    assert entry.groups == frozenset()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"scope": Scope.GROUP}, "Name the group"),
    ({"scope": Scope.GROUP, "groups": ["year 70"]}, "no group 'year 70'"),
    ({"scope": Scope.ALL, "groups": ["secondary"]}, "only where it is approved for groups"),
    ({"groups": ["secondary"]}, "only where it is approved for groups"),
    ({"reason": " "}, "Say why it is approved"),
    ({"categories": ["adult"]}, "'adult' are never opened"),
    ({"categories": ["illegal"], "scope": Scope.ALL}, "sealed"),
]


def test_what_cannot_be_approved_stays_open_and_opens_nothing(any_store: Store) -> None:
    number = ask(any_store)
    for changes, says in REFUSED:
        with pytest.raises(UnusableError, match=says):
            answer(any_store, number, **changes)
    assert [one.id for one in unblock_requests.waiting(any_store)] == [number]
    assert overrides.living(any_store, later(11)) == []
    assert overlay.in_force(any_store) == []


def test_what_it_was_about_when_it_was_asked_for_counts_as_well(any_store: Store) -> None:
    number = ask(any_store, categories=("games", "gambling"))
    with pytest.raises(UnusableError, match="'gambling' are never opened"):
        answer(any_store, number, scope=Scope.ALL)


def test_for_somebody_whom_nobody_knows_it_is_not_opened_alone(any_store: Store) -> None:
    number = ask(any_store, Subject("unidentified", "10.0.0.99"))
    with pytest.raises(UnusableError, match="Nobody knows who asked"):
        answer(any_store, number)


def test_once_goes_no_further_than_the_ceiling(any_store: Store) -> None:
    few = document(overrides=DOCUMENT.tables["overrides"] | {"most_people": 1})
    number = ask(any_store, PUPIL, OTHER)
    with pytest.raises(UnusableError, match="at most 1 people"):
        approve(any_store, number, ONCE, few, BEN)


def test_it_is_refused_with_words_back(any_store: Store) -> None:
    number = ask(any_store)
    with pytest.raises(UnusableError, match="Say why not"):
        refuse(any_store, number, " ", BEN)
    done = refuse(any_store, number, "It is full of adverts.", by(BEN, 15))
    assert (done.stage, done.words, done.scope) == (Stage.REFUSED, "It is full of adverts.", "")
    assert [one.reason for one in done.askers] == ["for chess"]


def test_it_is_answered_once(any_store: Store) -> None:
    number = ask(any_store)
    answer(any_store, number)
    with pytest.raises(UnusableError, match="answered already: it was approved"):
        refuse(any_store, number, "no", BEN)
    with pytest.raises(UnusableError, match="no request 99"):
        answer(any_store, 99)


def test_the_audit_tells_the_answer_and_how_long_it_took(any_store: Store) -> None:
    number = ask(any_store)
    done = answer(any_store, number, 30, how="command line, as root")
    (one,) = audited(any_store, "unblock request")
    assert (one.what, one.who, one.about) == ("approved", "staff:2", str(number))
    assert one.details["after"]["override"] == done.override_id
    assert one.details["before"] == {"asked": 1, "state": "open"}
    assert (one.details["minutes"], one.details["reason"]) == (30.0, "they need it for chess")
    assert one.details["how"] == "command line, as root"
