"""The concerns that wait, as the lead's first page lists them: whose, how soon, why, how sure."""

from dataclasses import dataclass

from flask import url_for

from admin_web.audited import actor
from admin_web.site import here
from admin_web.wording import local_date, tidy
from safeguard.store import people
from safeguard.store.concern_pages import ListedConcern, WantedConcerns, listed

MOST = 20


@dataclass(frozen=True, slots=True)
class ShownConcern:
    """A concern with the name of whose it is, where that is known."""

    concern: ListedConcern
    name: str = ""

    @property
    def who(self) -> str:
        one = self.concern
        match one.subject_kind:
            case "group":
                return f"{one.subjects} pupils of {tidy(one.subject)}"
            case "pupil":
                return self.name or "A person no longer on record"
            case "device":
                return f"Unknown user of {self.name or 'a device no longer on record'}"
            case _:
                return f"Unidentified device {one.subject}"

    @property
    def why(self) -> str:
        """The two sentences that say most: what was done, and what makes it weigh more."""
        return " ".join(self.concern.why[:2])

    @property
    def events(self) -> str:
        """The address of the list of its events."""
        one = self.concern
        since = local_date(one.started_at)
        if one.subject_kind == "pupil":
            return url_for("events.today", person=one.subject, since=since)
        return url_for("events.today", group=one.group, since=since)


def new_concerns(cut: frozenset[str] | None) -> list[ShownConcern]:
    """Return what is open (of these groups), the most severe first; the look is recorded."""
    site = here()
    found = listed(
        site.store, WantedConcerns(within=cut), site.clock(), actor(), limit=MOST
    ).concerns
    pupils = {one.subject for one in found if one.subject_kind == "pupil"}
    devices = {one.subject for one in found if one.subject_kind == "device"}
    names = people.names(site.store, pupils) | people.device_names(site.store, devices)
    return [ShownConcern(one, names.get(one.subject, "")) for one in found]
