"""What the tables of schools, people and staff promise the rest."""

import pytest
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables.people import DeviceRow, SchoolRow, StaffRow


def test_a_school_that_runs_alone_is_there_from_the_start(any_store: Store) -> None:
    with any_store.reading() as session:
        school = session.get(SchoolRow, 1)
        assert school is not None
        assert school.name == "Our school"


def test_two_devices_cannot_share_an_address(any_store: Store) -> None:
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add_all(
            DeviceRow(id=name, school_id=1, address="10.0.0.1", name=name, group="")
            for name in ("a", "b")
        )


def test_a_row_of_no_school_is_refused(any_store: Store) -> None:
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(DeviceRow(id="a", school_id=7, address="10.0.0.1", name="A", group=""))


def test_a_password_is_kept_as_a_hash() -> None:
    assert "hash" in (StaffRow.__table__.c.password.comment or "")
