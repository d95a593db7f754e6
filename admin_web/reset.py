"""The one-time link to choose a new password, for someone who forgot theirs.

`safeguard staff reset` makes it. A link that was used, is too old, or never was, is the same 404.
"""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from admin_web.fields import hashed, new_password_field, repeated_field
from admin_web.site import here
from safeguard.store import staff

pages = Blueprint("reset", __name__)


class ResetForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A new password, by someone who was given the link."""

    password = new_password_field("New password")
    repeated = repeated_field("New password again", "password")


@pages.route("/reset/<token>", methods=["GET", "POST"])
def new_password(token: str) -> str | Response:
    site = here()
    owner = staff.of_reset_token(site.store, token, site.clock())
    if owner is None:
        abort(404)
    form = ResetForm()
    if not form.validate_on_submit():
        return render_template("reset.html", form=form, owner=owner)
    password, mark = hashed(form.password.data), uuid.uuid4().hex
    if not staff.use_reset_token(site.store, token, site.clock(), password, mark):
        abort(404)
    flash("Your new password is saved, and every session of yours is ended. Sign in.", "success")
    return redirect(url_for("security.login"))
