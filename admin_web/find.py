"""Find: pupils by name, and events by words, sites, times and groups; searches kept; a list exported.

Whom somebody looks for is recorded, and so is what leaves: with what it is for.
"""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin_web.access import allowed, open_to, reach
from admin_web.accounts import me
from admin_web.audited import actor, viewed, viewed_list
from admin_web.confirming import ExportForm
from admin_web.event_filter import FilterForm
from admin_web.event_sheet import sheet
from admin_web.event_view import shown
from admin_web.paging import same_list
from admin_web.site import here
from safeguard.core.staff_rights import Deed
from safeguard.problems import UnusableError
from safeguard.store import audit, events, people, saved_searches
from safeguard.store.events import Wanted
from safeguard.store.people import Person

PAGE_SIZE = 25
MOST_PEOPLE = 20
LOOKED_THROUGH = 500
MOST_EXPORTED = 5_000
AT_ONCE = 500
LONGEST = 100
OWN = frozenset({"name", "severity", "group", "about", "reviewed", "kept", "text", "words",
                 "since", "until", "person"})  # fmt: skip

pages = Blueprint("find", __name__)


@pages.get("/find")
@open_to(Deed.SEE_PERSON)
def search() -> str:
    site = here()
    name = request.args.get("name", "").strip()[:LONGEST]
    form = FilterForm(request.args)
    valid = form.validate()
    looks = valid and form.narrows
    before = request.args.get("before", "")[:36]
    pupils, more = _pupils(name) if name else ([], False)
    page = events.Page(())
    if looks:
        page = events.search(site.store, _wanted(form), before, PAGE_SIZE)
    if name or looks:
        seen = {one.event.person for one in page.events if one.event.person}
        viewed_list(
            "people" if name else "events",
            (one.event.id for one in page.events),
            people=sorted(seen | {one.id for one in pupils}),
        )
    return render_template(
        "find.html",
        form=form,
        name=name,
        pupils=pupils,
        more_pupils=more,
        looked=bool(name) or looks,
        looks=looks,
        events=shown(site.store, page.events),
        older=same_list("before", page.older) if page.older else "",
        newest=same_list("before"),
        before=before,
        cut=page.cut,
        looked_through=events.LOOKED_THROUGH,
        saved=saved_searches.of_staff(site.store, me().id),
        query=_query(),
    )


@pages.post("/find/saved")
@open_to(Deed.SEE_PERSON)
def save() -> Response:
    """Keep a search by a name: for oneself alone."""
    query = _plain(request.form.get("query", ""))
    try:
        name = request.form.get("called", "")
        saved_searches.keep(here().store, me().id, name, query, here().clock())
    except UnusableError as error:
        flash(str(error), "info")
    else:
        flash("The search is kept: you find it at the top of this page.", "success")
    return redirect(f"{url_for('find.search')}?{query}")


@pages.post("/find/saved/<int(max=2147483647):search_id>/remove")
@open_to(Deed.SEE_PERSON)
def let_go(search_id: int) -> Response:
    if saved_searches.let_go(here().store, me().id, search_id):
        flash("The search is not kept any more.", "success")
    return redirect(url_for("find.search"))


@pages.route("/find/export", methods=["GET", "POST"])
@open_to(Deed.SEE_PERSON)
def export() -> str | Response:
    """Hand the events that were found out as a spreadsheet, for a purpose that is recorded."""
    site = here()
    asked = FilterForm(request.args)
    valid = asked.validate() and asked.narrows
    form = ExportForm()
    if valid and form.validate_on_submit():
        found = list(_all(_wanted(asked)))
        content = sheet(shown(site.store, found), site.zone)
        told = {
            "why": form.why.data,
            "for": dict(parse_qsl(_query())),
            "events": len(found),
            "people": sorted({one.event.person for one in found if one.event.person})[:1000],
            "sha256": sha256(content).hexdigest(),
        }
        audit.note(site.store, actor(), "exported", "events", "", told)
        answer = make_response(content)
        answer.mimetype = "text/csv"
        answer.headers["Content-Disposition"] = "attachment; filename=events.csv"
        return answer
    viewed("viewed", "events")
    return render_template(
        "find_export.html", form=form, valid=valid, query=_query(), most=MOST_EXPORTED
    )


def _pupils(name: str) -> tuple[list[Person], bool]:
    """Return the people of this name, as far as one may see them, and whether there are more."""
    found = people.people(here().store, name, LOOKED_THROUGH)
    mine = [one for one in found if allowed(Deed.SEE_PERSON, one.group)]
    return mine[:MOST_PEOPLE], len(mine) > MOST_PEOPLE or len(found) == LOOKED_THROUGH


def _wanted(form: FilterForm) -> Wanted:
    return replace(form.wanted(here().zone), within=reach(Deed.SEE_PERSON).cut)


def _all(wanted: Wanted) -> Iterator[events.StoredEvent]:
    """Every event that was wanted, the newest first: so many and no more."""
    before, left = "", MOST_EXPORTED
    while left:
        page = events.search(here().store, wanted, before, min(AT_ONCE, left))
        yield from page.events
        left -= len(page.events)
        before = page.older
        if not before:
            return


def _query() -> str:
    """What the address asks for, without the place in the list."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if value]
    return urlencode([(key, value[:200]) for key, value in kept if key in OWN])


def _plain(query: str) -> str:
    """Return a search as it was sent, without anything that is no question of this page."""
    asked: list[tuple[str, Any]] = parse_qsl(query[:4000])
    return urlencode([(key, value) for key, value in asked if key in OWN])
