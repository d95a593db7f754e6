"""The audit chain on both engines: appended by one at a time, kept or undone with its cause."""

import json
import multiprocessing

import pytest
from sqlalchemy import func, select

from safeguard.core.audit import Verified
from safeguard.settings import Settings
from safeguard.store import audit
from safeguard.store.audit_verify import verify
from safeguard.store.session import Store, open_store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from safeguard.vault import UnsealError
from tests.safeguard.samples import NOW, at

WRITERS, EACH = 8, 25


def payload_of(store: Store, row: int) -> object:
    with store.reading() as session:
        found = session.get_one(AuditPayloadRow, row)
        return json.loads(audit.opened(store.vault, found.payload))


def test_each_row_follows_the_one_before_and_the_first_begins_the_chain(any_store: Store) -> None:
    assert audit.head(any_store) is None
    with any_store.writing() as session:
        first = audit.record(session, NOW, "staff:1", "viewed", "person", "p1", {"page": 1})
        second = audit.record(session, at(1), "staff:1", "changed", "rule", "7")
    assert (first, second) == (2, 3)
    with any_store.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        assert [row.what for row in rows] == ["began", "viewed", "changed"]
        assert [row.previous for row in rows[1:]] == [row.hash for row in rows[:-1]]
        assert session.scalar(select(func.count(AuditPayloadRow.id))) == 3
    assert audit.head(any_store) == (3, rows[-1].hash)
    assert payload_of(any_store, 2) == {"page": 1}
    assert payload_of(any_store, 3) == {}


def test_a_payload_is_not_in_the_database_as_text_and_no_digest_repeats(any_store: Store) -> None:
    with any_store.writing() as session:
        for _ in range(2):
            audit.record(session, NOW, "staff:1", "searched", "events", "", {"words": "so sad"})
    with any_store.reading() as session:
        sealed = session.scalars(select(AuditPayloadRow.payload)).all()
        digests = session.scalars(select(AuditRow.digest)).all()
    assert not any(b"so sad" in one for one in sealed)
    assert len(set(digests)) == 3


def _record_in_vain(store: Store) -> None:
    with store.writing() as session:
        audit.record(session, NOW, "staff:1", "viewed", "person", "p2")
        raise ZeroDivisionError


def test_what_is_undone_leaves_no_row(any_store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        _record_in_vain(any_store)
    assert audit.head(any_store) is None
    with any_store.writing() as session:
        audit.record(session, NOW, "staff:1", "viewed", "person", "p1")
    with pytest.raises(ZeroDivisionError):
        _record_in_vain(any_store)
    assert verify(any_store) == Verified(2, audit.head(any_store))


def test_nothing_is_recorded_in_a_transaction_that_only_reads(any_store: Store) -> None:
    with (
        pytest.raises(ValueError, match="written in a transaction"),
        any_store.reading() as session,
    ):
        audit.record(session, NOW, "staff:1", "viewed", "person", "p1")


def test_a_payload_too_long_is_cut_and_says_so(any_store: Store) -> None:
    with any_store.writing() as session:
        row = audit.record(
            session, NOW, "staff:1", "imported", "people", "", {"ids": ["x" * 32] * 4000}
        )
    found = payload_of(any_store, row)
    assert isinstance(found, dict)
    assert found["cut"].startswith('{"ids":["xxx')
    assert len(found["cut"]) == audit.MOST_BYTES
    assert isinstance(verify(any_store), Verified)


def test_what_was_sealed_for_another_purpose_is_no_payload(any_store: Store) -> None:
    with pytest.raises(UnsealError, match="not sealed as a payload"):
        audit.opened(any_store.vault, any_store.vault.seal(b'{"key":"00"}'))


def _append(settings: Settings, writer: int) -> None:
    store = open_store(settings)
    for number in range(EACH):
        with store.writing() as session:
            audit.record(session, at(number), f"staff:{writer}", "viewed", "person", str(number))
    store.close()


def test_writers_of_many_processes_make_one_unbroken_chain(
    any_settings: Settings,
) -> None:
    forking = multiprocessing.get_context("fork")
    writers = [forking.Process(target=_append, args=(any_settings, it)) for it in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(100)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    store = open_store(any_settings)
    assert verify(store) == Verified(1 + WRITERS * EACH, audit.head(store))
    with store.reading() as session:
        for it in range(WRITERS):
            mine = select(AuditRow.about).where(AuditRow.who == f"staff:{it}")
            assert session.scalars(mine.order_by(AuditRow.id)).all() == [
                str(number) for number in range(EACH)
            ]
    store.close()
