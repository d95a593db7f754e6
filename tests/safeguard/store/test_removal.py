"""What is removed goes a part at a time, the copied visits first, and what is held stays."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from safeguard.store import removal
from safeguard.store.removal import remove
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow, EvidenceRow
from tests.safeguard.samples import NOW
from tests.safeguard.store.keeping_samples import concern, there

RIPE = select(ConcernRow.id).where(ConcernRow.subject == "pupil-7")


def with_copies(store: Store, number: int, copies: int, subject: str = "pupil-7") -> str:
    key = concern(store, number, 1, subject=subject)
    rows = [
        {"school_id": 1, "concern_id": key, "at": NOW, "digest": bytes([each]), "sealed": b"x"}
        for each in range(copies)
    ]
    with store.writing() as session:
        session.execute(insert(EvidenceRow), rows)
    return key


def ended(session: Session, ids: Sequence[Any]) -> None:
    session.execute(delete(ConcernRow).where(ConcernRow.id.in_(ids)))


def test_what_is_not_ripe_any_more_stays_with_all_its_copies(any_store: Store) -> None:
    ids = [with_copies(any_store, 1, 3), with_copies(any_store, 2, 4, "pupil-8")]
    assert remove(any_store, ids, RIPE, ended, EvidenceRow.concern_id) == 1
    with any_store.reading() as session:
        assert session.scalars(select(ConcernRow.id)).all() == [ids[1]]
        assert session.scalars(select(EvidenceRow.concern_id)).all() == [ids[1]] * 4


def test_each_transaction_removes_so_much_and_no_more(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "AT_ONCE", 2)
    monkeypatch.setattr(removal, "COPIES_AT_ONCE", 5)
    ids = [with_copies(any_store, number, 4) for number in range(1, 6)]
    left: list[tuple[int, int]] = []

    def watched(session: Session, some: Sequence[Any]) -> None:
        copies = session.scalar(select(func.count()).where(EvidenceRow.concern_id.in_(list(some))))
        left.append((len(some), copies or 0))
        ended(session, some)

    assert remove(any_store, ids, RIPE, watched, EvidenceRow.concern_id) == 5
    assert left == [(2, 0), (2, 0), (1, 0)]
    assert there(any_store, ConcernRow) == there(any_store, EvidenceRow) == 0
