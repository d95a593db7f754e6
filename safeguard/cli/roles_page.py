"""docs/reference/roles.md: who may do what, made of the table in the code and the cases of its test."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from safeguard.core.staff_rights import (
    BOXED,
    CONFIRMED,
    DEEDS,
    GIVEN,
    RIGHTS,
    SCOPED,
    TITLES,
    Deed,
    Role,
)
from safeguard.core.staff_roles import BOX_AT_MOST, GLASS_LASTS, GLASS_LASTS_AT_MOST, MINUTE

CASES = Path("tests/tables/roles.toml")
BEFORE = f"""# Roles of staff

Each account holds roles, each with its groups and its time. Without a role that counts an account
can do nothing. `safeguard staff` and the page “Accounts” give, confirm and end them; every change
stands in the audit record with its reason.

- **Another account confirms.** A role that sees safeguarding content, and the head's, waits until
  the head or a lead confirms it, who is neither its holder nor the one who proposed it. All
  contacts are told when it is proposed, confirmed and ended.
- **The one exception is the first lead of a new school**, whom the set-up link makes: there is
  nobody yet who could confirm. The audit record says so. A school that has had a lead or a head
  has no first lead again.
- **The last lead stays.** Nobody, and no command, ends the role or closes the account of the last
  lead who is a lead without an end; so someone can always manage accounts.
- **Kept apart.** A technician sees no safeguarding content through any other role, and a set-up
  account manages accounts and does nothing else.
- **Breaking the glass.** In an emergency a technician can see what the lead sees, and change none
  of it, for {GLASS_LASTS // MINUTE} minutes (at most {GLASS_LASTS_AT_MOST // MINUTE}). It needs a
  reason, all contacts are told at once, each page is recorded, and it ends by itself, by hand, or
  by the head or a lead.
- **An auditor's time** is {BOX_AT_MOST.days} days at most.
"""


def lines() -> Iterator[str]:
    yield BEFORE
    for role in (*GIVEN, Role.GLASS):
        yield f"## {TITLES[role]}"
        yield ""
        if notes := _notes(role):
            yield f"{notes} The word for commands: `{role}`."
            yield ""
        yield "| may | because |"
        yield "|---|---|"
        for one in RIGHTS:
            if one.role is role and one.deed is not Deed.OWN_ACCOUNT:
                yield f"| {DEEDS[one.deed]} | {one.why} |"
        yield ""
    yield "Everyone may change their own password."
    yield ""
    yield "## Case by case"
    yield ""
    yield "| case | |"
    yield "|---|---|"
    for case in tomllib.loads(CASES.read_text("utf-8"))["case"]:
        yield f"| {case['says']} | {'may' if case['may'] else 'may not'} |"


def _notes(role: Role) -> str:
    if role is Role.GLASS:
        return ""
    said = ["Waits to be confirmed." if role in CONFIRMED else "Counts at once."]
    if role in SCOPED:
        said.append("For named groups, and those below them.")
    if role in BOXED:
        said.append("Always ends.")
    return " ".join(said)
