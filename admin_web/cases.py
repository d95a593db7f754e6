"""Cases: the list with what is due, opening one, one in full, choosing concerns for it, its file."""

import io
from dataclasses import replace
from datetime import timedelta
from os import urandom
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from admin_web import case_access, case_view
from admin_web.access import open_to
from admin_web.accounts import me
from admin_web.audited import actor, viewed, viewed_list
from admin_web.case_view import SEVERITY_CHOICES
from admin_web.confirming import CaseExportForm
from admin_web.fields import first_moment, stripped
from admin_web.paging import same_list
from admin_web.site import here
from admin_web.wording import midnight
from filter_rules.types import Severity
from safeguard.case_files.exporting import Wish, export
from safeguard.case_files.pages import pdf_of
from safeguard.core.concerns import Known, Standing
from safeguard.core.events import new_event_id
from safeguard.core.staff_rights import Deed
from safeguard.problems import UnusableError
from safeguard.store import case_actions, case_lists, case_readers, cases, people, staff
from safeguard.store.case_changes import CaseRefusedError
from safeguard.store.case_content import content
from safeguard.store.case_lists import Case, WantedCases
from safeguard.store.cases import LONGEST_TITLE, Opening
from safeguard.store.concern_pages import ListedConcern, WantedConcerns, listed

PAGE_SIZE = 25
SOON = timedelta(days=7)
STATES = {"open": "Open", "closed": "Closed", "": "All"}
EVERY = (*(one.value for one in Standing), "in a class's line")
HIDDEN = "Restricted: its title is for its readers"

pages = Blueprint("cases", __name__)


class OpeningForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """What a case begins with."""

    person = StringField(
        "Pupil’s full name",
        description="As the school writes it. More pupils can be added later.",
        filters=[stripped],
        validators=[Length(max=100)],
        render_kw={"autocomplete": "off"},
    )
    title = StringField(
        "What the case is about",
        description="Such as “Worried about home”. Only who may read the case sees it.",
        filters=[stripped],
        validators=[
            DataRequired("Say in a few words what the case is about."),
            Length(max=LONGEST_TITLE),
        ],
        render_kw={"autocomplete": "off"},
    )
    severity = SelectField("How soon", choices=SEVERITY_CHOICES, coerce=int, default=2)
    due = DateField("Look at it again on", validators=[Optional()])


@pages.get("/cases")
@open_to(Deed.HANDLE_CASES)
def listing() -> str:
    site = here()
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    force = case_access.may_force()
    wanted = WantedCases(state=state, reader=None if force else me().id)
    if request.args.get("whose") == "mine":
        wanted = replace(wanted, owner=me().id)
    before = request.args.get("before", "")
    page = case_lists.cases(site.store, wanted, before, PAGE_SIZE)
    shown = _masked(page.cases)
    viewed_list("cases", (one.id for one in shown))
    return render_template(
        "cases.html",
        cases=shown,
        hidden=HIDDEN,
        state=state,
        states=STATES,
        mine=wanted.owner is not None,
        older=same_list("before", page.older) if page.older else "",
        newest=same_list("before"),
        before=before,
        names=staff.names(site.store),
        actions=case_actions.waiting(site.store, me().id, site.clock() + SOON),
        today=midnight(site.clock()),
        me=me().id,
    )


def _masked(found: tuple[Case, ...]) -> list[Case]:
    """Hide the titles of cases that are restricted to others."""
    readers = case_readers.readers(here().store, [one.id for one in found])
    mine = me().id
    return [
        one
        if one.id not in readers or mine in readers[one.id] or mine == one.owner
        else replace(one, title=HIDDEN, people=0, concerns=0)
        for one in found
    ]


