"""Your own account: who you are here, and a new password."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_security import login_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import DataRequired

from admin_web.access import open_to
from admin_web.accounts import me
from admin_web.fields import hashed, is_right, new_password_field, repeated_field
from safeguard.core.staff_rights import Deed

pages = Blueprint("account", __name__)


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A new password, by someone who knows the old one."""

    present = PasswordField(
        "Your password now",
        validators=[DataRequired("Type the password you have now.")],
        render_kw={"autocomplete": "current-password"},
    )
    password = new_password_field("New password")
    repeated = repeated_field("New password again", "password")


@pages.route("/account", methods=["GET", "POST"])
@open_to(Deed.OWN_ACCOUNT)
def mine() -> str | Response:
    form = PasswordForm()
    if form.validate_on_submit():
        if is_right(form.present.data, str(me().password)):
            return _changed(form)
        form.present.errors.append("That is not your password.")
    return render_template("account.html", form=form)


def _changed(form: PasswordForm) -> Response:
    """Save the new password, end every session of the account, and begin this one anew."""
    user = me()
    user.password = hashed(form.password.data)
    datastore = current_app.extensions["security"].datastore
    datastore.set_uniquifier(user)
    datastore.put(user)
    login_user(user, authn_via=["password"])
    flash("Your password is changed. You are signed out on every other device.", "success")
    return redirect(url_for("account.mine"))
