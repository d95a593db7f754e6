"""What the tables promise the rest."""

import pytest
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables import DeviceRow, EventRow, SchoolRow, StaffRow


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


def test_the_tables_that_hold_secrets_hold_them_sealed_or_hashed() -> None:
    assert "encrypted" in (EventRow.__table__.c.sealed.comment or "")
    assert "hash" in (StaffRow.__table__.c.password.comment or "")
    assert not {"url", "words", "excerpt"} & set(EventRow.__table__.c.keys())
