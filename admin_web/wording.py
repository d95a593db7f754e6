"""Plain words for what the system stores: times, severities, actions, reasons, counts."""

from datetime import datetime
from typing import Any

from flask import Flask

from admin_web.site import here
from filter_rules.types import Severity

SEVERITIES = {
    Severity.URGENT: "Act now",
    Severity.HIGH: "Today",
    Severity.MEDIUM: "This week",
    Severity.LOW: "For information",
    Severity.NONE: "Blocked only",
}
METHODS = {
    "kerberos": "by a ticket: the browser proved who was signed in on the computer",
    "password": "by a name and password that the browser sent",
    "header": "by another proxy of the school, which named the person",
    "portal": "by the sign-in page for people’s own devices",
    "radius": "by the wireless network or switch, which said who had signed in",
    "device": "by the device register: this address belongs to a known device",
    "network": "by the network it was on: the group is known, the person is not",
    "none": "not at all: the address is in no register, so the strictest rules applied",
    "ambiguous": "not for certain: it could be one of several people, so nobody is named",
}


def install(app: Flask) -> None:
    app.add_template_filter(severity_word, "severity")
    app.add_template_filter(action_word, "action")
    app.add_template_filter(moment, "moment")
    app.add_template_filter(local_date, "local_date")
    app.add_template_filter(tidy, "tidy")
    app.add_template_filter(how_found, "how_found")
    app.add_template_filter(count, "count")
    app.add_template_filter(stamp, "stamp")
    app.add_template_filter(day, "day")


def severity_word(severity: Severity | int) -> str:
    return SEVERITIES[Severity(severity)]


def action_word(action: str) -> str:
    return "Blocked" if action == "block" else "Allowed"


def local(when: datetime) -> datetime:
    return when.astimezone(here().zone)


def moment(when: datetime) -> str:
    """A time as staff say it: "Sunday 22 November 2026, 22:41 GMT"."""
    at = local(when)
    return f"{at:%A} {at.day} {at:%B %Y}, {at:%H:%M} {at:%Z}"


def stamp(when: datetime) -> str:
    """A time in a narrow column: "22 Nov, 22:41", with the year only where it is another."""
    at = local(when)
    year = "" if at.year == local(here().clock()).year else f" {at.year}"
    return f"{at.day} {at:%b}{year}, {at:%H:%M}"


def midnight(when: datetime) -> datetime:
    """The first moment of the school's day: what is due on a day is not late before its end."""
    return local(when).replace(hour=0, minute=0, second=0, microsecond=0)


def day(when: datetime) -> str:
    """A day: "22 Nov", with the year only where it is another."""
    return stamp(when).rpartition(",")[0]


def local_date(when: datetime) -> str:
    """The school's date then, as forms and addresses carry it."""
    return local(when).date().isoformat()


def tidy(name: str) -> str:
    """A name of ours as words: "filter-bypass" is read as "filter bypass"."""
    return name.replace("-", " ").replace("_", " ")


def how_found(method: str) -> str:
    return METHODS.get(method, f"by {tidy(method)}")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 event", "2 events"."""
    noun: Any = one if number == 1 else (many or f"{one}s")
    return f"{number:,} {noun}"
