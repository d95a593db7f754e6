"""Numbers for those who oversee: concerns by month, group and theme, and no pupil in them."""

from flask import Blueprint, render_template

from admin_web.access import open_to
from admin_web.audited import viewed
from admin_web.site import here
from admin_web.trend_counts import Bar
from safeguard.core.small_counts import SMALLEST, Count
from safeguard.core.staff_rights import Deed
from safeguard.store import impact

MOST_MONTHS = 13

pages = Blueprint("numbers", __name__)


@pages.get("/numbers")
@open_to(Deed.SEE_NUMBERS)
def monthly() -> str:
    found = sorted(
        impact.counts(here().store), key=lambda one: (one.month, one.group), reverse=True
    )
    viewed("viewed", "numbers")
    return render_template("numbers.html", counts=found, smallest=SMALLEST, months=_by_month(found))


def _by_month(found: list[Count]) -> list[Bar]:
    """The numbers that are told, added up by month: what is not told is in no sum either."""
    told: dict[str, int] = {}
    for one in found:
        told[one.month] = told.get(one.month, 0) + (one.events or 0)
    return [Bar(month, told[month]) for month in sorted(told)[-MOST_MONTHS:]]
