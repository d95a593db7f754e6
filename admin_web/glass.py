"""Breaking the glass: a technician says why, sees what the lead sees for a while, and ends it."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from admin_web.access import allowed, open_to
from admin_web.accounts import me
from admin_web.audited import actor
from admin_web.fields import stripped
from admin_web.site import here
from admin_web.wording import stamp
from safeguard.core.staff_rights import Deed
from safeguard.store import break_glass
from safeguard.store.break_glass import SHORTEST_WHY, Broken
from safeguard.store.grants import RoleError

MINUTES = {30: "30 minutes", 60: "1 hour", 120: "2 hours"}

pages = Blueprint("glass", __name__)


class GlassForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Why, and for how long."""

    why = TextAreaField(
        "What happened, and why can no lead look?",
        description="The leads read this at once. Do not put a pupil’s name here if you can help it.",
        filters=[stripped],
        validators=[
            Length(SHORTEST_WHY, 1000, "Say in a sentence what happened and why no lead can look.")
        ],
        render_kw={"rows": 4, "autocomplete": "off"},
    )
    minutes = SelectField(
        "For how long",
        choices={str(key): words for key, words in MINUTES.items()},
        coerce=int,
        default=30,
    )


@pages.route("/break-glass", methods=["GET", "POST"])
@open_to(Deed.BREAK_GLASS)
def ask() -> str | Response:
    form = GlassForm()
    if form.validate_on_submit():
        lasts = timedelta(minutes=form.minutes.data)
        try:
            broken = break_glass.start(here().store, me().id, form.why.data, lasts, actor())
        except RoleError as error:
            form.form_errors.append(str(error))
        else:
            told = (
                "The leads were told."
                if broken.told_at
                else "Nobody could be told: there is no contact. Tell a lead yourself, now."
            )
            flash(f"The glass is broken until {stamp(broken.until)}. {told}", "info")
            return redirect(url_for("events.today"))
    return render_template("break_glass.html", form=form)


@pages.post("/break-glass/<int:glass_id>/end")
@open_to(Deed.BREAK_GLASS, Deed.CONFIRM_ROLES)
def finish(glass_id: int) -> Response:
    """End it: one's own, or (the head and the leads) anyone's."""
    own = mine()
    if not allowed(Deed.CONFIRM_ROLES) and (own is None or own.id != glass_id):
        abort(404)
    if break_glass.end(here().store, glass_id, me().id, actor()):
        flash("The glass is mended: safeguarding content is closed again.", "success")
    return redirect(url_for("home.front"))


def mine() -> Broken | None:
    """The broken glass of who is signed in, where there is one."""
    live = break_glass.live(here().store, here().clock(), me().id)
    return live[0] if live else None
