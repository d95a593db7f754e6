"""A case as plain records for JSON: each with a digest that anyone can work out again.

The digest of a record is the SHA-256 of the record without it, as JSON with its keys sorted,
without spaces, in UTF-8. The same digest stands beside the record in the spreadsheets.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from filter_rules.sealed import WITHHELD
from filter_rules.types import Severity
from safeguard.core.concerns import Known
from safeguard.store.case_parts import CaseConcern, CaseContent, CaseEvent
from safeguard.store.case_writings import MOST

FORMAT = "safeguard case file"
VERSION = 1
ANOTHER = "another pupil"
GONE = "no longer known"
LISTS = ("people", "concerns", "events", "visits", "notes", "outcomes", "assignments")

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """Who makes the file, when and why. `row` and `hash` are of the audit chain's last row then."""

    at: datetime
    by: str
    why: str
    how: str
    row: int = 0
    hash: str = ""


def document_of(content: CaseContent, made: Made) -> Record:
    """Return the whole case as it is written to JSON."""
    about = {one.id for one in content.people}
    case = asdict(content.case) | {"opened_by": content.opened_by, "owner": content.owner}
    listed: dict[str, list[Record]] = {
        name: [_record(asdict(one)) for one in getattr(content, name)]
        for name in LISTS
        if name not in {"concerns", "events"}
    }
    listed["concerns"] = [_record(asdict(one) | _whose(one, about)) for one in content.concerns]
    listed["events"] = [
        _record(asdict(one) | _named(one, content.names, about)) for one in content.events
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        "school": content.school,
        "made": plain(asdict(made)),
        "case": _record(case),
        **listed,
        "there": {"events": content.events_there, "visits": content.visits_there},
        "left_out": left_out(content, listed["events"]),
    }


def digest_of(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(record)).hexdigest()


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return the bytes that a record's digest is of."""
    rest = {name: value for name, value in record.items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="replace")


def written(document: Mapping[str, Any]) -> bytes:
    """Return the document as a file that people can read too."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    return text.encode(errors="replace") + b"\n"


def left_out(content: CaseContent, events: list[Record]) -> list[str]:
    """Say in sentences what is not in the file, and why."""
    said = Counter(
        {
            "{} of its events concern unlawful content: where, and what was typed, is withheld.": sum(
                one.host == WITHHELD for one in content.events
            ),
            "{} of its events are of other pupils: their names are not told.": sum(
                one["person_name"] == ANOTHER for one in events
            ),
            "{} of its events were sealed with a key that is not there: what was typed cannot be "
            "read.": sum(not one.readable for one in content.events),
            "{} visits were sealed with a key that is not there.": sum(
                not one.readable for one in content.visits
            ),
            "{} notes and reasons were sealed with a key that is not there.": sum(
                not one.readable for one in (*content.notes, *content.outcomes)
            ),
            "Of notes, conclusions and who had it, the first {} of each are told; there may be more.": (
                MOST
                * (max(map(len, (content.notes, content.outcomes, content.assignments))) == MOST)
            ),
            "{} events are left out, the latest: there are more than one file holds.": (
                content.events_there - len(content.events)
            ),
            "{} visits are left out, the latest: there are more than one file holds.": (
                content.visits_there - len(content.visits)
            ),
        }
    )
    return [sentence.format(number) for sentence, number in said.items() if number > 0]


def plain(value: Any) -> Any:
    """Return what JSON can hold: times in UTC, severities as numbers, tuples as lists."""
    match value:
        case dict():
            return {str(key): plain(one) for key, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
        case _:
            return _plain_one(value)


def _plain_one(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Severity():
            return int(value)
        case str():
            return value.encode(errors="replace").decode()  # half a character has no bytes
        case _:
            return value


def _record(fields: Mapping[str, Any]) -> Record:
    record: Record = plain(dict(fields))
    return record | {"digest": digest_of(record)}


def _whose(concern: CaseConcern, about: set[str]) -> dict[str, str]:
    """Name no pupil whom the case is not about (any more), though a concern of theirs was in it."""
    stranger = concern.subject_kind == Known.PERSON and concern.subject not in about
    return {"subject_name": ANOTHER} if stranger else {}


def _named(event: CaseEvent, names: Mapping[str, str], about: set[str]) -> dict[str, str]:
    stranger = GONE if event.person in about else ANOTHER
    return {
        "person_name": names.get(event.person, stranger) if event.person else "",
        "device_name": names.get(event.device, ""),
    }
