"""What the tables of nodes promise the rest."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables.nodes import SharedRulesPartRow, SharedRulesRow

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


def shared(number: int) -> SharedRulesRow:
    return SharedRulesRow(
        number=number, fingerprint="f" * 32, node="n" * 32, at=NOW, parts=1, digest="d" * 64
    )


def test_two_nodes_cannot_put_rules_in_force_under_one_number(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(shared(1))
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(shared(1))


def test_rules_that_go_take_their_parts_with_them(any_store: Store) -> None:
    with any_store.writing() as session:
        session.add(shared(1))
        session.flush()
        session.add(SharedRulesPartRow(number=1, part=0, content=b"x"))
    with any_store.writing() as session:
        session.execute(delete(SharedRulesRow))
    with any_store.reading() as session:
        assert session.scalar(select(func.count()).select_from(SharedRulesPartRow)) == 0
