"""Who looked at whom: the audit chain by member of staff and by pupil, over the last days."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request

from admin_web.access import allowed, open_to
from admin_web.audited import viewed
from admin_web.case_view import number
from admin_web.site import here
from safeguard.core.staff_rights import Deed
from safeguard.store import people, staff
from safeguard.store.audit_search import Told, WantedRows, search

DAYS = {7: "7 days", 30: "30 days", 90: "90 days"}
LOOKS = frozenset({"viewed", "searched", "listed", "exported", "opened restricted"})
MOST_ROWS = 10_000
AT_ONCE = 1_000
MOST_SHOWN = 50

pages = Blueprint("looks", __name__)


@dataclass(slots=True)
class Looker:
    """What one member of staff looked at."""

    name: str
    looks: int = 0
    searches: int = 0
    exports: int = 0
    pupils: set[str] = field(default_factory=set)
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """How often one pupil was looked at, and by whom."""

    id: str
    name: str
    looks: int
    by: tuple[str, ...]


@pages.get("/audit/looks")
@open_to(Deed.SEE_AUDIT)
def overview() -> str:
    site = here()
    days = number(request.args.get("days"), 30)
    days = days if days in DAYS else 30
    since = site.clock() - timedelta(days=days)
    rows, cut = _rows(since)
    viewed("viewed", "audit")
    lookers, seen = counted(
        rows, {f"staff:{key}": it for key, it in staff.names(site.store).items()}
    )
    names = allowed(Deed.SEE_PERSON)
    return render_template(
        "looks.html",
        lookers=lookers,
        seen=_named(seen) if names else [],
        names=names,
        days=days,
        choices=DAYS,
        cut=cut,
        most=MOST_ROWS,
        shown=MOST_SHOWN,
    )


def counted(
    rows: list[Told], accounts: dict[str, str]
) -> tuple[list[Looker], dict[str, Counter[str]]]:
    """Return what each member of staff looked at, and of each pupil who looked how often."""
    lookers: dict[str, Looker] = {}
    seen: dict[str, Counter[str]] = {}
    for row in rows:
        name = accounts.get(row.who, "An account no longer there")
        one = lookers.setdefault(row.who, Looker(name))
        one.looks += 1
        one.searches += row.what == "searched"
        one.exports += row.what == "exported"
        one.last = max(row.at, one.last or row.at)
        for pupil in _pupils(row.details, row):
            one.pupils.add(pupil)
            seen.setdefault(pupil, Counter())[name] += 1
    ordered = sorted(lookers.values(), key=lambda one: (-one.looks, one.name))
    return ordered, seen


def _rows(since: datetime) -> tuple[list[Told], bool]:
    """The rows of staff who looked at something, and whether there are more than were read."""
    before: int | None = None
    found: list[Told] = []
    for _ in range(MOST_ROWS // AT_ONCE):
        page = search(here().store, WantedRows(who="staff:*", since=since), before, AT_ONCE)
        found += [
            row
            for row in page.rows
            if row.what in LOOKS and row.about_kind not in {"audit", "numbers", "trends"}
        ]
        if page.older is None or not page.rows:
            return found, False
        before = page.older
    return found, True


def _pupils(details: dict[str, Any], row: Told) -> set[str]:
    several, one = details.get("people"), details.get("person")
    found = set(several) if isinstance(several, list) else set()
    if isinstance(one, str) and one:
        found.add(one)
    return found | ({row.about} if row.about_kind == "person" else set())


def _named(seen: dict[str, Counter[str]]) -> list[Seen]:
    most = sorted(seen.items(), key=lambda named: (-named[1].total(), named[0]))[:MOST_SHOWN]
    names = people.names(here().store, {key for key, _ in most})
    return [
        Seen(
            key,
            names.get(key, ""),
            by.total(),
            tuple(f"{who} ({n})" for who, n in by.most_common(5)),
        )
        for key, by in most
    ]
