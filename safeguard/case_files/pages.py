"""A case as one accessible PDF: tagged, titled, in a language, with headings and table headers.

WeasyPrint and its libraries are loaded only here, and only when a PDF is asked for. Nothing is
fetched: the page is made of the record and the template alone. What is long is cut, and says so;
the JSON file and the spreadsheets hold all of it.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from heapq import nlargest
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined

from filter_rules.types import Severity
from safeguard.case_files.spreadsheets import shown
from safeguard.core.concern_rules import FAMILIES
from safeguard.problems import UnusableError

MOST_EVENTS = 300
MOST_VISITS = 200
MOST_NOTES = 100  # and of conclusions, and of who had it
MOST_CONCERNS = 100
LONGEST = 4_000  # of a note
LONGEST_TYPED = 400
LONGEST_NAME = 100
FAMILY_TITLES = {one.name: one.title for one in FAMILIES}
VARIANT = "pdf/ua-1"
MISSING = (
    "The PDF cannot be made: the libraries that draw it are not installed ({}). On Debian and "
    "Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core. "
    "Or leave the PDF out with --no-pdf."
)

type Record = Mapping[str, Any]


def pdf_of(document: Record, fingerprint: str, zone: ZoneInfo) -> bytes:
    """Return the case as PDF/UA-1."""
    page = html_of(document, fingerprint, zone)
    try:
        # It has no types; it takes a second to load, and libraries that not every machine has.
        from weasyprint import HTML  # type: ignore[import-untyped]  # noqa: PLC0415  see above
    except OSError as error:
        raise UnusableError(MISSING.format(str(error).split(":", 1)[0])) from error
    made: bytes = HTML(string=page, url_fetcher=_fetch_nothing).write_pdf(
        pdf_variant=VARIANT, pdf_identifier=fingerprint[:32].encode()
    )
    return made


def html_of(document: Record, fingerprint: str, zone: ZoneInfo) -> str:
    """Return the page that the PDF is made of."""
    template = environment(zone).from_string(_template())
    return template.render(
        document=document,
        case=document["case"],
        concerns=document["concerns"],
        events=_told(document["events"]),
        fingerprint=fingerprint,
        zone=zone.key,
        rest=_rest,
        most_events=MOST_EVENTS,
        most_visits=MOST_VISITS,
        most_notes=MOST_NOTES,
        most_concerns=MOST_CONCERNS,
    )


def environment(zone: ZoneInfo) -> Environment:
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters.update(
        time=lambda moment: _time(moment, zone),
        family=lambda name: FAMILY_TITLES.get(name, shown(name)),
        level=lambda number: Severity(number).word,
        shown=shown,
        name=lambda text: _cut(text, LONGEST_NAME),
        words=_words,
        subject=_subject,
        whose=_whose,
        typed=_typed,
        place=_place,
    )
    return made


@cache
def _template() -> str:
    return (
        resources.files("safeguard.case_files").joinpath("templates/case.html").read_text("utf-8")
    )


def _time(moment: str | None, zone: ZoneInfo) -> str:
    if not moment:
        return ""
    then = datetime.fromisoformat(moment).astimezone(zone)
    return f"{then.day} {then:%b %Y %H:%M:%S}"


def _told(events: list[Record]) -> list[Record]:
    """Return the most severe ones, in order of time."""
    if len(events) <= MOST_EVENTS:
        return events
    severe = nlargest(MOST_EVENTS, range(len(events)), key=lambda n: (events[n]["severity"], -n))
    return [events[number] for number in sorted(severe)]


def _rest(there: int, most: int, what: str, sheet: str) -> str:
    if there <= most:
        return ""
    return f"{there - most} more {what} are not printed: see the {sheet} spreadsheet."


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return shown(text)
    return f"{shown(text[:longest])} … ({len(text) - longest} more characters: see the JSON file)"


def _words(one: Record) -> str:
    return (
        _cut(one["text"], LONGEST) if one["readable"] else "Cannot be read: its key is not there."
    )


def _subject(concern: Record) -> str:
    name = concern["subject_name"] or concern["subject"]
    if concern["subject_kind"] == "pupil":
        return _cut(concern["subject_name"] or "no longer known", LONGEST_NAME)
    return _cut(f"{concern['subject_kind']} {name}", LONGEST_NAME)


def _whose(event: Record) -> str:
    name = event["person_name"] or event["device_name"] or event["address"]
    how = f" ({event['confidence']}, by {event['method']})" if event["person"] else ""
    return f"{_cut(name, LONGEST_NAME)}{shown(how)}"


def _typed(event: Record) -> str:
    if not event["readable"]:
        return "cannot be read: its key is not there"
    return _cut(event["words"] or event["excerpt"] or "no words were judged", LONGEST_TYPED)


def _place(visit: Record) -> str:
    if not visit["readable"]:
        return "cannot be read: its key is not there"
    found = visit["visit"]
    host, path = str(found.get("host", "")), str(found.get("path", ""))
    words = str(found.get("words", ""))
    place = f"{host}{path}" if path.startswith("/") else path or host
    return _cut(f"{place}: {words}" if words else place, LONGEST_TYPED)


def _fetch_nothing(address: str) -> dict[str, Any]:
    raise ValueError(f"a case file fetches nothing, and this is something: {address[:80]}")
