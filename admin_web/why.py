"""The page "Why?": what the filter would do with an address, for whom, and every rule it weighed.

It asks the same engine as the proxy and the command line, so it cannot tell another story.
Nothing asked here is recorded as anyone's visit.
"""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from admin_web.access import allowed, open_to
from admin_web.accounts import me
from admin_web.audited import actor, viewed
from admin_web.fields import stripped
from admin_web.site import every_group, here
from filter_rules.hosts import is_address
from safeguard.asking import Questions
from safeguard.core import explain
from safeguard.core.explanations import Explanation
from safeguard.core.staff_rights import Deed
from safeguard.core.types import Channel, Subject, Target, Verdict
from safeguard.problems import UnusableError

LONGEST_ASKED = 2048

pages = Blueprint("why", __name__)


class WhyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """An address, and who asks for it. Sent by GET: the question is in the link."""

    class Meta:
        """Nothing is changed by asking, so no token is needed."""

        csrf = False

    address = StringField(
        "Address",
        description="A site or a whole link, such as example.com or https://example.com/page",
        filters=[stripped],
        validators=[DataRequired("Give an address."), Length(max=LONGEST_ASKED)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"},
    )
    group = SelectField("Who asks", validate_choice=True)
    device = StringField(
        "Or a device’s IP address",
        description="If given, the filter says who that is, as it does for real traffic.",
        filters=[stripped],
        validators=[Length(max=45)],
        render_kw={"autocomplete": "off"},
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """The explanation of one question, as the page shows it."""

    target: Target
    explained: Explanation

    @property
    def subject(self) -> Subject:
        return self.explained.subject

    @property
    def verdict(self) -> Verdict:
        return self.explained.verdict

    @property
    def address(self) -> str:
        return explain.shown(self.explained.address, self.verdict)

    @property
    def because(self) -> str:
        return explain.because(self.verdict)

    @property
    def sentences(self) -> list[str]:
        return explain.sentences(self.verdict)


@pages.get("/why")
@open_to(Deed.ASK_WHY)
def ask() -> str:
    form = WhyForm(request.args)
    form.group.choices = {name: name.capitalize() for name in every_group()}
    if not form.group.data:
        form.group.data = every_group()[0]
    answer = _answer(form) if "address" in request.args and form.validate() else None
    return render_template(
        "why.html", form=form, answer=answer, may_change=allowed(Deed.CHANGE_RULES)
    )


def questions() -> Questions:
    """What asks the judge for whoever is signed in."""
    site = here()
    return Questions(site.engine, site.store, f"{me().email}, on this site", actor().who)


def _answer(form: WhyForm) -> Answer | None:
    engine = here().engine
    target = engine.target_of(form.address.data, Channel.TESTER)
    if target is None:
        form.address.errors = ["That is not an address. Example: example.com/page"]
        return None
    if form.device.data:
        if not is_address(form.device.data):
            form.device.errors = ["That is not an IP address. Example: 10.20.3.4"]
            return None
        subject = engine.subject_at(form.device.data)
    else:
        subject = Subject(form.group.data)
    try:
        explained = questions().explain(subject, target, here().clock())
    except UnusableError as error:
        form.address.errors = [str(error)]
        form.address.data = ""
        return None
    if explained.withheld:
        form.address.data = ""  # the page names it nowhere, and the question is in the chain
    else:
        viewed("asked", "address", group=subject.group, **_asked(form))
    return Answer(target, explained)


def _asked(form: WhyForm) -> dict[str, str]:
    return {"address": form.address.data, "device": form.device.data or ""}
