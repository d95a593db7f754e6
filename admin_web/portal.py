"""The page where people with their own devices sign in: for the networks of the settings alone.

It is no page of staff: it shows none of theirs, and needs no account of theirs, no script and
nothing from elsewhere. The address that asks is who it is about; nothing sent can say another.
"""

from typing import Any, cast

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from admin_web.fields import LONGEST_EMAIL, LONGEST_PASSWORD, stripped
from admin_web.site import here
from safeguard.identity.portal import Outcome, Portal

pages = Blueprint("portal", __name__, url_prefix="/portal")
EXTENSION = "safeguard-portal"

SAYS = {
    Outcome.UNREAD: "Tick that you have read this before you go on.",
    Outcome.WRONG: "The login or the password is not right.",
    Outcome.AWAY: "Passwords cannot be checked just now. Try again in a minute.",
}


class PortalForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A login of the school, its password, and that the notice was read."""

    login = StringField(
        "Your school login",
        filters=[stripped],
        validators=[DataRequired("Give your login."), Length(max=LONGEST_EMAIL)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "Your password",
        validators=[DataRequired("Give your password."), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )
    agreed = BooleanField("I have read this")


class GuestForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """That somebody without an account has read the notice."""

    agreed = BooleanField("I have read this", id="guest-agreed")


@pages.route("", methods=["GET", "POST"])
def sign_in() -> str | Response:
    portal, address = _portal()
    form = PortalForm()
    if form.validate_on_submit():
        outcome = portal.sign_in(
            form.login.data, form.password.data, address, here().clock(), agreed=form.agreed.data
        )
        if outcome is Outcome.SIGNED_IN:
            return redirect(url_for("portal.sign_in"))
        _say(form, outcome)
    return _page(portal, address, form, GuestForm(formdata=None))


@pages.post("/guest")
def guest() -> str | Response:
    portal, address = _portal()
    if not portal.has_guests:
        abort(404)
    form = GuestForm()
    outcome = portal.go_on_as_guest(address, here().clock(), agreed=form.agreed.data)
    if outcome is Outcome.SIGNED_IN:
        return redirect(url_for("portal.sign_in"))
    _say(form, outcome)
    return _page(portal, address, PortalForm(formdata=None), form)


@pages.post("/out")
def sign_out() -> Response:
    portal, address = _portal()
    if portal.sign_out(address, here().clock()):
        flash("You are signed out.", "success")
    return redirect(url_for("portal.sign_in"))


def _portal() -> tuple[Portal, str]:
    """The portal and the address that asks; to other networks there is no such page."""
    portal, address = cast("Portal", current_app.extensions[EXTENSION]), request.remote_addr or ""
    if not portal.serves(address):
        abort(404)
    return portal, address


def _say(form: Any, outcome: Outcome) -> None:
    field = form.agreed if outcome is Outcome.UNREAD else form.password
    field.errors = [*field.errors, SAYS[outcome]]


def _page(portal: Portal, address: str, form: PortalForm, guest_form: GuestForm) -> str:
    return render_template(
        "portal.html",
        form=form,
        guest_form=guest_form,
        portal=portal,
        signed_in_as=portal.at(address, here().clock()),
    )
