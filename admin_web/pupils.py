"""One pupil: their concerns, cases and latest events on one page; that it is opened is recorded."""

from datetime import datetime, time

from flask import Blueprint, abort, render_template, request

from admin_web.access import allowed, demand, open_to
from admin_web.accounts import me
from admin_web.audited import actor, viewed
from admin_web.case_access import may_force
from admin_web.case_view import about, concern_link
from admin_web.cases import EVERY
from admin_web.event_view import shown
from admin_web.paging import same_list
from admin_web.site import here
from admin_web.trend_counts import Bar, by_week, mondays
from admin_web.wording import local
from safeguard.core.staff_rights import Deed
from safeguard.store import events, people, trends
from safeguard.store.case_lists import WantedCases
from safeguard.store.case_lists import cases as cases_of
from safeguard.store.concern_pages import Order, WantedConcerns, listed
from safeguard.store.events import Wanted

MOST_CONCERNS = 25
MOST_CASES = 10
MOST_EVENTS = 10
WEEKS = 12

pages = Blueprint("pupils", __name__)


@pages.get("/pupils/<person_id>")
@open_to(Deed.SEE_PERSON)
def one(person_id: str) -> str:
    site = here()
    pupil = people.person(site.store, person_id[:32])
    if pupil is None:
        abort(404)
    demand(Deed.SEE_PERSON, pupil.group, otherwise=404)
    viewed("viewed", "person", pupil.id, person=pupil.id)
    wanted = WantedConcerns(standing=EVERY, subject=pupil.id)
    after = request.args.get("after", "")[:100]
    concerns = listed(site.store, wanted, site.clock(), actor(), after, MOST_CONCERNS, Order.NEWEST)
    handles = allowed(Deed.HANDLE_CASES)
    cases = cases_of(
        site.store,
        WantedCases(person=pupil.id, reader=me().id),
        limit=MOST_CASES,
    ).cases
    found = events.search(site.store, Wanted(person=pupil.id, flagged=True), limit=MOST_EVENTS)
    return render_template(
        "pupil.html",
        pupil=pupil,
        concerns=concerns.concerns,
        older=same_list("after", concerns.more) if concerns.more else "",
        newest=same_list("after") if after else "",
        bars_of=_by_week(pupil.id),
        cases=cases if handles else (),
        handles=handles,
        hidden=handles and may_force() and _has_hidden(pupil.id, len(cases)),
        events=shown(site.store, found.events),
        sees_audit=allowed(Deed.SEE_AUDIT),
        about=about,
        link=concern_link,
    )


def _has_hidden(person: str, seen: int) -> bool:
    """Whether a case of this pupil is restricted to others; those who may open it are told."""
    return len(cases_of(here().store, WantedCases(person=person), limit=MOST_CASES).cases) > seen


def _by_week(person: str) -> list[Bar]:
    """How many concerns began in each of the last weeks; nothing where there were none."""
    site = here()
    now = site.clock()
    weeks = mondays(local(now).date(), WEEKS)
    since = datetime.combine(weeks[0], time(), site.zone)
    found = trends.concerns(site.store, since, now, subject=person)
    return by_week(found, weeks, site.zone) if found else []
