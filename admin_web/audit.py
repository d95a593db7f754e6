"""The page "Audit": who looked at what and who changed what, and whether that record is whole."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from admin_web.access import allowed, open_to
from admin_web.audit_view import DEEDS, lines
from admin_web.audited import viewed_list
from admin_web.fields import first_moment, not_before_since, stripped
from admin_web.paging import same_list
from admin_web.site import here
from safeguard.core.staff_rights import Deed
from safeguard.store import people, staff
from safeguard.store.audit import VERIFIED
from safeguard.store.audit_search import WantedRows, last_look, search

PAGE_SIZE = 50
LONGEST_ROW = 18

pages = Blueprint("audit", __name__)


class AuditForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """Which rows to show. Nothing chosen: all."""

    class Meta:
        """Nothing is changed by looking, so no token is needed."""

        csrf = False

    who = SelectField("Who did it", default="")
    deed = SelectField("What was done", default="")
    pupil = StringField(
        "Whose data (full name)",
        filters=[stripped],
        validators=[Length(max=100)],
        render_kw={"autocomplete": "off"},
    )
    since = DateField("From", validators=[Optional()])
    until = DateField("To", validators=[Optional(), not_before_since])

    def __init__(self, asked: Any, *, names: bool) -> None:
        super().__init__(asked)
        if not names:
            del self.pupil
        accounts = {f"staff:{one.id}": one.name for one in staff.all_staff(here().store)}
        self.who.choices = {"": "Anybody", **accounts, "command:*": "Anybody, by command"}
        self.who.choices["safeguard"] = "Safeguard itself"
        deeds = sorted((words, "/".join(deed)) for deed, words in DEEDS.items())
        self.deed.choices = {"": "Anything"} | {deed: words for words, deed in deeds}
        self.ids: frozenset[str] = frozenset()

    def validate_pupil(self, field: Any) -> None:
        if field.data:
            self.ids = frozenset(one.id for one in people.find_by_name(here().store, field.data))
            if not self.ids:
                raise ValidationError("Nobody on record has this name.")

    @property
    def narrows(self) -> bool:
        return any(field.data for field in self)

    def wanted(self, zone: ZoneInfo) -> WantedRows:
        what, _, about_kind = (self.deed.data or "").partition("/")
        return WantedRows(
            who=self.who.data or "",
            what=what,
            about_kind=about_kind,
            since=first_moment(self.since.data, zone),
            until=first_moment(self.until.data, zone, days=1),
            naming=self.ids,
        )


@pages.get("/audit")
@open_to(Deed.SEE_AUDIT)
def listing() -> str:
    site = here()
    names = allowed(Deed.SEE_PERSON)
    form = AuditForm(request.args, names=names)
    valid = form.validate()
    before = _before()
    found = search(site.store, form.wanted(site.zone) if valid else WantedRows(), before, PAGE_SIZE)
    viewed_list("audit", ())
    look = last_look(site.store)
    return render_template(
        "audit.html",
        form=form,
        narrowed=valid and form.narrows,
        lines=lines(site.store, found.rows, names=names),
        older=same_list("before", str(found.older)) if found.older else "",
        newest=same_list("before"),
        before=before,
        look=look,
        whole=look is not None and look.what == VERIFIED,
    )


def _before() -> int | None:
    """The row that the page shown starts after; nonsense means the newest."""
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_ROW else None
