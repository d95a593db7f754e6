"""What the table of unknown hardware promises the rest."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from safeguard.core.events import SCHOOL
from safeguard.store.session import Store
from safeguard.store.tables.unknown_devices import UnknownDeviceRow

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def seen() -> UnknownDeviceRow:
    return UnknownDeviceRow(
        mac="02:00:00:00:00:07",
        school_id=SCHOOL,
        address="10.1.2.3",
        name="",
        first_seen=NOW,
        last_seen=NOW,
    )


def test_hardware_stands_there_once(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(seen())
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(seen())
