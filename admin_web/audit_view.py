"""A row of the audit chain as staff read it: names for ids, a sentence for what was done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from admin_web.events import reviewed_words
from admin_web.wording import count, tidy
from safeguard.core.concerns import outcome_words
from safeguard.store import people, staff
from safeguard.store.audit_search import Told
from safeguard.store.session import Store

# (what was done, to what) as words; what is not here is said as it is kept.
DEEDS = {
    ("began", "audit"): "Began to keep this record",
    ("verified", "audit"): "Found this record whole",
    ("found broken", "audit"): "Found this record broken",
    ("erased", "audit"): "Erased the details of rows",
    ("viewed", "audit"): "Looked at this record",
    ("searched", "audit"): "Searched this record",
    ("viewed", "events"): "Looked at the list of events",
    ("searched", "events"): "Searched the events",
    ("viewed", "event"): "Opened an event",
    ("searched", "event"): "Looked up a code from a block page",
    ("reviewed", "event"): "Reviewed an event",
    ("undid review", "event"): "Undid a review",
    ("viewed", "devices"): "Looked at people and devices",
    ("searched", "devices"): "Searched people and devices",
    ("viewed", "people"): "Listed people",
    ("searched", "people"): "Searched people",
    ("imported", "people"): "Brought in people and devices",
    ("added", "device"): "Added a device",
    ("changed", "device"): "Changed a device",
    ("removed", "device"): "Removed a device",
    ("added", "rule"): "Added a rule",
    ("removed", "rule"): "Removed a rule",
    ("asked", "address"): "Asked “Why?”",
    ("asked", "sealed list"): "Asked about an address that is withheld",
    ("imported", "list"): "Took in a list",
    ("subscribed", "list"): "Subscribed to a list",
    ("unsubscribed", "list"): "Let a subscribed list go",
    ("updated", "lists"): "Downloaded subscribed lists",
    ("built", "rules"): "Built the rules",
    ("rolled back", "rules"): "Put the rules of before back in force",
    ("imported", "sealed list"): "Took in a sealed list",
    ("removed", "sealed list"): "Removed a sealed list",
    ("tested", "sealed list"): "Asked the filter about the provider’s test entries",
    ("rehearsed", "list"): "Tried a list on last week’s visits",
    ("rehearsed", "theme"): "Tried another threshold of a theme",
    ("held", "case"): "Placed a legal hold on a case",
    ("held", "person"): "Placed a legal hold",
    ("lifted", "case"): "Lifted a legal hold on a case",
    ("lifted", "person"): "Lifted a legal hold",
    ("added", "ladder"): "Added an order in which staff are told",
    ("changed", "ladder"): "Changed in which order staff are told",
    ("removed", "ladder"): "Removed an order in which staff are told",
    ("upgraded", "database"): "Brought the database up to date",
    ("signed in", "account"): "Signed in",
    ("added", "account"): "Added an account",
    ("changed", "account"): "Changed an account",
    ("removed", "account"): "Removed an account",
    ("closed", "account"): "Closed an account",
    ("proposed", "role"): "Proposed a role that sees safeguarding content",
    ("gave", "role"): "Gave a role",
    ("confirmed", "role"): "Confirmed a role",
    ("ended", "role"): "Ended a role",
    ("broke", "glass"): "Broke the glass",
    ("ended", "glass"): "Ended a broken glass",
    ("opened a page", "glass"): "Opened a page through the broken glass",
    ("viewed", "numbers"): "Looked at the numbers",
    ("viewed", "trends"): "Looked at the trends",
    ("viewed", "cases"): "Looked at the list of cases",
    ("searched", "cases"): "Searched the cases",
    ("viewed", "case"): "Opened a case",
    ("viewed", "person"): "Opened a pupil’s page",
    ("viewed", "paper"): "Took a copy of a case’s paper",
    ("viewed", "restricted case"): "Was shown that a case is restricted",
    ("opened restricted", "case"): "Opened a restricted case all the same",
    ("listed", "concerns"): "Listed concerns",
    ("exported", "case"): "Made a case’s file",
    ("exported", "events"): "Took events out as a spreadsheet",
    ("opened", "case"): "Opened a new case",
    ("put in", "case"): "Put concerns into a case",
    ("took out", "case"): "Took a concern out of a case",
    ("added person", "case"): "Added a pupil to a case",
    ("removed person", "case"): "Removed a pupil from a case",
    ("gave", "case"): "Handed a case over",
    ("set due", "case"): "Set when to look at a case again",
    ("set severity", "case"): "Changed how soon a case is",
    ("noted", "case"): "Wrote a note in a case",
    ("set action", "case"): "Wrote down what is to be done in a case",
    ("did action", "case"): "Did what was to be done in a case",
    ("reopened action", "case"): "Said that an action is not done after all",
    ("put paper", "case"): "Put a paper to a case",
    ("took paper away", "case"): "Took a paper of a case away",
    ("restricted", "case"): "Restricted who may read a case",
    ("lifted restriction", "case"): "Let everybody who handles cases read a case",
    ("merged", "case"): "Made a case part of another",
    ("took in", "case"): "A case took another in",
    ("undid merge", "case"): "Undid the merge of two cases",
    ("split", "case"): "Split a case",
    ("closed", "case"): "Closed a case",
    ("reopened", "case"): "Opened a closed case again",
    ("made sign-in link", "account"): "Made a one-time link to sign in",
    ("chose new password by link", "account"): "Chose a new password by a one-time link",
}
LABELS = {
    "for": "Asked for",
    "before": "Before",
    "after": "After",
    "note": "Note",
    "why": "Why",
    "person": "Person",
    "people": "People",
    "ids": "Shown",
}
ORDER = tuple(LABELS)
MOST_NAMES = 50
SAYS_NO_PUPIL = frozenset({"account", "audit", "list", "role", "rule", "rules"})


@dataclass(frozen=True, slots=True)
class Line:
    """A row in words."""

    told: Told
    who: str
    deed: str
    about: str
    link: str
    details: tuple[tuple[str, str], ...]


def lines(store: Store, rows: Iterable[Told], *, names: bool = True) -> list[Line]:
    """Put the names to the ids, with one question each for staff and for people.

    Without `names` for who checks the record and knows no pupil: what tells of one is left out.
    """
    found = tuple(rows)
    accounts = {str(number): name for number, name in staff.names(store).items()}
    named = people.names(store, {one for told in found for one in _people(told)}) if names else {}
    return [
        Line(
            told,
            _who(told.who, accounts),
            DEEDS.get((told.what, told.about_kind), f"{told.what} {told.about_kind}".capitalize()),
            _about(told, accounts, named) if names or told.about_kind in SAYS_NO_PUPIL else "",
            url_for("events.one", event_id=told.about) if names and _is_event(told) else "",
            tuple(_details(told, named)) if names else tuple(_bare(told)),
        )
        for told in found
    ]


def _bare(told: Told) -> Iterator[tuple[str, str]]:
    """What a row says that can tell of no pupil: why, and what became of a role."""
    if told.about_kind in SAYS_NO_PUPIL:
        yield from _details(told, {})


def _is_event(told: Told) -> bool:
    return told.about_kind == "event" and len(told.about) == len(
        "00000000-0000-0000-0000-000000000000"
    )


def _people(told: Told) -> list[str]:
    """The ids of people that a row names."""
    named = told.details.get("people", [])
    one = told.details.get("person", "")
    about = [told.about] if told.about_kind == "person" else []
    return [*(named if isinstance(named, list) else []), *([one] if one else []), *about]


def _who(who: str, accounts: Mapping[str, str]) -> str:
    kind, _, rest = who.partition(":")
    match kind:
        case "staff":
            return accounts.get(rest, "An account no longer there")
        case "command":
            return f"Command line ({rest})"
        case "safeguard":
            return "Safeguard itself"
        case _:
            return tidy(who).capitalize()


def _about(told: Told, accounts: Mapping[str, str], named: Mapping[str, str]) -> str:
    """What it was done to, by the name that is known of it."""
    match told.about_kind:
        case "account":
            return "" if told.who == f"staff:{told.about}" else accounts.get(told.about, "")
        case "person":
            return named.get(told.about, "someone no longer on record")
        case "audit" if told.about[:1].isdigit():
            return f"{'rows' if '-' in told.about else 'row'} {told.about}"
        case "list" | "sealed list" if told.what != "asked":
            return told.about
        case _:
            return _name_kept(told.details)


def _name_kept(details: Mapping[str, Any]) -> str:
    """The name and the address of a thing, as they stand in what was before or after."""
    kept = (details.get("after"), details.get("before"), details)
    firsts = [one[0] if isinstance(one, list) and one else one for one in kept]
    thing = next(one for one in firsts if isinstance(one, dict))
    return ", ".join(str(thing[name]) for name in ("name", "address") if thing.get(name))


def _details(told: Told, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if told.erased:
        yield "Details", "erased"
    if not told.readable:
        yield "Details", "cannot be opened: they were sealed with another key, or changed"
    for name, value in sorted(told.details.items(), key=_place):
        text = _text(name, value, named)
        if text:
            yield LABELS.get(name, tidy(name).capitalize()), text


def _place(named: tuple[str, Any]) -> int:
    return ORDER.index(named[0]) if named[0] in ORDER else len(ORDER)


def _text(name: str, value: Any, named: Mapping[str, str]) -> str:
    match name, value:
        case "ids", list():
            return count(len(value), "entry", "entries") if value else ""
        case "before" | "after" | "outcome", str():
            return outcome_words(value) if name == "outcome" else reviewed_words(value)
        case "for", {"deed": str(deed)}:
            kind = tuple(deed.split("/"))
            words = next((said for known, said in DEEDS.items() if known == kind), deed)
            return _plain({**value, "deed": words})
        case "people" | "person", list() | str():
            ids = value if isinstance(value, list) else [value] if value else []
            names = [named.get(one, "someone no longer on record") for one in ids[:MOST_NAMES]]
            more = f" and {len(ids) - MOST_NAMES} more" if len(ids) > MOST_NAMES else ""
            return ", ".join(names) + more
        case _:
            return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case list():
            return ", ".join(_plain(one) for one in value)
        case dict():
            return "; ".join(f"{tidy(str(key))}: {_plain(it)}" for key, it in value.items() if it)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
