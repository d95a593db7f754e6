"""The page "Accounts": who may sign in and as what; roles are given, confirmed and ended here."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from secrets import token_bytes, token_hex
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from admin_web.access import allowed, open_to
from admin_web.accounts import me
from admin_web.audited import actor
from admin_web.fields import email_field, first_moment, hashed, name_field, stripped
from admin_web.site import every_group, here
from admin_web.wording import tidy
from safeguard.core.events import SCHOOL
from safeguard.core.staff_rights import GIVEN, SCOPED, TITLES, Deed, Role
from safeguard.core.staff_roles import Grant, problem_with
from safeguard.store import break_glass, grants, staff
from safeguard.store.grants import RoleError
from safeguard.store.staff import Staff

SHOWN_BACK = timedelta(days=30)

pages = Blueprint("staff_accounts", __name__)


def _why_field(label: str) -> StringField:
    return StringField(
        label,
        description="Stands in the record. Write of no pupil here.",
        filters=[stripped],
        validators=[Length(3, 300, "Say why.")],
        render_kw={"autocomplete": "off"},
    )


class RoleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A role for an account."""

    role = SelectField(
        "Role",
        choices={"": "Choose a role"} | {one.value: TITLES[one] for one in GIVEN},
        validators=[DataRequired("Choose a role.")],
    )
    groups = SelectMultipleField(
        "Groups",
        description="Only for year leads and teachers.",
        option_widget=CheckboxInput(),
    )
    until = DateField("Last day", description="An auditor needs one.", validators=[Optional()])
    why = _why_field("Why")

    def __init__(self) -> None:
        super().__init__()
        self.groups.choices = {name: tidy(name) for name in every_group()}

    def wanted(self) -> Grant:
        site = here()
        role = Role(self.role.data)
        groups = frozenset(self.groups.data) if role in SCOPED else frozenset()
        until = first_moment(self.until.data, site.zone, days=1)
        return Grant(role, SCHOOL, site.clock(), until, groups)


class AccountForm(RoleForm):
    """Someone new, with a first role."""

    name = name_field("Name")
    email = email_field("E-mail address")

    def validate_email(self, field: Any) -> None:
        if staff.by_email(here().store, field.data):
            raise ValidationError("There is an account with this e-mail address already.")


class WhyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Why a role ends or an account is closed."""

    why = _why_field("Why")


@pages.get("/accounts")
@open_to(Deed.MANAGE_ACCOUNTS, Deed.CONFIRM_ROLES)
def listing() -> str:
    site = here()
    now = site.clock()
    accounts = staff.all_staff(site.store)
    held: dict[int, list[grants.Given]] = {one.id: [] for one in accounts}
    for one in grants.listed(site.store, now):
        held[one.staff].append(one)
    return render_template(
        "accounts.html",
        accounts=accounts,
        held=held,
        names={one.id: one.name for one in accounts},
        waiting=[one for given in held.values() for one in given if one.waits],
        broken=break_glass.live(site.store, now),
        past=break_glass.latest(site.store, now - SHOWN_BACK),
        manages=allowed(Deed.MANAGE_ACCOUNTS),
        confirms=allowed(Deed.CONFIRM_ROLES),
        titles=TITLES,
        me=me().id,
    )


@pages.route("/accounts/add", methods=["GET", "POST"])
@open_to(Deed.MANAGE_ACCOUNTS)
def add() -> str | Response:
    form = AccountForm()
    if not form.validate_on_submit() or not _may_be_given(form):
        return render_template("account_add.html", form=form, account=None)
    site = here()
    made = staff.create(
        site.store,
        {
            "email": form.email.data,
            "name": form.name.data,
            "password": hashed(token_hex(32)),  # nobody knows it: their link lets them choose one
            "active": True,
            "fs_uniquifier": uuid.uuid4().hex,
            "roles": (),
            "created_at": site.clock(),
        },
        actor(),
    )
    given = grants.give(site.store, made.id, form.wanted(), form.why.data, me().id, actor())
    token = staff.new_reset_token(site.store, made.id, site.clock(), token_bytes(32), actor())
    link = url_for("reset.new_password", token=token, _external=True)
    return render_template("account_link.html", account=made, link=link, waits=given.waits)


@pages.route("/accounts/<int:staff_id>/role", methods=["GET", "POST"])
@open_to(Deed.MANAGE_ACCOUNTS)
def give(staff_id: int) -> str | Response:
    account, form = _account(staff_id), RoleForm()
    if form.validate_on_submit():
        try:
            given = grants.give(
                here().store, staff_id, form.wanted(), form.why.data, me().id, actor()
            )
        except RoleError as error:
            form.form_errors.append(str(error))
        else:
            waits = "It waits for the head or another lead." if given.waits else "It counts now."
            flash(f"The role is noted. {waits}", "success")
            return redirect(url_for("staff_accounts.listing"))
    return render_template("account_add.html", form=form, account=account)


@pages.post("/accounts/roles/<int:grant_id>/confirm")
@open_to(Deed.CONFIRM_ROLES)
def confirm(grant_id: int) -> Response:
    try:
        grants.confirm(here().store, grant_id, me().id, actor())
    except RoleError as error:
        flash(str(error), "info")
    else:
        flash("The role is confirmed and counts now. All leads are told.", "success")
    return redirect(url_for("staff_accounts.listing"))


@pages.route("/accounts/roles/<int:grant_id>/end", methods=["GET", "POST"])
@open_to(Deed.MANAGE_ACCOUNTS, Deed.CONFIRM_ROLES)
def end(grant_id: int) -> str | Response:
    found = [one for one in grants.listed(here().store, here().clock()) if one.id == grant_id]
    if not found:
        abort(404)
    one = found[0]

    def go(why: str) -> None:
        grants.end(here().store, grant_id, why, me().id, actor())

    title = f"End the role of {TITLES[one.grant.role].lower()}"
    return _ended(title, _account(one.staff), "The role has ended.", go)


@pages.route("/accounts/<int:staff_id>/close", methods=["GET", "POST"])
@open_to(Deed.MANAGE_ACCOUNTS)
def close(staff_id: int) -> str | Response:
    account = _account(staff_id)

    def go(why: str) -> None:
        staff.close(here().store, staff_id, why, me().id, actor())

    return _ended("Close the account", account, "The account is closed.", go)


def _ended(title: str, account: Staff, done: str, go: Callable[[str], None]) -> str | Response:
    form = WhyForm()
    if form.validate_on_submit():
        try:
            go(form.why.data)
        except RoleError as error:
            form.form_errors.append(str(error))
        else:
            flash(done, "success")
            return redirect(url_for("home.front"))
    return render_template("account_end.html", form=form, title=title, account=account)


def _may_be_given(form: RoleForm) -> bool:
    problem = problem_with(form.wanted(), (), here().clock())
    if problem:
        form.form_errors.append(problem)
    return not problem


def _account(staff_id: int) -> Staff:
    found = staff.by_id(here().store, staff_id)
    if found is None or not found.active:
        abort(404)
    return found
