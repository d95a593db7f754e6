"""Unknown hardware: noted while it is unknown and not too old, and never without bound."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from safeguard.store import people, unknown_devices
from safeguard.store.session import Store
from safeguard.store.tables.people import DeviceRow

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MAC, OTHER = "02:00:00:00:00:07", "02:00:00:00:00:08"
AT = "10.1.2.3"


def macs(store: Store) -> list[str]:
    return [one.mac for one in unknown_devices.newest(store, 10)]


def test_what_is_registered_meanwhile_is_unknown_no_longer(any_store: Store) -> None:
    unknown_devices.note(any_store, [(MAC, AT, "tablet")], NOW)
    people.add_device(any_store, "10.0.0.7", "tablet")
    with any_store.writing() as session:
        session.execute(update(DeviceRow).values(mac=MAC))
    unknown_devices.note(any_store, [(OTHER, AT, "")], NOW)
    assert macs(any_store) == [OTHER]


def test_what_was_not_seen_for_a_month_is_forgotten(any_store: Store) -> None:
    unknown_devices.note(any_store, [(MAC, AT, "")], NOW)
    unknown_devices.note(any_store, [], NOW + timedelta(days=31))
    assert macs(any_store) == []


def test_of_too_many_the_newest_are_kept(any_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown_devices, "MOST", 1)
    unknown_devices.note(any_store, [(MAC, AT, "")], NOW)
    unknown_devices.note(any_store, [(OTHER, AT, "")], NOW + timedelta(hours=1))
    assert macs(any_store) == [OTHER]


def test_hardware_at_two_addresses_is_noted_once(any_store: Store) -> None:
    unknown_devices.note(any_store, [(MAC, AT, "a"), (MAC, "2001:db8::5", "b")], NOW)
    assert macs(any_store) == [MAC]
