"""The book of the feeds is the database: what is written there is who is where."""

from datetime import UTC, datetime, timedelta

from safeguard.core.identifying import Claim, Method
from safeguard.identity_feeds.book import StoreBook
from safeguard.identity_feeds.joining import DHCP, RADIUS, End, Put, Unknown
from safeguard.store import people, sessions, unknown_devices
from safeguard.store.session import Store

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MAC, OTHER = "02:00:00:00:00:07", "02:00:00:00:00:08"
AT, ELSEWHERE = "10.1.2.3", "10.1.2.4"


def put(source: str, address: str, person: str = "", mac: str = MAC) -> Put:
    method = Method.RADIUS if source == RADIUS else Method.DEVICE
    claim = Claim(address, method, NOW, NOW + timedelta(hours=1), person, mac=mac)
    return Put(source, f"a1 {address}", claim)


def live(store: Store) -> dict[str, str]:
    return {one.claim.address: one.claim.person for one in sessions.live(store, NOW).sessions}


def test_what_is_kept_is_live_and_what_is_ended_is_not(any_store: Store) -> None:
    book = StoreBook(any_store)
    book.keep([put(RADIUS, AT, "p1"), put(DHCP, ELSEWHERE)], NOW)
    assert live(any_store) == {AT: "p1", ELSEWHERE: ""}
    book.keep([End(RADIUS, f"a1 {AT}"), End(DHCP, "never was")], NOW)
    assert live(any_store) == {ELSEWHERE: ""}


def test_the_same_again_changes_nothing(any_store: Store) -> None:
    book = StoreBook(any_store)
    for _ in range(3):
        book.keep([put(RADIUS, AT, "p1"), put(DHCP, AT)], NOW)
    assert len(sessions.live(any_store, NOW).sessions) == 2


def test_where_a_lease_and_a_sign_in_come_together_the_sign_in_stays(any_store: Store) -> None:
    StoreBook(any_store).keep([put(RADIUS, AT, "p1", MAC), put(DHCP, AT, "", MAC)], NOW)
    assert {one.source for one in sessions.live(any_store, NOW).sessions} == {RADIUS, DHCP}


def test_a_later_run_finds_what_an_earlier_one_wrote(any_store: Store) -> None:
    StoreBook(any_store).keep([put(RADIUS, AT, "p1")], NOW)
    sessions.put(any_store, put(RADIUS, ELSEWHERE).claim, "portal", "p", NOW)
    until = NOW + timedelta(hours=1)
    assert list(StoreBook(any_store).written(NOW)) == [(RADIUS, f"a1 {AT}", NOW, until)]


def test_people_are_read_anew_only_where_something_changed(any_store: Store) -> None:
    book = StoreBook(any_store)
    assert book.roster() is not None
    assert book.roster() is None
    people.add_person(any_store, "Jo", "y7")
    assert book.roster() is not None


def test_unknown_hardware_is_noted_with_where_it_was_last(any_store: Store) -> None:
    book = StoreBook(any_store)
    book.meet([Unknown(MAC, AT, "tablet"), Unknown(OTHER, "10.1.2.5", "")], NOW)
    later = NOW + timedelta(hours=1)
    book.meet([Unknown(MAC, ELSEWHERE, "")], later)
    [newest, other] = unknown_devices.newest(any_store, 10)
    assert (newest.mac, newest.address, newest.name) == (MAC, ELSEWHERE, "tablet")
    assert (newest.first_seen, newest.last_seen) == (NOW, later)
    assert other.mac == OTHER
