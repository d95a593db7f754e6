"""The member of staff in whose name a command acts: what it does is recorded as theirs."""

from typing import Annotated

import typer

from safeguard.cli.options import now
from safeguard.core.audit import Actor
from safeguard.problems import UnusableError
from safeguard.store import staff
from safeguard.store.session import Store
from safeguard.store.staff import Staff

ByOption = Annotated[str, typer.Option("--by", help="The e-mail address of the member of staff.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why: kept, and recorded.")]


def staff_of(store: Store, email: str) -> Staff:
    """Return the open account of this address."""
    found = staff.by_email(store, email)
    if found is None or not found.active:
        raise UnusableError(
            f"{email} has no open account. `safeguard staff list` shows who has one."
        )
    return found


def acting(store: Store, email: str) -> Actor:
    """Return who acts, and when: now."""
    return Actor(f"staff:{staff_of(store, email).id}", now())
