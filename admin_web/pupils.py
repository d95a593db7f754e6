"""One pupil: their concerns, cases and latest events on one page; that it is opened is recorded."""

from collections import Counter
from datetime import timedelta

from flask import Blueprint, abort, render_template

from admin_web.access import allowed, demand, open_to
from admin_web.accounts import me
from admin_web.audited import actor, viewed
from admin_web.case_access import may_force
from admin_web.case_view import about, concern_link
from admin_web.cases import EVERY
from admin_web.event_view import shown
from admin_web.site import here
from admin_web.trend_counts import Bar
from admin_web.wording import local
from safeguard.core.staff_rights import Deed
from safeguard.store import events, people
from safeguard.store.case_lists import WantedCases
from safeguard.store.case_lists import cases as cases_of
from safeguard.store.concern_pages import ListedConcern, Order, WantedConcerns, listed
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
    concerns = listed(
        site.store, wanted, site.clock(), actor(), limit=MOST_CONCERNS, order=Order.NEWEST
    )
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
        more=bool(concerns.more),
        bars_of=_by_week(concerns.concerns),
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


def _by_week(found: tuple[ListedConcern, ...]) -> list[Bar]:
    """How many concerns began in each of the last weeks."""
    today = local(here().clock()).date()
    monday = today - timedelta(days=today.weekday())
    weeks = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    days = (local(one.started_at).date() for one in found)
    counts = Counter(one - timedelta(days=one.weekday()) for one in days)
    return [Bar(f"{week.day} {week:%b}", counts[week]) for week in weeks]
