"""All that is kept about one person, as a zip that a person can read.

Nothing in it is left out, and it is not ready to be handed over: what is about others is
marked, and a member of staff decides what of it is removed.
"""

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, TextIO

from safeguard.problems import UnusableError
from safeguard.store import subject_access
from safeguard.store.session import Store
from safeguard.store.subject_access import Line

MARKED = "⟦other person: {}⟧"
SHORTEST_NAME = 3
FREE_TEXT = frozenset({"sealed", "title", "reason", "note", "payload"})
VISIT_COLUMNS = (
    "at", "host", "path", "channel", "action", "category", "times", "device", "address",
)  # fmt: skip
README = """All that Safeguard keeps about one person, as of {now}.

READ THIS BEFORE YOU HAND ANYTHING OVER. It is complete, and not redacted.

  index.html    to read and print
  data.json     the same, for programs
  visits.csv    the access log
  redaction.csv what a person has to look at first: where other people are named, and all that
                staff wrote in their own words

Names of other pupils that Safeguard knows are marked {mark}. It cannot know nicknames, parents,
or who is meant without a name: read every text that redaction.csv lists, and remove what is
about others, and what would put somebody in danger. Ask your data protection officer.
"""
TITLES = {
    "person": "The person", "devices": "Devices", "events": "Events", "reviews": "Reviews",
    "concerns": "Concerns", "cases": "Cases", "case_people": "Who the cases are about",
    "case_actions": "What was to be done", "case_files": "Papers of the cases",
    "notes": "Notes", "outcomes": "Outcomes", "assignments": "Who had it",
    "evidence": "What was visited around a concern", "feedback": "What was said of the rules",
    "sessions": "Where they signed in", "notices_seen": "Notices they read",
    "unblock_requests": "What was asked for", "overrides": "What was lifted for them",
    "holds": "Legal holds", "messages": "Messages", "audit": "Who looked, and what was changed",
}  # fmt: skip


def export(store: Store, person: str, file: Path, now: datetime) -> int:
    """Write the zip, for nobody else to read; return how many places a person has to look at."""
    found = subject_access.everything(store, person)
    places: list[tuple[str, str, str]] = []
    others = _pattern(found.names)
    tables = {
        name: [_marked(row, name, person, others, places) for row in rows]
        for name, rows in found.tables.items()
    }
    with _made(file) as packed:
        packed.writestr("README.txt", README.format(now=now.isoformat(), mark=MARKED.format("…")))
        packed.writestr("data.json", json.dumps(tables, ensure_ascii=False, indent=1))
        packed.writestr("index.html", "".join(_page(tables, now)))
        _write_csv(packed, "redaction.csv", ("table", "row", "why"), places)
        visits = subject_access.visits(store, person)
        rows = ([one[name] for name in VISIT_COLUMNS] for one in visits)
        _write_csv(packed, "visits.csv", VISIT_COLUMNS, rows)
    return len(places)


@contextmanager
def _made(file: Path) -> Iterator[zipfile.ZipFile]:
    """Give a zip to fill, where there is no such file yet; one that is not filled is removed."""
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with (
                os.fdopen(descriptor, "w+b") as stream,
                zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed,
            ):
                yield packed
        except BaseException:
            file.unlink()
            raise
    except OSError as error:
        raise UnusableError(f"{file} cannot be written ({error.strerror}).") from error


def _marked(
    row: Line,
    table: str,
    person: str,
    others: re.Pattern[str] | None,
    places: list[tuple[str, str, str]],
) -> Line:
    """Return the row with other pupils' names marked, and note where a person has to look."""
    key = str(row.get("id", ""))
    marked = {name: _in(value, others) for name, value in row.items()}
    if marked != row:
        places.append((table, key, "another person is named"))
    if any(row.get(name) for name in FREE_TEXT & set(row)) and table != "events":
        places.append((table, key, "text in somebody's own words"))
    if table == "case_people" and row.get("person") != person:
        places.append((table, str(row.get("person")), "another person"))
    return marked


def _pattern(names: Sequence[str]) -> re.Pattern[str] | None:
    """Find whole names, and the parts of names that are long enough to be one's."""
    parts = {part for name in names for part in (name, *name.split()) if len(part) >= SHORTEST_NAME}
    if not parts:
        return None
    longest_first = sorted(parts, key=lambda part: (-len(part), part))
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def _in(value: Any, pattern: re.Pattern[str] | None) -> Any:
    match value:
        case str() if pattern is not None:
            return pattern.sub(lambda hit: MARKED.format(hit[0]), value)
        case list():
            return [_in(one, pattern) for one in value]
        case dict():
            return {name: _in(one, pattern) for name, one in value.items()}
        case _:
            return value


def _page(tables: dict[str, list[Line]], now: datetime) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>What is kept</title>'
        "<style>body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "dt{font-weight:bold}dd{margin:0 0 .3rem 1rem;overflow-wrap:anywhere}"
        "section section{border-top:1px solid #767676;padding:.5rem 0}</style></head><body><main>"
        f"<h1>What is kept about one person</h1><p>As of {now:%d %B %Y, %H:%M} UTC. Names of "
        "other people are marked; see README.txt. The access log is in visits.csv.</p>"
    )
    for name, rows in tables.items():
        yield f"<section><h2>{TITLES[name]} ({len(rows)})</h2>"
        for row in rows:
            yield "<section><dl>"
            for key, value in row.items():
                if value not in (None, "", [], {}):
                    yield f"<dt>{escape(key)}</dt><dd>{escape(_text(value))}</dd>"
            yield "</dl></section>"
        yield "</section>"
    yield "</main></body></html>"


def _text(value: Any) -> str:
    match value:
        case list():
            return "; ".join(_text(one) for one in value)
        case dict():
            return "; ".join(f"{name}: {_text(one)}" for name, one in value.items() if one)
        case _:
            return str(value)


def _write_csv(
    packed: zipfile.ZipFile, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    with packed.open(name, "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as stream:
        _rows(stream, columns, rows)


def _rows(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(stream)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    """A spreadsheet takes what begins so for a formula."""
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )
