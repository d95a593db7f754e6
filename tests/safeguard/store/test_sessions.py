"""Who is at which address just now, as the database keeps it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from safeguard.core.audit import Actor
from safeguard.core.identifying import Claim, Method
from safeguard.store import audit_search, erasure, people, portal, sessions
from safeguard.store.session import Store
from safeguard.store.sessions import Found
from safeguard.store.tables.sessions import IdentitySessionRow, NoticeSeenRow

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TABLET, PHONE = "02:00:00:00:00:01", "02:00:00:00:00:02"
ADA = Claim("10.0.0.5", Method.RADIUS, NOON, NOON + HOUR, "ada", mac=TABLET)
BEN = replace(ADA, address="10.0.0.6", person="ben", mac="")
LEASE = Claim("10.0.0.5", Method.DEVICE, NOON, NOON + DAY, mac=PHONE)


def going_on(store: Store, now: datetime = NOON) -> dict[str, Claim]:
    return {one.key: one.claim for one in sessions.live(store, now).sessions}


def here(store: Store, address: str = "10.0.0.5", now: datetime = NOON) -> list[Found]:
    return sessions.at(store, address, now, now + MINUTE, 10)


def test_what_a_source_says_is_there_as_it_was_said(any_store: Store) -> None:
    claim = replace(ADA, device="d1", group="staff", room="B12", shared=True, doubted=NOON + MINUTE)
    sessions.put(any_store, claim, "radius", "s1", NOON)
    (found,) = sessions.live(any_store, NOON).sessions
    assert found.claim == claim
    assert (found.source, found.key, found.last_seen) == ("radius", "s1", NOON)
    assert found.ended_at is None


def test_confirming_a_session_keeps_its_beginning(any_store: Store) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    later = replace(ADA, since=NOON + MINUTE, until=NOON + 2 * HOUR)
    sessions.put(any_store, later, "radius", "s1", NOON + MINUTE)
    (found,) = sessions.live(any_store, NOON).sessions
    assert found.claim == replace(ADA, until=NOON + 2 * HOUR)
    assert found.last_seen == NOON + MINUTE


def test_the_same_key_for_somebody_else_ends_the_session_that_was(any_store: Store) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    sessions.put(any_store, replace(ADA, person="ben"), "radius", "s1", NOON + MINUTE)
    assert going_on(any_store)["s1"].person == "ben"
    was = next(one for one in here(any_store) if one.claim.person == "ada")
    assert (was.ended_at, was.ended_why) == (NOON + MINUTE, "replaced")


def test_one_key_twice_in_one_batch_is_the_last_of_the_two(any_store: Store) -> None:
    pair = [(ADA, "s1"), (replace(ADA, person="ben"), "s1")]
    sessions.put_all(any_store, pair, "radius", NOON)
    assert going_on(any_store)["s1"].person == "ben"


def test_two_sources_may_call_theirs_the_same(any_store: Store) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    sessions.put(any_store, BEN, "portal", "s1", NOON)
    assert len(sessions.live(any_store, NOON).sessions) == 2
    assert sessions.end(any_store, "portal", "s1", NOON)
    assert going_on(any_store) == {"s1": ADA}


def test_ending_is_said_once(any_store: Store) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    assert sessions.end(any_store, "radius", "s1", NOON + MINUTE, "stop")
    assert not sessions.end(any_store, "radius", "s1", NOON + MINUTE)
    assert going_on(any_store) == {}
    assert [one.ended_why for one in here(any_store)] == ["stop"]


def test_a_session_may_begin_again_under_its_key(any_store: Store) -> None:
    for minute in range(3):
        sessions.put(any_store, ADA, "radius", "s1", NOON + minute * MINUTE)
        sessions.end(any_store, "radius", "s1", NOON + minute * MINUTE)
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    assert list(going_on(any_store)) == ["s1"]


def test_changes_alone_are_told_since_a_number(any_store: Store) -> None:
    sessions.put_all(any_store, [(ADA, "s1"), (BEN, "s2")], "radius", NOON)
    number = sessions.live(any_store, NOON).number
    assert sessions.changed_since(any_store, number).sessions == ()
    sessions.end(any_store, "radius", "s1", NOON)
    sessions.put(any_store, LEASE, "dhcp", "l1", NOON)
    changed = sessions.changed_since(any_store, number)
    assert [(one.key, one.ended_at) for one in changed.sessions] == [("s1", NOON), ("l1", None)]
    assert changed.number > number
    assert sessions.changed_since(any_store, changed.number).sessions == ()


def test_nothing_changes_where_there_is_nothing_to_do(any_store: Store) -> None:
    sessions.put_all(any_store, [], "radius", NOON)
    sessions.end_all(any_store, "radius", ["s1"], NOON)
    assert sessions.live(any_store, NOON).number == 0


def test_a_lease_for_other_hardware_ends_the_sign_in_that_was_bound_to_it(
    any_store: Store,
) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    sessions.put(any_store, replace(ADA, mac="", method=Method.PORTAL), "portal", "p1", NOON)
    sessions.put(any_store, LEASE, "dhcp", "l1", NOON + MINUTE)
    assert sorted(going_on(any_store)) == ["l1", "p1"]
    was = next(one for one in here(any_store) if one.key == "s1")
    assert was.ended_why == "another device has the address"


def test_a_lease_for_the_same_hardware_ends_nothing(any_store: Store) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    sessions.put(any_store, replace(LEASE, mac=TABLET), "dhcp", "l1", NOON)
    assert sorted(going_on(any_store)) == ["l1", "s1"]
    assert sessions.mac_at(any_store, "10.0.0.5", NOON) == TABLET


def test_no_lease_says_which_hardware_there_is(any_store: Store) -> None:
    sessions.put(any_store, LEASE, "dhcp", "l1", NOON)
    assert sessions.mac_at(any_store, "10.0.0.6", NOON) == ""
    assert sessions.mac_at(any_store, "10.0.0.5", NOON + DAY) == ""


def test_who_was_at_an_address_is_found_by_the_time(any_store: Store) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    sessions.end(any_store, "radius", "s1", NOON + 10 * MINUTE)
    second = replace(ADA, person="ben", since=NOON + 20 * MINUTE)
    sessions.put(any_store, second, "radius", "s2", NOON + 20 * MINUTE)
    at = {
        minute: [one.claim.person for one in here(any_store, now=NOON + minute * MINUTE)]
        for minute in (-5, 5, 15, 25, 70)
    }
    assert at == {-5: [], 5: ["ada"], 15: [], 25: ["ben"], 70: []}


def test_of_too_many_those_unseen_for_longest_are_ended(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_LIVE", 3)
    for number in range(5):
        claim = replace(BEN, address=f"10.0.1.{number}")
        sessions.put(any_store, claim, "radius", f"s{number}", NOON + number * MINUTE)
    assert sorted(going_on(any_store)) == ["s2", "s3", "s4"]


def test_what_is_over_is_ended_and_after_some_days_removed(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "AT_ONCE", 2)
    for number in range(3):
        sessions.put(any_store, replace(BEN, person=f"p{number}"), "radius", f"s{number}", NOON)
    before = sessions.live(any_store, NOON).number
    assert not sessions.prune(any_store, NOON + 2 * HOUR, NOON - DAY)
    assert {one.ended_why for one in here(any_store, "10.0.0.6")} == {"over"}
    assert sessions.live(any_store, NOON).number == before  # everybody knew until when
    assert sessions.prune(any_store, NOON + DAY, NOON + DAY)  # there is more
    assert not sessions.prune(any_store, NOON + DAY, NOON + DAY)
    assert here(any_store, "10.0.0.6") == []


def test_ended_ones_beyond_the_bound_are_removed_however_young(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_ROWS", 2)
    for number in range(4):
        sessions.put(any_store, ADA, "radius", f"s{number}", NOON)
        sessions.end(any_store, "radius", f"s{number}", NOON)
    sessions.prune(any_store, NOON, NOON - DAY)
    with any_store.reading() as session:
        assert len(session.scalars(select(IdentitySessionRow.id)).all()) == 2


def test_ending_by_order_is_in_the_audit_chain_with_its_reason(any_store: Store) -> None:
    sessions.put(any_store, ADA, "radius", "s1", NOON)
    actor = Actor("command:tom", NOON)
    assert sessions.end_at(any_store, "10.0.0.5", NOON, "a lent tablet", actor) == 1
    assert going_on(any_store) == {}
    wanted = audit_search.WantedRows(about_kind="sessions")
    (entry,) = audit_search.search(any_store, wanted).rows
    assert (entry.what, entry.details["why"]) == ("ended", "a lent tablet")


def test_who_is_erased_was_nowhere(any_store: Store) -> None:
    ada = people.add_person(any_store, "Ada Example", "primary")
    lasts = portal.Lasts(HOUR, DAY)
    for address, person in (("10.0.0.5", ada.id), ("10.0.0.6", "ben")):
        visitor = portal.Visitor(person, person)
        portal.sign_in(any_store, visitor, address, lasts, "v1", NOON)
    erasure.erase(any_store, ada.id, "command:tom", "they asked", NOON)
    assert [one.person for one in going_on(any_store).values()] == ["ben"]
    with any_store.reading() as session:
        assert session.scalars(select(NoticeSeenRow.person)).all() == ["ben"]
