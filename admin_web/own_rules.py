"""My rules: what the school itself blocks and allows, with a preview before and a history after.

A rule is never for everyone by omission: whom it is for is always chosen.
"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from admin_web.access import open_to
from admin_web.accounts import me
from admin_web.audited import actor
from admin_web.fields import stripped
from admin_web.paging import Paging, asked_page
from admin_web.rehearsal import effects_of
from admin_web.site import here
from filter_rules.overlay import canonical_entry
from safeguard.core.staff_rights import Deed
from safeguard.core.types import Action
from safeguard.loading import school_groups
from safeguard.store import overlay
from safeguard.store.overlay import OwnEntry

EVERYONE = "everyone"
MOST_REMOVED = 500

pages = Blueprint("own_rules", __name__)


class RuleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """One address, what to do with it, for whom, and why."""

    address = StringField(
        "Address",
        description="A site, such as example.com (with all below it), or one part of it, "
        "such as example.com/games",
        filters=[stripped],
        validators=[DataRequired("Give an address."), Length(max=1000)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"},
    )
    action = RadioField(
        "What should happen",
        choices={Action.BLOCK.value: "Block it", Action.ALLOW.value: "Allow it"},
        validators=[InputRequired("Choose block or allow.")],
    )
    groups = SelectMultipleField(
        "For whom",
        description="Choose every group that this is for. Nothing is chosen for you.",
        validators=[InputRequired("Choose whom this is for.")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = StringField(
        "Why",
        description="Colleagues, governors and inspectors read this.",
        filters=[stripped],
        validators=[DataRequired("Give the reason."), Length(max=500)],
        render_kw={"autocomplete": "off"},
    )

    def validate_address(self, field: Any) -> None:
        spelt = canonical_entry(field.data)
        if spelt is None:
            raise ValidationError(
                "That is not an address. Example: example.com or example.com/games"
            )
        field.data = spelt

    def validate_groups(self, field: Any) -> None:
        if EVERYONE in field.data and len(field.data) > 1:
            raise ValidationError("Choose either everyone, or some groups.")

    @property
    def for_groups(self) -> frozenset[str]:
        """The groups as the store keeps them: none means everyone."""
        return frozenset(self.groups.data) - {EVERYONE}


@pages.get("/rules")
@open_to(Deed.CHANGE_RULES)
def listing() -> str:
    text = request.args.get("text", "").strip()[:100]
    history = request.args.get("history") == "yes"
    found = [rule for rule in _all(history=history) if _holds(rule, text)]
    paging = Paging(asked_page(), total=len(found))
    shown = found[paging.offset : paging.offset + paging.size]
    return render_template("rules.html", rules=shown, paging=paging, text=text, history=history)


def _all(*, history: bool) -> list[OwnEntry]:
    store = here().store
    return overlay.in_force(store) + (overlay.removed(store, MOST_REMOVED) if history else [])


def _holds(rule: OwnEntry, text: str) -> bool:
    wanted = text.casefold()
    return any(wanted in part.casefold() for part in (rule.address, rule.reason, rule.added_by))


@pages.route("/rules/add", methods=["GET", "POST"])
@open_to(Deed.CHANGE_RULES)
def add() -> str | Response:
    form = _form()
    step = request.form.get("step", "")
    if step == "change" or not form.validate_on_submit():
        return render_template("rule_add.html", form=form, effects=())
    if step != "save":
        effects = effects_of(form.address.data, Action(form.action.data), form.for_groups)
        return render_template("rule_add.html", form=form, effects=effects)
    site = here()
    overlay.add(
        site.store,
        form.address.data,
        Action(form.action.data),
        form.for_groups,
        form.reason.data,
        me().email,
        site.clock(),
        actor(),
    )
    flash(f"The rule for {form.address.data} is saved, and in force within a second.", "success")
    return redirect(url_for("own_rules.listing"))


def _form() -> RuleForm:
    form = RuleForm()
    form.groups.choices = {
        **{
            name: f"{name.capitalize()} – {says}"
            for name, says in school_groups(here().store).items()
        },
        EVERYONE: "Everyone – all of these groups, staff too",
    }
    if request.method == "GET":
        form.address.data = request.args.get("address", "")[:1000]
    return form


@pages.post("/rules/<int:rule_id>/remove")
@open_to(Deed.CHANGE_RULES)
def remove(rule_id: int) -> Response:
    site = here()
    if not overlay.remove(site.store, rule_id, me().email, site.clock(), actor()):
        abort(404)
    flash("The rule is removed. It stays in the history.", "success")
    return redirect(url_for("own_rules.listing"))
