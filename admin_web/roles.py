"""What each member of staff finds in the bar at the top: the pages that their roles open."""

from collections.abc import Iterable
from datetime import datetime

from safeguard.core.staff_rights import Deed
from safeguard.core.staff_roles import Grant, counting

# Each page with what it is for, in the order of the bar: the first that opens is where one begins.
PAGES: tuple[tuple[str, str, tuple[Deed, ...]], ...] = (
    ("events.today", "Today", (Deed.SEE_CONCERNS,)),
    ("cases.listing", "Cases", (Deed.HANDLE_CASES,)),
    ("find.search", "Find", (Deed.SEE_PERSON,)),
    ("trends.overview", "Trends", (Deed.SEE_CONCERNS,)),
    ("health.overview", "Health", (Deed.SEE_HEALTH,)),
    ("own_rules.listing", "My rules", (Deed.CHANGE_RULES,)),
    ("why.ask", "Why?", (Deed.ASK_WHY,)),
    ("people.listing", "People and devices", (Deed.KEEP_REGISTER,)),
    ("lists.listing", "Lists", (Deed.SEE_HEALTH,)),
    ("numbers.monthly", "Numbers", (Deed.SEE_NUMBERS,)),
    ("audit.listing", "Audit", (Deed.SEE_AUDIT,)),
    ("staff_accounts.listing", "Accounts", (Deed.MANAGE_ACCOUNTS, Deed.CONFIRM_ROLES)),
    ("glass.ask", "Break glass", (Deed.BREAK_GLASS,)),
    ("account.mine", "Your account", (Deed.OWN_ACCOUNT,)),
)


def bar(grants: Iterable[Grant], now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the pages that these grants open, with their words."""
    held = tuple(grants)
    return tuple(
        (endpoint, words)
        for endpoint, words, deeds in PAGES
        if any(counting(held, deed, now) for deed in deeds)
    )
