"""What the safeguarding lead sees: today's counts, the list with its filters, one event, reviews."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from admin_web.access import allowed, demand, open_to, reach
from admin_web.accounts import me
from admin_web.audited import viewed, viewed_list
from admin_web.event_filter import FilterForm
from admin_web.event_view import Shown, shown
from admin_web.fields import stripped
from admin_web.live import numbers
from admin_web.new_concerns import new_concerns
from admin_web.paging import same_list
from admin_web.site import here
from admin_web.wording import local
from filter_rules.types import Severity
from safeguard.core.staff_rights import Deed
from safeguard.store import events, reviews
from safeguard.store.events import StoredEvent, Wanted

PAGE_SIZE = 25
COUNTED_TO = 100
LONGEST_ID = 36

pages = Blueprint("events", __name__)


class Outcome(StrEnum):
    """What a review concludes. Each has its words in OUTCOMES."""

    ACTED = "acted"
    NO_ACTION = "no-action"
    NO_CONCERN = "no-concern"
    WRONG_PUPIL = "wrong-pupil"


OUTCOMES = {
    Outcome.ACTED: "Real: we acted",
    Outcome.NO_ACTION: "Real: no action needed",
    Outcome.NO_CONCERN: "Not a concern",
    Outcome.WRONG_PUPIL: "Wrong pupil",
}


class ReviewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """What the reader concluded. "Act now" needs words as well."""

    outcome = RadioField(
        "What did you conclude?",
        choices={key.value: words for key, words in OUTCOMES.items()},
        validators=[InputRequired("Choose what you concluded.")],
    )
    note = TextAreaField(
        "Note",
        description="What you did and whom you spoke to. Required where it says “Act now”.",
        filters=[stripped],
        validators=[Length(max=5000)],
        render_kw={"rows": 5, "autocomplete": "off"},
    )

    def __init__(self, severity: Severity) -> None:
        super().__init__()
        self.severity = severity

    def validate_note(self, field: Any) -> None:
        if self.severity is Severity.URGENT and not field.data:
            raise ValidationError("Write a note: this event said “Act now”.")


@pages.get("/events")
@open_to(Deed.SEE_CONCERNS)
def today() -> str:
    site = here()
    form = FilterForm(request.args)
    valid = form.validate()
    cut = reach(Deed.SEE_CONCERNS).cut
    wanted = form.wanted(site.zone) if valid else Wanted(flagged=True)
    wanted = replace(wanted, within=cut)
    before = _before()
    page = events.search(site.store, wanted, before, PAGE_SIZE)
    viewed_list(
        "events",
        (one.event.id for one in page.events),
        people=sorted({one.event.person for one in page.events if one.event.person}),
    )
    return render_template(
        "today.html",
        form=form,
        narrowed=valid and form.narrows,
        events=shown(site.store, page.events),
        older=same_list("before", page.older) if page.older else "",
        newest=same_list("before"),
        looked_through=events.LOOKED_THROUGH if page.cut else 0,
        before=before,
        counts=_counts(site.clock(), cut),
        now=site.clock(),
        concerns=[] if form.narrows or before else new_concerns(cut),
        waiting=numbers(cut),
    )


def _before() -> str:
    """The event that the page shown starts after; it is an id of ours or nothing."""
    text = request.args.get("before", "")
    is_id = len(text) <= LONGEST_ID and text.replace("-", "").isalnum() and text.isascii()
    return text if is_id else ""


def _counts(now: datetime, cut: frozenset[str] | None) -> dict[str, tuple[int, bool]]:
    """How many wait, and how many of today's are done: each counted to a hundred, then "more"."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {
        "urgent": Wanted(flagged=True, reviewed=False, severity=Severity.URGENT),
        "new": Wanted(flagged=True, reviewed=False),
        "reviewed": Wanted(flagged=True, reviewed=True, since=midnight),
    }
    found = {
        name: events.search(here().store, replace(wanted, within=cut), limit=COUNTED_TO)
        for name, wanted in asked.items()
    }
    return {name: (len(page.events), bool(page.older)) for name, page in found.items()}


@pages.get("/events/code")
@open_to(Deed.SEE_CONCERNS)
def by_reference() -> Response:
    code = request.args.get("code", "")[:40]
    found = events.by_reference(here().store, code)
    if found is not None and not allowed(Deed.SEE_CONCERNS, found.event.group):
        found = None  # nobody learns by asking that there is such an event elsewhere
    viewed("searched", "event", "" if found is None else found.event.id, code=code)
    if found is None:
        flash(
            "No event has that code. Check its letters; a page blocked only for an advert has none.",
            "info",
        )
        return redirect(url_for("events.today"))
    return redirect(url_for("events.one", event_id=found.event.id))


@pages.route("/events/<uuid:event_id>", methods=["GET", "POST"])
@open_to(Deed.SEE_CONCERNS)
def one(event_id: Any) -> str | Response:
    stored = _found(str(event_id))
    form = ReviewForm(stored.event.severity)
    may_review = allowed(Deed.REVIEW, stored.event.group)
    if form.validate_on_submit():
        demand(Deed.REVIEW, stored.event.group)
        _review(stored, form.outcome.data, form.note.data)
        flash("The review is saved.", "success")
        return redirect(url_for("events.one", event_id=event_id))
    site = here()
    viewed("viewed", "event", stored.event.id, person=stored.event.person)
    return render_template(
        "event.html",
        shown=_shown(stored),
        event=stored.event,
        reviewed=stored.reviewed,
        reviews=list(reversed(reviews.of(site.store, stored.event.id))),
        form=form if may_review else None,
        reviewed_words=reviewed_words,
    )


@pages.post("/events/<uuid:event_id>/undo")
@open_to(Deed.SEE_CONCERNS)
def undo(event_id: Any) -> Response:
    stored, site = _found(str(event_id)), here()
    demand(Deed.REVIEW, stored.event.group)
    if reviews.reopen(site.store, stored.event.id, me().id, site.clock()):
        flash("The review is undone: the event waits for a review again.", "success")
    return redirect(url_for("events.one", event_id=event_id))


def reviewed_words(outcome: str) -> str:
    if outcome == reviews.UNDONE:
        return "Review undone"
    return OUTCOMES[Outcome(outcome)] if outcome in set(Outcome) else outcome


def _found(event_id: str) -> StoredEvent:
    stored = events.event(here().store, event_id)
    if stored is None:
        abort(404)
    demand(Deed.SEE_CONCERNS, stored.event.group, otherwise=404)
    return stored


def _shown(stored: StoredEvent) -> Shown:
    return shown(here().store, [stored])[0]


def _review(stored: StoredEvent, outcome: str, note: str) -> None:
    site = here()
    reviews.add(site.store, stored.event.id, me().id, outcome, note or "", site.clock())
