"""What all tables have in common."""

from safeguard.store.columns import Instant, Tokens
from safeguard.store.tables.concerns import ConcernRow
from safeguard.store.tables.row import Row


def test_every_constraint_has_a_name_so_that_a_migration_can_find_it() -> None:
    nameless = [
        (table.name, constraint)
        for table in Row.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert nameless == []


def test_moments_and_words_are_of_our_own_types_everywhere() -> None:
    columns = ConcernRow.__table__.c
    assert isinstance(columns.last_at.type, Instant)
    assert isinstance(columns.themes.type, Tokens)
