"""What the tables of keeping promise the rest."""

import pytest
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables.cases import CaseRow
from safeguard.store.tables.keeping import LegalHoldRow
from tests.safeguard.samples import NOW, reviewer
from tests.safeguard.store.tables.test_cases import CASE


def test_a_case_under_a_hold_cannot_be_removed(any_store: Store) -> None:
    staff = reviewer(any_store)
    with any_store.writing() as session:
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
        session.flush()
        session.add(
            LegalHoldRow(
                school_id=1,
                person="",
                case_id=CASE,
                reason=b"sealed",
                placed_at=NOW,
                placed_by=staff,
            )
        )
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.delete(session.get_one(CaseRow, CASE))
