"""In whose name a command acts, where it need not be a lead."""

import pytest

from safeguard.cli.acting import acting, staff_of
from safeguard.core.staff_rights import Deed
from safeguard.problems import UnusableError
from safeguard.store.session import Store
from tests.safeguard.case_samples import lead
from tests.safeguard.store.staff_samples import account, give

YEAR_7, YEAR_8 = ("year-7", "secondary"), ("year-8", "secondary")


def test_an_open_account_acts_as_itself_and_now(any_store: Store) -> None:
    number = lead(any_store)
    lead(any_store, "Gus Gone", active=False)
    assert staff_of(any_store, " LEE@school.example").id == number
    assert acting(any_store, "lee@school.example", Deed.LIFT).who == f"staff:{number}"
    for name in ("gus", "nobody"):
        with pytest.raises(UnusableError, match="has no open account"):
            acting(any_store, f"{name}@school.example", Deed.LIFT)


def test_nobody_acts_beyond_their_role_and_its_groups(any_store: Store) -> None:
    give(any_store, account(any_store, "may"), "teacher", groups=("year-7",))
    may = "may@school.example"
    assert acting(any_store, may, Deed.LIFT, [YEAR_7])
    with pytest.raises(UnusableError, match="not of this group"):
        acting(any_store, may, Deed.LIFT, [YEAR_7, YEAR_8])
    with pytest.raises(UnusableError, match="None of your roles lets you change the policy"):
        acting(any_store, may, Deed.CHANGE_POLICY)
