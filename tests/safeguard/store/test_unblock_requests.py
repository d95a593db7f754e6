"""Requests: who asks for the same site asks together, within bounds, and in private."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from safeguard.core.types import Subject
from safeguard.core.unblocking import Stage
from safeguard.problems import UnusableError
from safeguard.store import unblock_decisions, unblock_requests
from safeguard.store.session import Store
from safeguard.store.tables.policy import UnblockAskerRow
from safeguard.store.unblock_requests import Asking, Request
from safeguard.vault import Vault
from tests.safeguard.policy_samples import BEN, NOW, OTHER, PUPIL, by, later

PAGE = "https://sam:sesame@games.example/chess?token=abc#top"


def ask(
    store: Store,
    host: str = "games.example",
    subject: Subject = PUPIL,
    minutes: float = 0,
    reason: str = "for chess club",
) -> Request:
    asking = Asking(subject, host, PAGE.replace("games.example", host), ("games",), reason)
    return unblock_requests.ask(store, asking, later(minutes))


def test_a_request_waits_with_who_asks_for_which_page_and_why(any_store: Store) -> None:
    number = ask(any_store).id
    (waiting,) = unblock_requests.waiting(any_store)
    assert (waiting.id, waiting.host, waiting.categories) == (number, "games.example", ("games",))
    assert (waiting.count, waiting.stage, waiting.askers) == (1, Stage.OPEN, ())
    shown = unblock_requests.request(any_store, number)
    assert shown is not None
    (asker,) = shown.askers
    assert (asker.person, asker.device, asker.group) == ("pupil-7", "tablet-7", "secondary")
    assert asker.url == "https://games.example/chess"  # no password, no query
    assert asker.reason == "for chess club"


def test_those_who_ask_for_the_same_site_ask_together(any_store: Store) -> None:
    first = ask(any_store)
    assert ask(any_store, subject=OTHER, minutes=5).id == first.id
    again = ask(any_store, minutes=7, reason="it is for chess  club\nreally")
    assert (again.count, again.made_at, again.last_at) == (3, NOW, later(7))
    shown = unblock_requests.request(any_store, first.id)
    assert shown is not None
    assert [one.reason for one in shown.askers] == [
        "it is for chess club really",
        "for chess club",
    ]
    assert ask(any_store, "chat.example").id != first.id
    assert [one.host for one in unblock_requests.waiting(any_store)] == [
        "games.example",
        "chat.example",
    ]


def test_page_and_reason_are_read_by_the_key_alone(any_store: Store) -> None:
    number = ask(any_store).id
    with any_store.reading() as session:
        (row,) = session.scalars(select(UnblockAskerRow)).all()
        assert b"chess" not in row.url + row.reason
        assert "pupil" not in row.subject
    any_store.vault = Vault(bytes(32))
    shown = unblock_requests.request(any_store, number)
    assert shown is not None
    assert shown.askers[0].reason == unblock_requests.UNREADABLE


def test_one_subject_asks_for_so_many_sites_an_hour(any_store: Store) -> None:
    for number in range(unblock_requests.MOST_AN_HOUR):
        ask(any_store, f"site-{number}.example")
    with pytest.raises(UnusableError, match="wait for answers"):
        ask(any_store, "one-more.example")
    ask(any_store, "site-1.example", minutes=1)  # the same again adds nothing
    ask(any_store, "one-more.example", OTHER)
    ask(any_store, "one-more.example", minutes=62)


def test_bounds_hold_for_the_queue_and_for_those_who_ask_together(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unblock_requests, "MOST_OPEN", 1)
    monkeypatch.setattr(unblock_requests, "MOST_ASKERS", 1)
    number = ask(any_store).id
    counted = ask(any_store, subject=OTHER)
    shown = unblock_requests.request(any_store, number)
    assert shown is not None
    assert (counted.count, len(shown.askers)) == (2, 1)
    with pytest.raises(UnusableError, match="no more are taken"):
        ask(any_store, "chat.example", Subject("secondary", "10.0.0.9"))


def test_a_request_needs_a_reason_and_somebody_who_can_be_answered(any_store: Store) -> None:
    with pytest.raises(UnusableError, match="what you need it for"):
        ask(any_store, reason=" \n ")
    with pytest.raises(UnusableError, match="Nobody knows who asks"):
        ask(any_store, subject=Subject("secondary"))
    assert unblock_requests.waiting(any_store) == []


def test_an_answer_is_for_those_who_asked_and_the_turnaround_is_kept(any_store: Store) -> None:
    number = ask(any_store).id
    ask(any_store, "chat.example", OTHER)
    unblock_decisions.refuse(any_store, number, "after lessons", by(BEN, 30))
    (mine,) = unblock_requests.answers_for(any_store, PUPIL, NOW)
    assert (mine.host, mine.stage, mine.words) == ("games.example", Stage.REFUSED, "after lessons")
    assert unblock_requests.answers_for(any_store, OTHER, NOW) == []
    assert unblock_requests.answers_for(any_store, PUPIL, later(31)) == []
    assert unblock_requests.turnaround(any_store, NOW) == [timedelta(minutes=30)]
    assert [one.id for one in unblock_requests.answered(any_store)] == [number]
    assert ask(any_store, minutes=40).id != number  # who asks again asks anew


def test_who_is_erased_asked_for_nothing_but_that_it_was_asked_for_stays(any_store: Store) -> None:
    number = ask(any_store).id
    ask(any_store, subject=OTHER)
    with any_store.writing() as session:
        unblock_requests.forget_person(session, "pupil-7")
    shown = unblock_requests.request(any_store, number)
    assert shown is not None
    assert (shown.count, [one.person for one in shown.askers]) == (2, ["pupil-8"])


def test_requests_of_one_school_are_not_anothers(any_store: Store) -> None:
    number = ask(any_store).id
    assert unblock_requests.waiting(any_store, school_id=2) == []
    assert unblock_requests.request(any_store, number, school_id=2) is None
    assert unblock_requests.request(any_store, 99) is None
