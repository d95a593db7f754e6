"""Who asks, by what the school has written down."""

from datetime import UTC, datetime

import pytest

from safeguard.core.identifying import resolve
from safeguard.core.types import Subject
from safeguard.identity.roster import Roster, load_roster, one_spelling
from safeguard.store import people
from safeguard.store.people import Device, Network, Person
from safeguard.store.people_records import PersonRecord
from safeguard.store.session import Store

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def subject_at(roster: Roster, address: str) -> Subject:
    """Who asks, where nothing goes on but what is written down."""
    one = one_spelling(address)
    return resolve(tuple(roster.claims_at(one)), NOON, one)


ROSTER = Roster(
    [Person("p1", "Ann Example", "primary"), Person("p2", "Ben Example", "staff")],
    [
        Device("d1", "10.0.0.1", "Ann's tablet", "p1", "secondary"),
        Device("d2", "2001:db8::2", "Ben's laptop", "p2"),
        Device("d3", "10.0.0.3", "Trolley 3", "", "secondary"),
        Device("d4", "10.9.0.4", "Printer"),
        Device("d5", "10.0.0.5", "Ann's old tablet", "gone"),
    ],
    [
        Network("10.0.0.0/8", "guest"),
        Network("10.9.0.0/16", "sixth-form"),
        Network("10.9.9.0/24", "staff"),
        Network("2001:db8:1::/48", "guest"),
    ],
)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("10.0.0.1", Subject("primary", "10.0.0.1", "p1", "d1", "device")),
        ("::ffff:10.0.0.1", Subject("primary", "10.0.0.1", "p1", "d1", "device")),
        ("2001:0DB8:0::2", Subject("staff", "2001:db8::2", "p2", "d2", "device")),
        ("10.0.0.3", Subject("secondary", "10.0.0.3", "", "d3", "device")),
        ("10.9.0.4", Subject("sixth-form", "10.9.0.4", "", "d4", "network")),
        ("10.0.0.5", Subject("guest", "10.0.0.5", "", "d5", "network")),
        ("10.9.9.9", Subject("staff", "10.9.9.9", method="network")),
        ("10.9.8.9", Subject("sixth-form", "10.9.8.9", method="network")),
        ("10.1.1.1", Subject("guest", "10.1.1.1", method="network")),
        ("2001:db8:1::5", Subject("guest", "2001:db8:1::5", method="network")),
        ("192.0.2.1", Subject("unidentified", "192.0.2.1")),
        ("2001:db8:2::1", Subject("unidentified", "2001:db8:2::1")),
        ("fe80::1%eth0", Subject("unidentified", "fe80::1%eth0")),
        ("no address", Subject("unidentified", "no address")),
        ("", Subject("unidentified", "")),
    ],
)
def test_who_asks_from_an_address(address: str, subject: Subject) -> None:
    assert subject_at(ROSTER, address) == subject


def test_a_device_nobody_knows_more_of_is_unidentified_but_named() -> None:
    roster = Roster(devices=[Device("d", "10.0.0.1", "Printer")])
    assert subject_at(roster, "10.0.0.1") == Subject("unidentified", "10.0.0.1", "", "d", "none")


def test_a_network_of_everything_is_the_last_resort() -> None:
    roster = Roster(networks=[Network("0.0.0.0/0", "guest"), Network("10.0.0.1/32", "staff")])
    assert subject_at(roster, "10.0.0.1").group == "staff"
    assert subject_at(roster, "203.0.113.9").group == "guest"
    assert subject_at(roster, "2001:db8::1").group == "unidentified"


def test_the_roster_is_what_the_database_says(any_store: Store) -> None:
    people.import_people(any_store, [PersonRecord(2, "Ann Example", "primary", "10.0.0.1", "T")])
    people.put_network(any_store, "10.0.0.0/8", "guest")
    roster = load_roster(any_store)
    subject = subject_at(roster, "10.0.0.1")
    assert (subject.group, subject.method) == ("primary", "device")
    assert people.names(any_store, [subject.person]) == {subject.person: "Ann Example"}
    assert subject_at(roster, "10.0.0.2").group == "guest"


def test_a_login_names_one_person_or_nobody() -> None:
    roster = Roster(
        [
            Person("p1", "Ann", "primary", login="Ann"),
            Person("p2", "Ben", "staff", login="ben"),
            Person("p3", "Ben Two", "staff", login="BEN"),
            Person("p4", "Cy", "staff"),
        ]
    )
    found = roster.person_of_login(" ann ")
    assert found is not None
    assert (found.person, found.group) == ("p1", "primary")
    assert roster.person_of_login("ben") is None
    assert roster.person_of_login("") is None


def test_hardware_stands_for_one_device_or_none() -> None:
    roster = Roster(
        devices=[
            Device("d1", "10.0.0.1", "One", mac="02:00:00:00:00:01"),
            Device("d2", "10.0.0.2", "Two", mac="02:00:00:00:00:02"),
            Device("d3", "10.0.0.3", "Three", mac="02:00:00:00:00:02"),
        ]
    )
    device = roster.device_of_mac("02:00:00:00:00:01")
    assert device is not None
    assert device.id == "d1"
    assert roster.device_of_mac("02:00:00:00:00:02") is None
    assert roster.device_of_mac("") is None


def test_rooms_are_those_of_devices_and_networks() -> None:
    roster = Roster(
        devices=[Device("d1", "10.0.0.1", "Desk", group="primary", room="B12")],
        networks=[
            Network("10.0.0.0/8", "guest", "Hill building"),
            Network("10.0.1.0/24", "", "C3"),
            Network("10.0.2.0/24", "staff"),
        ],
    )
    asked = {
        address: (subject_at(roster, address).group, subject_at(roster, address).room)
        for address in ("10.0.0.1", "10.0.1.1", "10.0.2.1", "10.0.3.1")
    }
    assert asked == {
        "10.0.0.1": ("primary", "B12"),
        "10.0.1.1": ("guest", "C3"),
        "10.0.2.1": ("staff", "Hill building"),
        "10.0.3.1": ("guest", "Hill building"),
    }


@pytest.mark.parametrize(
    ("device", "who"),
    [
        (Device("d", "10.0.0.1", "Trolley", "p1", shared=True), ("unidentified", "ambiguous", "")),
        (
            Device("d", "10.0.0.1", "Trolley", "p1", "primary", shared=True),
            ("primary", "ambiguous", ""),
        ),
        (
            Device("d", "10.0.0.1", "Trolley", "p1", "staff", shared=True),
            ("unidentified", "ambiguous", ""),
        ),
        (Device("d", "10.0.0.1", "Trolley", "", "primary", shared=True), ("primary", "device", "")),
        (
            Device("d", "10.0.0.1", "Trolley", "gone", "primary", shared=True),
            ("primary", "device", ""),
        ),
    ],
)
def test_a_device_that_several_share_names_nobody(device: Device, who: tuple[str, ...]) -> None:
    roster = Roster([Person("p1", "Ann", "primary")], [device])
    subject = subject_at(roster, "10.0.0.1")
    assert (subject.group, subject.method, subject.person) == who
    assert subject.device == "d"


def test_the_group_of_a_person_is_known_while_they_are_here() -> None:
    roster = Roster([Person("p1", "Ann", "primary")])
    assert roster.group_of("p1") == "primary"
    assert roster.group_of("p2") is None