@pages.route("/cases/open", methods=["GET", "POST"])
@open_to(Deed.HANDLE_CASES)
def begin() -> str | Response:
    """Open a case: about a pupil named, or the one that a link brings, with a concern or without."""
    site = here()
    form = OpeningForm()
    concern = request.args.get("concern", "")
    person = people.person(site.store, request.args.get("person", "")[:32])
    if person is not None:
        del form.person
    if form.validate_on_submit():
        chosen = [person.id] if person else _person_named(form, needed=not concern)
        if chosen is not None:
            opening = Opening(
                title=form.title.data,
                severity=Severity(form.severity.data),
                concerns=[concern] if concern else [],
                people=chosen,
                due_at=first_moment(form.due.data, site.zone),
            )
            try:
                now = site.clock()
                fresh = new_event_id(now, urandom(10))
                cases.open_case(site.store, opening, me().id, now, fresh)
            except CaseRefusedError as error:
                form.form_errors.append(str(error))
            else:
                flash("The case is open, and you have it.", "success")
                return redirect(url_for("cases.one", case_id=fresh))
    if person is not None:
        viewed("viewed", "person", person.id, person=person.id)
    return render_template("case_open.html", form=form, person=person, concern=concern)


def _person_named(form: OpeningForm, *, needed: bool) -> list[str] | None:
    """Return the pupil of the name that was typed; None where that is not one."""
    if not form.person.data and not needed:
        return []
    named = people.find_by_name(here().store, form.person.data or "")
    if len(named) == 1:
        return [named[0].id]
    says = (
        f"{len(named)} people on record have this name: open the case from the pupil’s page."
        if named
        else "Nobody on record has this name."
    )
    form.person.errors = [*form.person.errors, says]
    return None


@pages.get("/cases/<uuid:case_id>")
@open_to(Deed.HANDLE_CASES)
def one(case_id: Any) -> str:
    case = case_lists.case(here().store, str(case_id))
    if case is not None and not case_access.readable(case) and case_access.may_force():
        viewed("viewed", "restricted case", case.id)
        names = staff.names(here().store)
        return render_template("case_closed_off.html", case=case, names=names)
    return case_view.render(case_access.found(case_id))


@pages.get("/cases/<uuid:case_id>/concerns")
@open_to(Deed.HANDLE_CASES)
def choose(case_id: Any) -> str:
    """Show the concerns of the case's pupils that are not in it, to put some in."""
    site = here()
    case = case_access.found(case_id)
    whole = content(site.store, case.id, most=0)
    there = {one.id for one in whole.concerns if not one.taken_out_at} if whole else set()
    found: list[tuple[str, ListedConcern]] = []
    for pupil in whole.people if whole else ():
        wanted = WantedConcerns(standing=EVERY, subject=pupil.id)
        page = listed(site.store, wanted, site.clock(), actor(), limit=PAGE_SIZE)
        found += [
            (pupil.name, concern)
            for concern in page.concerns
            if concern.id not in there and concern.subject_kind == Known.PERSON
        ]
    viewed("viewed", "case", case.id, people=[one.id for one in whole.people] if whole else [])
    return render_template("case_choose.html", case=case, found=found, about=case_view.about)


@pages.route("/cases/<uuid:case_id>/export", methods=["GET", "POST"])
@open_to(Deed.HANDLE_CASES)
def take_out(case_id: Any) -> str | Response:
    """Hand the case out as a signed zip, to who says what for and types their password."""
    site = here()
    case = case_access.found(case_id)
    form = CaseExportForm()
    if form.validate_on_submit():
        wish = Wish(
            case_id=case.id,
            by=me().id,
            by_name=me().name,
            why=form.why.data,
            how="the site",
            at=site.clock(),
            school=site.settings.school.name,
        )
        try:
            draw = pdf_of if form.pdf.data else None
            made = export(site.store, site.settings.data, wish, site.zone, draw)
        except UnusableError as error:
            form.form_errors.append(str(error))
        else:
            assert made is not None, "found above"  # noqa: S101  no case is ever deleted here
            return send_file(
                io.BytesIO(made.content),
                mimetype="application/zip",
                as_attachment=True,
                download_name=made.name,
            )
    viewed("viewed", "case", case.id)
    return render_template("case_export.html", case=case, form=form)
