"""What the tables of a policy say, in words: rules, schedules, values."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

type Table = Mapping[str, Any]

MAY = {
    "allow": "may open",
    "monitor": "may open, and a person can see it,",
    "warn": "must pass a warning before they open",
    "block": "may not open",
    "inspect": "would be decrypted at",
    "pass": "would not be decrypted at",
}
ABOUT = {
    "categories": "",
    "sites": "the site ",
    "files": "files that are ",
    "larger_than_mb": "files larger than MB ",
    "protocols": "the protocol ",
    "lists": "what is on the list ",
}
MODES = {
    "safe_search": "safe search is {}",
    "youtube": "YouTube is {}",
    "tenants": "sign-in pages take {} alone",
}


def policy_rule_in_words(rule: Table, tables: Table) -> str:
    """A rule about addresses: Year 9 may open games on mon-fri 12:00-13:00."""
    may = MAY.get(rule["action"], f"have “{rule['action']}” for")
    about = [f"{words}{in_words(rule[key])}" for key, words in ABOUT.items() if rule.get(key)]
    return _capital(f"{whom(rule)} {may} {listed(about) or 'anything'}{when(rule, tables)}.")


def mode_in_words(rule: Table, tables: Table) -> str:
    """A rule about modes: Safe search is strict for year 9."""
    modes = [words.format(in_words(rule[mode])) for mode, words in MODES.items() if mode in rule]
    return _capital(f"{listed(modes)} for {whom(rule)}{when(rule, tables)}.")


def text_in_words(rule: Table, tables: Table) -> str:
    """A rule about words."""
    deed = {"allow": "are let through", "block": "are stopped"}.get(rule["action"], rule["action"])
    themes = listed((*rule.get("words", ()), *rule.get("themes", ()))) or "any theme"
    kinds = listed(
        {"search": "searches", "chat": "chats", "page": "pages"}.get(one, one)
        for one in rule["kinds"]
    )
    severity = f", from “{rule['severity']}” on" if rule.get("severity") else ""
    spared = ", but not where help is asked for" if rule.get("spares_help_seeking") else ""
    return _capital(
        f"{kinds} of {whom(rule)} about {themes}{severity}, {deed}{spared}{when(rule, tables)}."
    )


def override_in_words(one: Table, tables: Table) -> str:
    """An override, by whom it is left out: that is in the record of changes."""
    lifted = one.get("site") or listed(one.get("categories", ()))
    return _capital(f"{whom(one)} may open {lifted}{when(one, tables)}.")


def whom(rule: Table) -> str:
    """For whom a rule is; nobody named is everyone."""
    people = rule.get("people") or ()
    if people:  # by their ids: who they are, a page may say that knows their names
        return "one person" if len(people) == 1 else f"{len(people)} people"
    for key, words in (("rooms", "who is in "), ("networks", "who asks from ")):
        if rule.get(key):
            return f"{words}{listed(rule[key])}"
    return listed(rule.get("groups") or ()) or "everyone"


def when(rule: Table, tables: Table) -> str:
    """When a rule is in force; empty: always."""
    found = ""
    if name := rule.get("schedule"):
        schedule = tables.get("schedule", {}).get(name)
        found += f" on {said_of(schedule)}" if schedule else f" during “{name}”"
    for key in ("since", "until"):
        if (at := rule.get(key)) is not None:
            found += f" {'from' if key == 'since' else key} {in_words(at)}"
    return found


def said_of(schedule: Table) -> str:
    """The hours of a schedule."""
    hours = listed(schedule.get("windows", ()))
    during, outside = (listed(schedule.get(key, ())) for key in ("during", "outside"))
    return f"{hours}{f', in {during}' if during else ''}{f', not in {outside}' if outside else ''}"


def listed(names: Iterable[Any]) -> str:
    """Several names as one says them: a, b and c."""
    words = [str(one) for one in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def in_words(value: Any) -> str:
    """A value as it is read."""
    match value:
        case bool():
            found = "yes" if value else "no"
        case list():
            found = listed(in_words(one) for one in value)
        case datetime():
            found = f"{value:%Y-%m-%d %H:%M}"
        case Mapping():
            found = listed(f"{key} {in_words(one)}" for key, one in value.items())
        case _:
            found = "" if value is None else str(value)
    return found or "nothing"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
