"""The safeguarding lead in whose name a command acts: what it does is recorded as theirs."""

from typing import Annotated

import typer

from safeguard.cli.options import account, now
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import Deed
from safeguard.core.staff_roles import About, Refused, may
from safeguard.problems import UnusableError
from safeguard.store import grants, staff
from safeguard.store.session import Store
from safeguard.store.staff import Staff

ByOption = Annotated[str, typer.Option(help="The e-mail address of the lead who asks for it.")]


def lead_of(store: Store, email: str) -> Staff:
    """Return the lead or deputy of this address; nobody else may ask for what concerns a case."""
    found = staff.by_email(store, email)
    held = () if found is None else grants.of(store, found.id)
    answer = may(held, Deed.HANDLE_CASES, About(SCHOOL), now())
    if found is None or isinstance(answer, Refused):
        raise UnusableError(
            f"{email} is no safeguarding lead with an open account. `safeguard staff list` "
            "shows who is."
        )
    return found


def how() -> str:
    """Say by which way the lead acted, for the record."""
    return f"command line, as {account()}"
