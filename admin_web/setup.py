"""The one-time link of the first start: it makes the first two accounts, then opens nothing."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from admin_web.fields import (
    email_field,
    hashed,
    name_field,
    new_password_field,
    repeated_field,
)
from admin_web.site import here
from safeguard.core.audit import Actor
from safeguard.core.staff_rights import Role
from safeguard.store import staff

pages = Blueprint("setup", __name__)


class SetupForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Two people, two roles."""

    lead_name = name_field("Name of the safeguarding lead")
    lead_email = email_field("E-mail address of the safeguarding lead")
    lead_password = new_password_field("Password for the safeguarding lead")
    lead_repeated = repeated_field("The same password again", "lead_password")
    technician_name = name_field("Name of the technician")
    technician_email = email_field("E-mail address of the technician")
    technician_password = new_password_field("Password for the technician")
    technician_repeated = repeated_field("The same password again", "technician_password")

    def validate_lead_email(self, field: Any) -> None:
        _must_be_free(field.data)

    def validate_technician_email(self, field: Any) -> None:
        if field.data and field.data.lower() == (self.lead_email.data or "").lower():
            raise ValidationError("The two roles need two accounts: give another address.")
        _must_be_free(field.data)

    def validate_technician_password(self, field: Any) -> None:
        if field.data and field.data == self.lead_password.data:
            raise ValidationError("Each account needs a password of its own.")


def _must_be_free(email: str) -> None:
    if staff.by_email(here().store, email):
        raise ValidationError("There is an account with this e-mail address already.")


@pages.route("/setup/<token>", methods=["GET", "POST"])
def first_accounts(token: str) -> str | Response:
    site = here()
    if not staff.is_setup_token(site.store, token, site.clock()):
        abort(404)
    form = SetupForm()
    if not form.validate_on_submit():
        return render_template("setup.html", form=form)
    if not staff.use_setup_token(site.store, token, site.clock()):
        abort(404)
    _create(Role.LEAD, form.lead_name.data, form.lead_email.data, form.lead_password.data)
    _create(
        Role.TECHNICIAN,
        form.technician_name.data,
        form.technician_email.data,
        form.technician_password.data,
    )
    flash("Both accounts are ready. Sign in with yours.", "success")
    return redirect(url_for("security.login"))


def _create(role: Role, name: str, email: str, password: str) -> None:
    site = here()
    staff.create(
        site.store,
        {
            "email": email,
            "name": name,
            "password": hashed(password),
            "active": True,
            "fs_uniquifier": uuid.uuid4().hex,
            "roles": (role.value,),
            "created_at": site.clock(),
        },
        Actor("set-up link", site.clock()),
    )
