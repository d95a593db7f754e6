"""In whose name a command acts, where it need not be a lead."""

import pytest

from safeguard.cli.acting import acting, staff_of
from safeguard.problems import UnusableError
from safeguard.store.session import Store
from tests.safeguard.case_samples import lead


def test_an_open_account_acts_as_itself_and_now(any_store: Store) -> None:
    number = lead(any_store)
    lead(any_store, "Gus Gone", active=False)
    assert staff_of(any_store, " LEE@school.example").id == number
    assert acting(any_store, "lee@school.example").who == f"staff:{number}"
    for name in ("gus", "nobody"):
        with pytest.raises(UnusableError, match="has no open account"):
            acting(any_store, f"{name}@school.example")
