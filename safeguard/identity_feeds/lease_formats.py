"""Which server wrote a lease file, and what it says: one door to all formats."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum

from filter_rules.types import Problem
from safeguard.identity_feeds import dnsmasq_leases, isc_leases, kea_leases, windows_leases
from safeguard.identity_feeds.leases import Lease, Reading, reading_of
from safeguard.identity_feeds.windows_leases import Export

SNIFFED = 4000
_DNSMASQ = re.compile(r"(?m)^(duid [0-9a-f:]+|\d+ [0-9a-fA-F:\-]+ [0-9a-fA-F.:\[\]]+ \S+ \S+)\r?$")
_ISC = re.compile(r"(?m)^(# This lease file was written by isc-dhcp|lease [0-9.]+ \{|ia-na \")")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class LeaseFormat(StrEnum):
    """Which server wrote it; the word stands in the settings."""

    DNSMASQ = "dnsmasq"
    ISC = "isc"
    KEA = "kea"
    WINDOWS = "windows"


def text_of(raw: bytes) -> str:
    """Return the text of a file, whatever wrote it; what is no text reads as marks."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, "replace")
    return raw.decode("utf-8", "replace")


def propose(raw: bytes) -> LeaseFormat | None:
    """Say which server wrote a file that begins so; None where nothing tells yet."""
    start = text_of(raw[:SNIFFED])
    head = start.split("\n", 1)[0].rstrip("\r").split(",")
    if set(head) >= kea_leases.NEEDED:
        return LeaseFormat.KEA
    if any(windows_leases.columns_of(line) for line in start.splitlines()[:5]):
        return LeaseFormat.WINDOWS
    if _ISC.search(start):
        return LeaseFormat.ISC
    return LeaseFormat.DNSMASQ if _DNSMASQ.search(start) else None


def read(kind: LeaseFormat, raw: bytes, file: str, export: Export) -> Reading:
    """Return what a file says. Never raises, whatever the bytes."""
    text = text_of(raw)
    found: dict[LeaseFormat, Callable[[], Iterable[Lease | Problem]]] = {
        LeaseFormat.DNSMASQ: lambda: dnsmasq_leases.leases_in(text, file),
        LeaseFormat.ISC: lambda: isc_leases.leases_in(text, file),
        LeaseFormat.KEA: lambda: kea_leases.leases_in(text, file),
        LeaseFormat.WINDOWS: lambda: windows_leases.leases_in(text, file, export),
    }
    return reading_of(found[kind]())
