"""A case as spreadsheets: safe to open, and each row tied to its record by id and digest.

A cell that a spreadsheet would take for a formula begins with an apostrophe; characters that
nobody sees are written out. The JSON file holds every text as it stood.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from filter_rules.types import Severity

LONGEST_CELL = 32_000  # spreadsheets refuse more than 32,767
JOINERS = frozenset("\u200c\u200d")  # many scripts, and emoji, need these
TIMES = frozenset({"at", "last", "until"})
STARTS_A_FORMULA = frozenset("=+-@＝＋－＠")

type Row = Mapping[str, Any]

EVENTS = (
    "id", "digest", "reference", "at", "last", "count", "person_name", "device_name", "address",
    "group", "method", "confidence", "channel", "kind", "host", "url", "words", "excerpt",
    "phrases", "category", "themes", "severity", "action", "flagged", "reason", "rule", "list",
    "concerns", "readable",
)  # fmt: skip
VISITS = (
    "id", "digest", "concern", "at", "kind", "host", "path", "words", "channel", "action",
    "category", "themes", "times", "address", "kept", "readable",
)  # fmt: skip
WRITTEN = ("record", "id", "digest", "concern", "at", "by", "what", "text", "until", "until_by")
INCIDENTS = (
    "Incident ID", "Hash", "Case", "Pupil reference", "Pupil", "Group", "Date", "Time",
    "Category", "Level", "Summary", "Action taken", "Status", "Assigned to", "Events",
)  # fmt: skip


def sheets_of(document: Row, zone: ZoneInfo) -> dict[str, bytes]:
    """Return the spreadsheets of a case by the end of their names."""
    visits = [one["visit"] | one for one in document["visits"]]
    texts = [
        {"record": kind.removesuffix("s")} | one
        for kind in ("notes", "outcomes", "assignments")
        for one in document[kind]
    ]
    return {
        "events": _sheet(EVENTS, document["events"], zone),
        "visits": _sheet(VISITS, visits, zone),
        "written": _sheet(WRITTEN, texts, zone),
        "incidents": _sheet(INCIDENTS, _incidents(document, zone), zone),
    }


def safe(cell: str) -> str:
    """Return the cell as a spreadsheet shows it, and does not run it."""
    seen = shown(cell[:LONGEST_CELL])
    if len(seen) > LONGEST_CELL or len(cell) > LONGEST_CELL:
        seen = f"{seen[:LONGEST_CELL]} … (whole in the JSON file)"
    begins = seen.lstrip()[:1]
    return f"'{seen}" if begins in STARTS_A_FORMULA and begins else seen


def shown(text: str) -> str:
    """Return the text with what nobody sees, or what turns text round, written out."""
    return text if text.isprintable() else "".join(_seen(one) for one in text)


def local(moment: str, zone: ZoneInfo) -> str:
    """Return a moment of a record as the school's clocks showed it."""
    return datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")


def _seen(character: str) -> str:
    if character in "\n\t":
        return character
    if (
        unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn"}
        and character not in JOINERS
    ):
        return f"[U+{ord(character):04X}]"
    return character


def _sheet(columns: Sequence[str], rows: Iterable[Row], zone: ZoneInfo) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([f"{one} ({zone.key})" if one in TIMES else one for one in columns])
    for row in rows:
        writer.writerow([safe(_cell(name, row.get(name), zone)) for name in columns])
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="replace")  # the mark is for Excel


def _cell(name: str, value: object, zone: ZoneInfo) -> str:
    match value:
        case None:
            said = ""
        case bool():
            said = "yes" if value else "no"
        case int() if name == "severity":
            said = Severity(value).word
        case list():
            said = "; ".join(str(one) for one in value)
        case str() if name in TIMES and value:
            said = local(value, zone)
        case _:
            said = str(value)
    return said


def _incidents(document: Row, zone: ZoneInfo) -> Iterable[Row]:
    """One row a concern in the case, in the shape in which incident systems take them.

    A concern of a device or an address names no pupil: a person says whose it is, not we.
    """
    known = {one["id"]: one for one in document["people"]}
    actions = [one for one in document["notes"] if one["what"] == "action taken"]
    for one in document["concerns"]:
        if one["taken_out_at"] is not None:
            continue
        pupil = known.get(one["subject"], {}) if one["subject_kind"] == "pupil" else {}
        date, clock, _ = local(one["started_at"], zone).split(" ")
        # What is noted of the case whole may tell of one pupil what is not another's.
        mine = {one["id"], ""} if len(known) == 1 else {one["id"]}
        own = [note["text"] for note in actions if note["concern"] in mine]
        yield {
            "Incident ID": one["id"],
            "Hash": one["digest"],
            "Case": document["case"]["reference"],
            "Pupil reference": pupil.get("reference", ""),
            "Pupil": pupil.get("name", ""),
            "Group": one["group"],
            "Date": date,
            "Time": clock,
            "Category": one["family"],
            "Level": Severity(one["severity"]).word,
            "Summary": " ".join(one["why"]),
            "Action taken": "\n".join(own),
            "Status": document["case"]["state"],
            "Assigned to": document["case"]["owner"],
            "Events": one["events"],
        }
