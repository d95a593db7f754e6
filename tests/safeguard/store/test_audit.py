"""The audit chain on both engines: appended, followed, searched, and found out when tampered."""

from sqlalchemy import func, select

from safeguard.store import audit
from safeguard.store.session import Store
from safeguard.store.tables.audit import AuditPayloadRow, AuditRow
from tests.safeguard.samples import NOW, at


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
