"""What the tables of the school's own entries promise the rest."""

from safeguard.store.session import Store
from safeguard.store.tables.rules import GenerationRow, OverlayRow


def test_an_entry_says_why_it_is_there() -> None:
    assert not OverlayRow.__table__.c.reason.nullable


def test_the_generation_counts_from_one(any_store: Store) -> None:
    with any_store.reading() as session:
        assert session.get_one(GenerationRow, 1).number == 1
