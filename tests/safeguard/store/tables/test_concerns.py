"""What the tables of concerns promise the rest."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from safeguard.core.events import SealedEvent
from safeguard.store.intake import Batch, take_in
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernEventRow, ConcernRow, EvidenceRow, FeedbackRow
from tests.safeguard.samples import NOW, reviewer, stored_event

ID = "019c8a5e-1234-7abc-8def-0123456789ab"


def concern(**changes: object) -> ConcernRow:
    columns: dict[str, object] = {
        "id": ID, "school_id": 1, "subject_kind": "pupil", "subject": "pupil-7",
        "group": "primary", "family": "self-harm", "day": date(2026, 3, 4),
        "themes": ("self-harm",), "severity": 3, "confidence": "strong", "identity": "likely",
        "care": False, "why": ["It was typed."], "facts": b"sealed", "rules": ("Words",),
        "started_at": NOW, "last_at": NOW, "events": 1, "count": 1, "artefact": "a1",
        "policy_version": "v1", "built_at": NOW,
    }  # fmt: skip
    return ConcernRow(**columns | changes)


def test_a_concern_is_new_until_someone_looks(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(concern())
    with any_store.reading() as session:
        row = session.get_one(ConcernRow, ID)
        assert (row.standing, row.version, row.opened_at, row.why) == (
            "new", 1, None, ["It was typed."],
        )  # fmt: skip


def test_evidence_copied_twice_is_kept_once(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(concern())
    evidence = {"school_id": 1, "concern_id": ID, "at": NOW, "digest": b"x" * 16, "sealed": b"y"}
    with any_store.writing() as session:
        session.add(EvidenceRow(**evidence))
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(EvidenceRow(**evidence))


def test_a_concern_outlives_its_events_and_its_lessons_outlive_it(any_store: Store) -> None:
    event, staff = stored_event(1), reviewer(any_store)
    take_in(any_store, Batch("s", "proxy-0", 1, [SealedEvent(event, b"sealed")]))
    with any_store.writing() as session:
        session.add(concern())
        session.flush()
        session.add(ConcernEventRow(concern_id=ID, event_id=event.id))
        session.add(
            FeedbackRow(
                school_id=1,
                concern_id=ID,
                at=NOW,
                staff_id=staff,
                verdict="lesson",
                theme="self-harm",
                rule="Words",
                list="",
            )
        )
    with any_store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM events")
    with any_store.writing() as session:
        assert session.scalars(select(ConcernEventRow)).all() == []
        session.delete(session.get_one(ConcernRow, ID))
    with any_store.reading() as session:
        assert [(one.concern_id, one.rule) for one in session.scalars(select(FeedbackRow))] == [
            (None, "Words")
        ]
