"""A policy as one document that is kept: its text, what it says, and what it must always say.

The document is the tables of data/policy.toml, kept as JSON with a mark for moments and days.
Whatever is wrong with one is said in a sentence, so that nobody saves what nobody can read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from safeguard.core.overrides import Ceiling, Override
from safeguard.core.own_groups import OwnGroup, joined
from safeguard.core.policy import Policy
from safeguard.core.policy_tables import (
    Table,
    ceiling_of,
    described_groups,
    parse_overrides,
    parse_policy,
)
from safeguard.core.timetable import Timetable, timetable

AT = "$at"  # {"$at": "2026-09-07"}: what JSON has no word for
LONGEST_DAY = 10  # characters; a moment has more
MOST_RULES = 20_000
MOST_CHARACTERS = 8_000_000
# Without these a document would open what no rule of a school may open, or hide what must be found.
SEALED = frozenset({"illegal", "illegal-terrorism"})
HELP = frozenset({"help"})


class UnusablePolicyError(ValueError):
    """A document that is no policy. Its text is a sentence for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A policy as it was written, and all that it says beside its rules.

    `second_person`: a change that weakens it waits until another person agrees. `groups`: each
    group, the school's own as well, with the sentence that says who is in it.
    """

    tables: Table
    policy: Policy
    ceiling: Ceiling
    timetable: Timetable
    overrides: tuple[Override, ...] = ()
    second_person: bool = False
    groups: Mapping[str, str] = field(default_factory=dict)


def text_of(tables: Table) -> str:
    """Return the document as text, the order of its tables kept."""
    try:
        text = json.dumps(
            tables, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_marked
        )
    except (TypeError, ValueError) as error:
        raise UnusablePolicyError(f"The policy cannot be kept: {error}.") from error
    if len(text) > MOST_CHARACTERS:
        raise UnusablePolicyError(
            f"The policy has {len(text):,} characters, and {MOST_CHARACTERS:,} at most can be kept."
        )
    return text


def tables_of(text: str) -> dict[str, Any]:
    """Return the document of a text that `text_of` made."""
    try:
        found = json.loads(text, object_hook=_unmarked)
    except (ValueError, RecursionError) as error:
        raise UnusablePolicyError(
            "The policy that is kept cannot be read: it is damaged."
        ) from error
    if not isinstance(found, dict):
        raise UnusablePolicyError("The policy that is kept is no document with tables.")
    return found


def read(tables: Table, zone: tzinfo = UTC, own: Sequence[OwnGroup] = ()) -> Document:
    """Return what the document says; `zone` is that of the school's clocks.

    `own`: the school's own groups, which stand below the document's.
    """
    try:
        document = _read(tables, zone, own)
    except KeyError as error:
        raise UnusablePolicyError(
            f"The policy lacks, or does not know, {error.args[0]!r}."
        ) from error
    except (TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UnusablePolicyError(f"The policy is not written as one is: {error}.") from error
    except ValueError as error:
        says = str(error)  # a sentence, or the words of an enumeration
        whole = says if says.endswith(".") else f"The policy cannot say this: {says}."
        raise UnusablePolicyError(whole) from error
    if sentence := _amiss(document.policy):
        raise UnusablePolicyError(sentence)
    return document


def _read(tables: Table, zone: tzinfo, own: Sequence[OwnGroup]) -> Document:
    many = len(tables["rule"]) + len(tables["text"])
    if many > MOST_RULES:
        raise ValueError(f"The policy has {many:,} rules, and {MOST_RULES:,} at most can be kept.")
    whole = joined(tables, own)
    policy = parse_policy(whole, zone)
    calendar = tables.get("calendar", {})
    return Document(
        tables,
        policy,
        ceiling_of(tables),
        timetable(zone, calendar.get("lessons", {}), calendar.get("dates", {})),
        parse_overrides(whole, policy, zone),
        _second_person(tables.get("changes", {})),
        described_groups(whole),
    )


def _second_person(changes: Mapping[str, Any]) -> bool:
    wanted = changes.get("second_person", False)
    if not isinstance(wanted, bool):
        raise ValueError("[changes] second_person is true or false.")  # noqa: TRY004  a sentence for staff
    return wanted


def _amiss(policy: Policy) -> str:
    """Return what the document must not leave out; empty where it does not."""
    for what, kept, must in (("sealed", policy.sealed, SEALED), ("help", policy.help, HELP)):
        if missing := sorted(must - kept):
            return f"[always] {what} must name {missing[0]!r}: no school can take that out."
    if both := sorted(policy.sealed & policy.help):
        return f"{both[0]!r} cannot be both sealed and help."
    return ""


def _marked(value: object) -> dict[str, str]:
    if isinstance(value, date):  # and every datetime is one
        return {AT: value.isoformat()}
    raise TypeError(f"{value!r} is neither words, a number, a day nor a moment")


def _unmarked(found: dict[str, Any]) -> Any:
    at = found.get(AT)
    if not isinstance(at, str) or len(found) != 1:
        return found
    return date.fromisoformat(at) if len(at) <= LONGEST_DAY else datetime.fromisoformat(at)
