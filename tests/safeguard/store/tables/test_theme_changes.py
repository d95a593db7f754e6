"""What the table of changed themes promises the rest."""

import pytest
from sqlalchemy.exc import IntegrityError

from safeguard.store.session import Store
from safeguard.store.tables.theme_changes import ThemeChangeRow


def test_a_change_says_why(any_store: Store) -> None:
    with pytest.raises(IntegrityError), any_store.writing() as session:
        session.add(ThemeChangeRow(way="add", theme="t", pattern="p", weight=1.0, group=""))
