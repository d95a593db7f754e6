"""People and devices: who is behind an address, typed one by one or brought in from a file."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from admin_web.access import open_to
from admin_web.audited import actor, viewed_list
from admin_web.fields import LONGEST_NAME, stripped
from admin_web.paging import Paging, asked_page
from admin_web.site import here
from safeguard.core.staff_rights import Deed
from safeguard.loading import school_groups
from safeguard.people_file import COLUMNS, records_of
from safeguard.store import people
from safeguard.store.people import PeopleImport
from safeguard.store.people_records import PersonRecord, canonical_address

pages = Blueprint("people", __name__)


class DeviceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A device, and the person who usually uses it."""

    address = StringField(
        "IP address",
        description="As the filter sees it, such as 10.20.0.5",
        filters=[stripped],
        validators=[DataRequired("Give the device’s IP address."), Length(max=45)],
        render_kw={"autocomplete": "off"},
    )
    name = StringField(
        "What staff call the device",
        description="Such as “Library laptop 3”",
        filters=[stripped],
        validators=[DataRequired("Give the device a name."), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )
    person = StringField(
        "Its usual user, if it has one",
        description="The name as the school writes it. Leave it empty for a shared device.",
        filters=[stripped],
        validators=[Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )
    group = SelectField("Group", description="Says which rules apply.")

    def validate_address(self, field: Any) -> None:
        if canonical_address(field.data) is None:
            raise ValidationError("That is not an IP address. Example: 10.20.0.5")


class FileForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """A CSV file of people and devices."""

    file = FileField("CSV file", validators=[FileRequired("Choose a file.")])


@pages.get("/people")
@open_to(Deed.KEEP_REGISTER)
def listing() -> str:
    store = here().store
    text = request.args.get("text", "").strip()[:100]
    paging = Paging(asked_page())
    found = people.devices(store, text, paging.size + 1, paging.offset)
    paging = paging.followed(len(found) > paging.size)
    shown = found[: paging.size]
    users = {one.person for one in shown if one.person}
    viewed_list("devices", (one.id for one in shown), people=sorted(users))
    names = people.names(store, users)
    groups = {one.id: here().engine.subject_at(one.address).group for one in shown}
    return render_template(
        "people.html", devices=shown, names=names, groups=groups, paging=paging, text=text
    )


@pages.route("/people/add", methods=["GET", "POST"])
@open_to(Deed.KEEP_REGISTER)
def add() -> str | Response:
    form = DeviceForm()
    form.group.choices = {name: name.capitalize() for name in school_groups(here().store)}
    if not form.validate_on_submit():
        return render_template("device_add.html", form=form)
    store = here().store
    if form.person.data:
        record = PersonRecord(
            1, form.person.data, form.group.data, form.address.data, form.name.data
        )
        people.import_people(store, [record], "one device", actor=actor())
    else:
        people.add_device(
            store, form.address.data, form.name.data, group=form.group.data, actor=actor()
        )
    flash(f"The device at {form.address.data} is saved.", "success")
    return redirect(url_for("people.listing"))


@pages.post("/people/<device_id>/remove")
@open_to(Deed.KEEP_REGISTER)
def remove(device_id: str) -> Response:
    people.remove_device(here().store, device_id, actor())
    flash("The device is removed. Its address now counts as unidentified.", "success")
    return redirect(url_for("people.listing"))


@pages.route("/people/import", methods=["GET", "POST"])
@open_to(Deed.KEEP_REGISTER)
def bring_in() -> str:
    form = FileForm()
    outcome = _brought_in(form) if form.validate_on_submit() else None
    return render_template(
        "import.html",
        form=form,
        outcome=outcome,
        columns=COLUMNS,
        groups=tuple(school_groups(here().store)),
    )


def _brought_in(form: FileForm) -> PeopleImport:
    records, problems = records_of(form.file.data.read())
    if problems:
        return PeopleImport(problems=problems)
    return people.import_people(
        here().store, records, groups=tuple(school_groups(here().store)), actor=actor()
    )
