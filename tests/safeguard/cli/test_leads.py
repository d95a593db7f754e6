"""In whose name a command acts."""

import pytest

from safeguard.cli.leads import how, lead_of
from safeguard.cli.options import account
from safeguard.problems import UnusableError
from safeguard.store import staff
from safeguard.store.session import Store
from tests.safeguard.case_samples import lead
from tests.safeguard.samples import NOW


def test_a_lead_is_found_however_the_address_is_spelt(any_store: Store) -> None:
    number = lead(any_store)
    assert lead_of(any_store, " LEE@school.example").id == number


def test_who_is_gone_or_is_no_lead_is_refused(any_store: Store) -> None:
    lead(any_store, "Gus Gone", active=False)
    staff.create(
        any_store,
        {
            "email": "tom@school.example", "name": "Tom Tech", "password": "a hash", "active": True,
            "fs_uniquifier": "tom", "roles": ("technician",), "created_at": NOW,
        },
    )  # fmt: skip
    for name in ("gus", "tom", "nobody"):
        with pytest.raises(UnusableError, match="is no safeguarding lead"):
            lead_of(any_store, f"{name}@school.example")


def test_the_account_is_told_too() -> None:
    assert how() == f"command line, as {account()}"
