"""People, devices and networks."""

import pytest

from filter_rules.types import Problem
from safeguard.store import generation, people
from safeguard.store.people import Device, Network
from safeguard.store.people_records import PersonRecord
from safeguard.store.session import Store

CLASS = [
    PersonRecord(2, "Ann Example", "primary", "10.0.0.1", "Ann's tablet"),
    PersonRecord(3, "Ben Example", "primary", "::ffff:10.0.0.2"),
    PersonRecord(4, "Cat Other", "staff"),
]


def test_an_import_adds_people_and_their_devices(any_store: Store) -> None:
    before = generation.current(any_store)
    done = people.import_people(any_store, CLASS)
    assert (done.people, done.devices, done.problems) == (3, 2, ())
    assert [one.name for one in people.people(any_store)] == [
        "Ann Example", "Ben Example", "Cat Other",
    ]  # fmt: skip
    ann = people.find_by_name(any_store, "ann example ")[0]
    first, second = people.devices(any_store)
    assert (first.address, first.name, first.person) == ("10.0.0.1", "Ann's tablet", ann.id)
    assert (second.address, second.name) == ("10.0.0.2", "Ben Example")
    assert generation.current(any_store) == before + 1


def test_the_same_file_again_adds_nobody(any_store: Store) -> None:
    people.import_people(any_store, CLASS)
    again = people.import_people(any_store, CLASS)
    assert (again.people, again.devices) == (0, 2)
    assert len(people.people(any_store)) == 3
    assert len(people.devices(any_store)) == 2


def test_a_device_moves_to_the_person_named_last(any_store: Store) -> None:
    people.import_people(any_store, CLASS)
    people.import_people(any_store, [PersonRecord(2, "Cat Other", "staff", "10.0.0.1", "Tablet")])
    cat = people.find_by_name(any_store, "Cat Other")[0]
    device = people.devices(any_store, "10.0.0.1")[0]
    assert (device.person, device.name) == (cat.id, "Tablet")


def test_one_bad_line_changes_nothing_and_every_one_is_named(any_store: Store) -> None:
    before = generation.current(any_store)
    records = [
        *CLASS,
        PersonRecord(5, "", "primary"),
        PersonRecord(6, "Dan Example", ""),
        PersonRecord(7, "Eve Example", "prmary"),
        PersonRecord(8, "Fay Example", "primary", "10.0.0"),
        PersonRecord(9, "Gus Example", "primary", "10.0.0.1"),
    ]
    done = people.import_people(any_store, records, "class.csv", {"primary", "staff"})
    assert done.problems == (
        Problem("class.csv", 5, "the name is missing"),
        Problem("class.csv", 6, "the group is missing"),
        Problem("class.csv", 7, "no group “prmary”: there are primary, staff"),
        Problem("class.csv", 8, "“10.0.0” is not an IP address"),
        Problem("class.csv", 9, "10.0.0.1 stands on line 2 already"),
    )
    assert (people.people(any_store), people.devices(any_store)) == ([], [])
    assert generation.current(any_store) == before


def test_people_are_searched_and_paged(any_store: Store) -> None:
    people.import_people(any_store, CLASS)
    assert [one.name for one in people.people(any_store, "EXAMPLE", limit=1, offset=1)] == [
        "Ben Example"
    ]
    assert [one.name for one in people.people(any_store, "staff")] == ["Cat Other"]
    assert people.people(any_store, "%") == []
    assert [one.address for one in people.devices(any_store, "TABLET")] == ["10.0.0.1"]
    assert people.devices(any_store, "_") == []


def test_a_person_removed_leaves_the_device_without_a_user(any_store: Store) -> None:
    ann = people.add_person(any_store, "Ann Example", "primary", "A1")
    people.add_device(any_store, "10.0.0.1", "Tablet", ann.id)
    assert people.person(any_store, ann.id) == ann
    people.remove_person(any_store, ann.id)
    assert people.person(any_store, ann.id) is None
    assert people.devices(any_store)[0].person == ""


def test_a_device_is_added_changed_and_removed(any_store: Store) -> None:
    first = people.add_device(any_store, "::ffff:10.0.0.9", "Trolley", group="primary")
    changed = people.add_device(any_store, "10.0.0.9", "Trolley 9", group="secondary")
    assert changed == Device(first.id, "10.0.0.9", "Trolley 9", "", "secondary")
    assert people.devices(any_store) == [changed]
    assert people.device_names(any_store, [first.id, "gone"]) == {first.id: "Trolley 9"}
    people.remove_device(any_store, first.id)
    assert people.devices(any_store) == []


def test_a_device_at_no_address_is_refused(any_store: Store) -> None:
    with pytest.raises(ValueError, match="not an IP address"):
        people.add_device(any_store, "the library", "Trolley")


def test_names_of_nobody_are_none(any_store: Store) -> None:
    assert people.names(any_store, []) == {}
    assert people.names(any_store, ["gone"]) == {}
    assert people.device_names(any_store, []) == {}


def test_a_network_stands_for_a_group(any_store: Store) -> None:
    assert people.put_network(any_store, " 10.20.3.4/16 ", "guest") == Network(
        "10.20.0.0/16", "guest"
    )
    people.put_network(any_store, "10.20.0.0/16", "staff")
    assert people.networks(any_store) == [Network("10.20.0.0/16", "staff")]
    people.remove_network(any_store, "10.20.0.0/16")
    assert people.networks(any_store) == []
    with pytest.raises(ValueError, match="300"):
        people.put_network(any_store, "10.0.0.300/8", "guest")


def test_every_change_is_told_to_the_workers(any_store: Store) -> None:
    before = generation.current(any_store)
    ann = people.add_person(any_store, "Ann Example", "primary")
    device = people.add_device(any_store, "10.0.0.1", "Tablet", ann.id)
    people.put_network(any_store, "10.0.0.0/8", "guest")
    people.remove_network(any_store, "10.0.0.0/8")
    people.remove_device(any_store, device.id)
    people.remove_person(any_store, ann.id)
    assert generation.current(any_store) == before + 6


def test_ids_tell_no_names(any_store: Store) -> None:
    ann = people.add_person(any_store, "Ann Example", "primary")
    assert len(ann.id) == 16
    assert not set(ann.id) - set("0123456789abcdef")
