"""The filters of the event list, which live in the address so that a view can be kept or shared."""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from admin_web.fields import first_moment, not_before_since, stripped
from admin_web.site import every_group, here
from admin_web.wording import SEVERITIES, tidy
from filter_rules.types import Severity
from safeguard.sources import shipped_themes
from safeguard.store.events import Wanted
from safeguard.store.tokens import keyed

SEVERITY_CHOICES = {"": "Any"} | {
    severity.word: words if severity is Severity.URGENT else f"{words}, or sooner"
    for severity, words in SEVERITIES.items()
    if severity is not Severity.NONE
}
YES_NO = {"yes": True, "no": False}


class FilterForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """What to show. Nothing chosen: all that was flagged."""

    class Meta:
        """Nothing is changed by looking, so no token is needed."""

        csrf = False

    severity = SelectField("How soon", choices=SEVERITY_CHOICES, default="")
    group = SelectField("Group", default="")
    about = SelectField("Theme or category", default="")
    reviewed = SelectField(
        "Reviewed", choices={"": "Either", "no": "Not yet", "yes": "Reviewed"}, default=""
    )
    kept = SelectField(
        "Which events",
        choices={"": "Flagged for you", "all": "All blocks as well"},
        default="",
    )
    text = StringField(
        "Name, site or address",
        filters=[stripped],
        validators=[Length(max=100)],
        render_kw={"autocomplete": "off"},
    )
    words = StringField(
        "Words typed or read",
        filters=[stripped],
        validators=[Length(max=100)],
        render_kw={"autocomplete": "off"},
    )
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional(), not_before_since])
    person = HiddenField(validators=[Length(max=32)])

    def __init__(self, asked: Any) -> None:
        super().__init__(asked)
        self.group.choices = {"": "Any"} | {name: tidy(name) for name in every_group()}
        self.about.choices = _about_choices()

    @property
    def narrows(self) -> bool:
        return any(field.data for field in self)

    def validate_words(self, field: Any) -> None:
        if field.data and not keyed(here().store.vault, field.data):
            raise ValidationError("Give at least one whole word: parts of words are not found.")

    def wanted(self, zone: ZoneInfo) -> Wanted:
        side, _, name = (self.about.data or "").partition(":")
        return Wanted(
            text=self.text.data or "",
            group=self.group.data or "",
            category=name if side == "category" else "",
            theme=name if side == "theme" else "",
            person=self.person.data or "",
            keyed_words=keyed(here().store.vault, self.words.data or ""),
            severity=Severity[(self.severity.data or "none").upper()],
            flagged=None if self.kept.data == "all" else True,
            reviewed=YES_NO.get(self.reviewed.data or ""),
            since=first_moment(self.since.data, zone),
            until=first_moment(self.until.data, zone, days=1),
        )


@cache
def _theme_names() -> tuple[str, ...]:
    return tuple(name.removesuffix(".toml") for name in shipped_themes())


def _about_choices() -> dict[str, str]:
    rules = here().engine.snapshot.rules
    categories = sorted(rules.categories) if rules else ()
    return (
        {"": "Any"}
        | {f"theme:{name}": f"{tidy(name)} (words)" for name in _theme_names()}
        | {f"category:{name}": tidy(name) for name in categories}
    )
