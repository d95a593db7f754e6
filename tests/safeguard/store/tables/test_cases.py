"""What the tables of cases promise the rest."""

import pytest
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseConcernRow, CaseRow, NoteRow
from tests.safeguard.samples import NOW, reviewer
from tests.safeguard.store.tables.test_concerns import ID, concern

CASE = "019c8a5e-1234-7abc-8def-0123456789ac"


@pytest.fixture
def staff(any_store: Store) -> int:
    """Who opened a case; a concern is there as well."""
    staff = reviewer(any_store)
    with any_store.writing() as session:
        session.add(concern())
        session.add(
            CaseRow(
                id=CASE,
                school_id=1,
                reference="K7QF-3MZD",
                title=b"sealed",
                severity=3,
                opened_at=NOW,
                opened_by=staff,
            )
        )
    return staff


@pytest.mark.parametrize(
    ("about", "refused"),
    [
        ({"concern_id": ID}, False),
        ({"case_id": CASE}, False),
        ({}, True),
        ({"concern_id": ID, "case_id": CASE}, True),
    ],
)
def test_a_note_is_about_a_concern_or_a_case_not_both_or_neither(
    any_store: Store, staff: int, about: dict[str, str], *, refused: bool
) -> None:
    note = NoteRow(school_id=1, at=NOW, staff_id=staff, kind="note", sealed=b"sealed", **about)
    if not refused:
        with any_store.writing() as session:
            session.add(note)
        return
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(note)


def test_a_concern_is_in_a_case_once_and_can_be_put_back(any_store: Store, staff: int) -> None:
    def put_in() -> None:
        with any_store.writing() as session:
            session.add(CaseConcernRow(case_id=CASE, concern_id=ID, at=NOW, staff_id=staff))

    put_in()
    with pytest.raises(IntegrityError):
        put_in()
    with any_store.writing() as session:
        session.get_one(CaseConcernRow, 1).taken_out_at = NOW
    put_in()
