"""Numbers for those who oversee: concerns by month, group and theme, and no pupil in them."""

from flask import Blueprint, render_template

from admin_web.access import open_to
from admin_web.audited import viewed
from admin_web.site import here
from safeguard.core.small_counts import SMALLEST
from safeguard.core.staff_rights import Deed
from safeguard.store import impact

pages = Blueprint("numbers", __name__)


@pages.get("/numbers")
@open_to(Deed.SEE_NUMBERS)
def monthly() -> str:
    found = sorted(
        impact.counts(here().store), key=lambda one: (one.month, one.group), reverse=True
    )
    viewed("viewed", "numbers")
    return render_template("numbers.html", counts=found, smallest=SMALLEST)
