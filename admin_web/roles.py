"""The roles of staff, and what each finds in the bar at the top: its own pages, and "Why?"."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is for. Nobody is both."""

    LEAD = "lead"
    TECHNICIAN = "technician"


TITLES = {Role.LEAD: "Safeguarding lead", Role.TECHNICIAN: "Technician"}

PAGES: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.LEAD: (
        ("events.today", "Today"),
        ("why.ask", "Why?"),
        ("audit.listing", "Audit"),
        ("account.mine", "Your account"),
    ),
    Role.TECHNICIAN: (
        ("health.overview", "Health"),
        ("own_rules.listing", "My rules"),
        ("why.ask", "Why?"),
        ("people.listing", "People and devices"),
        ("lists.listing", "Lists"),
        ("account.mine", "Your account"),
    ),
}


def role_of(names: tuple[str, ...]) -> Role | None:
    """The role that an account's words name; None where they name none, or more than one."""
    found = [role for role in Role if role.value in names]
    return found[0] if len(found) == 1 else None


def first_page(role: Role) -> str:
    return PAGES[role][0][0]
