"""Sign-ins of people with their own devices."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from safeguard.core.identifying import Claim, Method
from safeguard.store import portal, sessions
from safeguard.store.portal import Lasts, Visitor
from safeguard.store.session import Store
from safeguard.store.tables.sessions import NoticeSeenRow

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LASTS = Lasts(HOUR, 12 * HOUR)
HERE, MAC = "10.0.0.5", "02:00:00:00:00:01"
ADA, BEN, GUEST = Visitor("k1", "ada"), Visitor("k2", "ben"), Visitor("k3", group="guest")


def sign_in(store: Store, visitor: Visitor, now: datetime = NOON, address: str = HERE) -> None:
    portal.sign_in(store, visitor, address, LASTS, "v1", now)


def person(store: Store, now: datetime = NOON) -> str | None:
    found = portal.signed_in(store, HERE, now)
    return None if found is None else found.claim.person


def test_a_sign_in_names_somebody_for_an_hour_without_a_request(any_store: Store) -> None:
    sign_in(any_store, ADA)
    assert person(any_store) == "ada"
    assert person(any_store, NOON + 59 * MINUTE) == "ada"
    assert person(any_store, NOON + 60 * MINUTE) is None


def test_it_is_bound_to_the_hardware_where_that_is_known(any_store: Store) -> None:
    lease = Claim(HERE, Method.DEVICE, NOON, NOON + HOUR, mac=MAC)
    sessions.put(any_store, lease, "dhcp", "l1", NOON)
    sign_in(any_store, ADA)
    found = portal.signed_in(any_store, HERE, NOON)
    assert found is not None
    assert found.claim.mac == MAC
    other = Claim(HERE, Method.DEVICE, NOON, NOON + HOUR, mac="02:00:00:00:00:02")
    sessions.put(any_store, other, "dhcp", "l2", NOON + MINUTE)
    assert person(any_store, NOON + MINUTE) is None


def test_who_signs_in_after_another_is_the_one(any_store: Store) -> None:
    sign_in(any_store, ADA)
    sign_in(any_store, BEN, NOON + MINUTE)
    assert person(any_store, NOON + MINUTE) == "ben"
    ended = [
        one.ended_why
        for one in sessions.at(any_store, HERE, NOON, NOON + HOUR, 9)
        if one.claim.person == "ada"
    ]
    assert ended == ["somebody else signed in"]


def test_signing_out_ends_it(any_store: Store) -> None:
    assert not portal.sign_out(any_store, HERE, NOON)
    sign_in(any_store, ADA)
    assert portal.sign_out(any_store, HERE, NOON)
    assert person(any_store) is None


def test_a_request_keeps_it_going_but_not_for_ever(any_store: Store) -> None:
    sign_in(any_store, ADA)
    assert portal.keep_alive(any_store, {HERE}, LASTS, NOON + 10 * MINUTE) == 0  # a while is left
    assert portal.keep_alive(any_store, {HERE}, LASTS, NOON + 50 * MINUTE) == 1
    assert person(any_store, NOON + 109 * MINUTE) == "ada"
    for minutes in range(100, 13 * 60, 50):
        portal.keep_alive(any_store, {HERE}, LASTS, NOON + minutes * MINUTE)
    assert person(any_store, NOON + 12 * HOUR - MINUTE) == "ada"
    assert person(any_store, NOON + 12 * HOUR) is None


def test_who_was_quiet_for_too_long_is_not_taken_for_the_same_again(any_store: Store) -> None:
    sign_in(any_store, ADA)
    assert portal.keep_alive(any_store, {HERE}, LASTS, NOON + 61 * MINUTE) == 0
    assert person(any_store, NOON + 61 * MINUTE) is None


def test_what_was_read_is_kept_once_for_a_person_and_each_time_for_a_guest(
    any_store: Store,
) -> None:
    assert not portal.has_seen(any_store, "ada", "v1")
    for visitor in (ADA, ADA, GUEST, GUEST):
        sign_in(any_store, visitor)
    with any_store.reading() as session:
        rows = session.scalars(select(NoticeSeenRow).order_by(NoticeSeenRow.id)).all()
        assert [(row.person, row.version, row.at) for row in rows] == [
            ("ada", "v1", NOON),
            ("", "v1", NOON),
            ("", "v1", NOON),
        ]
    assert portal.has_seen(any_store, "ada", "v1")
    assert not portal.has_seen(any_store, "ada", "v2")  # the words have changed since


@given(st.integers(0, 3000), st.integers(5, 720), st.integers(0, 1440))
def test_it_names_nobody_later_than_it_may(seen: int, idle: int, more: int) -> None:
    lasts = Lasts(idle * MINUTE, (idle + more) * MINUTE)
    doubted, until = lasts.of(NOON, NOON + seen * MINUTE)
    assert doubted <= until <= NOON + lasts.longest
    assert doubted <= NOON + seen * MINUTE + lasts.idle
