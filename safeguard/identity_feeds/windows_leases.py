"""The leases of a Windows DHCP server, as exported: Get-DhcpServerv4Lease | Export-Csv, or the console.

Dates stand there as the exporter's machine writes them. 2026-11-22T... is taken as it is; of
others the file itself must show whether the day or the month comes first. Where it does not, or
there is none, a lease is believed for an hour after the export.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO

from filter_rules.types import Problem
from safeguard.identity_feeds.dnsmasq_leases import mac_of_duid
from safeguard.identity_feeds.hardware import mac_of
from safeguard.identity_feeds.leases import FOR_EVER, Lease, address_of, host_of

BELIEVED = timedelta(hours=1)
MOST_LINES = 200_000
LONGEST_LINE = 4000
HELD = frozenset({"active", "activereservation", ""})
COLUMNS = {  # as PowerShell names them, and as the console does
    "ipaddress": "address",
    "client ip address": "address",
    "clientid": "client",
    "clientduid": "client",
    "unique id": "client",
    "hostname": "name",
    "name": "name",
    "addressstate": "state",
    "leaseexpirytime": "expires",
    "lease expiration": "expires",
}
RESERVED = "reservation"
_DATE = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})[ ,]+(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?: ?([AaPp])[Mm])?"
)
NOON = 12


@dataclass(frozen=True, slots=True)
class Export:
    """When and where it was made: its dates are of that zone. `day_first`: None is not known."""

    at: datetime
    zone: tzinfo
    day_first: bool | None = None


def columns_of(line: str) -> tuple[str, str] | None:
    """Return what parts the cells and the cell of the address, if this line heads an export."""
    for mark in (",", ";", "\t"):
        heads = [cell.strip().strip('"').lower() for cell in line.split(mark)]
        named = {COLUMNS.get(head) for head in heads}
        if {"address", "client"} <= named:
            return mark, line
    return None


def leases_in(text: str, file: str, export: Export) -> Iterator[Lease | Problem]:
    lines = text.splitlines()[:MOST_LINES]
    start = next((at for at, line in enumerate(lines[:5]) if columns_of(line)), None)
    if start is None:
        yield Problem(file, 1, "the first line names no columns of a Windows DHCP server's leases")
        return
    mark, head = columns_of(lines[start]) or (",", "")
    names = [COLUMNS.get(one.strip().lower(), "") for one in _cells(head, mark)]
    rows = [
        (number, dict(zip(names, _cells(line, mark), strict=False)))
        for number, line in enumerate(lines[start + 1 :], start + 2)
        if line.strip()
    ]
    known = Export(export.at, export.zone, _day_first(rows))
    for number, row in rows:
        yield _lease(row, known) or Problem(file, number, "this line is not a lease")


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader(StringIO(line[:LONGEST_LINE]), delimiter=mark), [])
    except csv.Error:
        return []


def _day_first(rows: list[tuple[int, dict[str, str]]]) -> bool | None:
    """Whether days stand before months: only a number above twelve tells."""
    firsts, seconds = set(), set()
    for _, row in rows:
        if found := _DATE.match(row.get("expires", "").strip()):
            firsts.add(int(found[1]))
            seconds.add(int(found[2]))
    day, month = any(one > NOON for one in firsts), any(one > NOON for one in seconds)
    return None if day == month else day


def _lease(row: Mapping[str, str], export: Export) -> Lease | None:
    address, client = address_of(row.get("address", "")), row.get("client", "").strip()
    if not address:
        return None
    duid = client.replace("-", ":")
    mac = mac_of(client) or mac_of_duid(duid)
    over = row.get("state", "").strip().lower() not in HELD
    until = _until(row.get("expires", "").strip(), export)
    return Lease(address, mac, until, host_of(row.get("name", "")), over=over)


def _until(text: str, export: Export) -> datetime:
    unsure = export.at + BELIEVED
    if text.lower().startswith(RESERVED):
        return FOR_EVER
    try:
        if text[:4].isdigit():
            found = datetime.fromisoformat(text.replace(" ", "T", 1))
            return _in_zone(found, export.zone)
        return _in_zone(_dated(text, export), export.zone) if text else unsure
    except (ValueError, OverflowError):
        return unsure


def _dated(text: str, export: Export) -> datetime:
    found = _DATE.match(text)
    if found is None or export.day_first is None:
        raise ValueError
    first, second, year, hour, minute, second_of, half = found.groups()
    day, month = (first, second) if export.day_first else (second, first)
    clock = int(hour)
    if half:
        clock = clock % NOON + (NOON if half in "pP" else 0)
    return datetime(  # noqa: DTZ001  the zone is the caller's
        int(year), int(month), int(day), clock, int(minute), int(second_of or 0)
    )


def _in_zone(found: datetime, zone: tzinfo) -> datetime:
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
