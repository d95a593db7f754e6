"""Events as a spreadsheet that is safe to open: what looks like a formula is made plain text."""

import csv
import io
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from admin_web.event_view import WITHHELD, Shown
from admin_web.wording import action_word, severity_word, tidy
from safeguard.case_files.spreadsheets import safe
from safeguard.core.types import Reason

COLUMNS = (
    "Code", "When", "Who", "Group", "Device", "Identified by", "How soon", "About", "Words", "Site",
    "Address", "Done", "Times", "Reviewed",
)  # fmt: skip


def sheet(found: Iterable[Shown], zone: ZoneInfo) -> bytes:
    """Return the events as CSV, with the mark that lets Excel read its letters."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([f"{one} ({zone.key})" if one == "When" else one for one in COLUMNS])
    for one in found:
        writer.writerow([safe(cell) for cell in _cells(one, zone)])
    return b"\xef\xbb\xbf" + text.getvalue().encode(errors="replace")


def _cells(one: Shown, zone: ZoneInfo) -> tuple[str, ...]:
    event = one.event
    withheld = event.reason is Reason.SEALED
    return (
        event.reference,
        event.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z"),
        one.who,
        tidy(event.group),
        one.where,
        event.method,
        severity_word(one.severity),
        one.about,
        "" if withheld else event.private.words,
        WITHHELD if withheld else event.host,
        "" if withheld else event.private.url,
        action_word(event.action.value),
        str(event.count),
        "yes" if one.stored.reviewed else "no",
    )
