"""What the tables of the audit chain promise the rest."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.safeguard.samples import NOW


def link(number: int) -> AuditRow:
    return AuditRow(
        id=number, school_id=1, at=NOW, who="staff:1", what="viewed", about_kind="person",
        about="pupil-7", digest=b"d" * 32, previous=b"p" * 32, hash=b"h" * 32,
    )  # fmt: skip


def test_erasure_removes_payload_and_salt_and_leaves_the_link(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(link(1))
        session.flush()
        session.add(AuditPayloadRow(id=1, salt=b"s" * 32, payload=b"sealed"))
    with any_store.writing() as session:
        session.execute(delete(AuditPayloadRow))
    with any_store.reading() as session:
        assert session.scalars(select(AuditRow.id)).all() == [1]


def test_a_number_is_given_once(any_store: Store) -> None:
    for refused in (False, True):
        if refused:
            with pytest.raises(IntegrityError), any_store.writing() as session:
                session.add(link(1))
        else:
            with any_store.writing() as session:
                session.add(link(1))


def test_a_link_cannot_go_while_its_payload_stands(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(link(1))
        session.flush()
        session.add(AuditPayloadRow(id=1, salt=b"s" * 32, payload=b"sealed"))
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.execute(delete(AuditRow))
