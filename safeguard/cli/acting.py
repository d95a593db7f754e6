"""The member of staff in whose name a command acts: what it does is recorded as theirs.

Whoever may run commands on this machine has its keys; still, what a role may not do is not done
in its holder's name.
"""

from collections.abc import Iterable
from typing import Annotated

import typer

from safeguard.cli.options import now
from safeguard.core.audit import Actor
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import Deed
from safeguard.core.staff_roles import About, Refused, may
from safeguard.problems import UnusableError
from safeguard.store import grants, staff
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


def acting(
    store: Store, email: str, deed: Deed, lines: Iterable[tuple[str, ...]] | None = None
) -> Actor:
    """Return who acts, and when: now. UnusableError where none of their roles lets them.

    `lines`: each group that it is about, with those above it; None: it is about no group.
    """
    who, at = staff_of(store, email), now()
    held = grants.of(store, who.id)
    abouts = [None] if lines is None else [About(SCHOOL, line) for line in lines]
    for about in abouts:
        answer = may(held, deed, about, at)
        if isinstance(answer, Refused):
            raise UnusableError(f"{who.name} ({email}): {answer.says} Nothing was changed.")
    return Actor(f"staff:{who.id}", at)
