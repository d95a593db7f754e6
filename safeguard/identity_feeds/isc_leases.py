"""ISC dhcpd's lease file: blocks of statements, the last one of an address stands; times in UTC.

Of IPv6, `ia-na` blocks hold `iaaddr` blocks; the device's name for itself (its DUID, in which
most have their hardware address) stands before, as octal or hexadecimal in quotes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from filter_rules.types import Problem
from safeguard.identity_feeds.dnsmasq_leases import mac_of_duid
from safeguard.identity_feeds.hardware import mac_of
from safeguard.identity_feeds.leases import (
    FOR_EVER,
    Lease,
    address_of,
    host_of,
    moment_of,
    numbered,
)

IAID = 4  # bytes before the DUID
_OPENS = re.compile(r"\s*(lease|iaaddr) (\S+) \{")
_IA = re.compile(r'\s*ia-(?:na|ta|pd) "(.*)" \{')
_STATES = re.compile(r"\s*binding state (\w+);")
_ENDS = re.compile(r"\s*ends (?:(never)|epoch (\d+)|\d (\d{4}/\d\d?/\d\d? \d\d?:\d\d:\d\d));")
_HARDWARE = re.compile(r"\s*hardware ethernet ([0-9A-Fa-f:]+);")
_NAME = re.compile(r'\s*client-hostname "(.*)";')
_ESCAPED = re.compile(rb'\\([0-7]{3}|["\\])')
_HELD = frozenset({"active"})


@dataclass(slots=True)
class _Block:
    """What a block said so far."""

    address: str
    line: int
    mac: str
    until: datetime | None = None
    bad: bool = False
    state: str = ""
    name: str = ""
    seen: set[str] = field(default_factory=set)


def leases_in(text: str, file: str) -> Iterator[Lease | Problem]:
    block: _Block | None = None
    client = ""
    for number, line in numbered(text):
        if (found := _IA.match(line)) is not None:
            client = _mac_of_ia(found[1])
        elif (found := _OPENS.match(line)) is not None:
            if block is not None:
                yield Problem(file, block.line, "this lease has no end")
            block = _Block(found[2], number, client if found[1] == "iaaddr" else "")
        elif block is not None and line.strip() == "}":
            yield _lease(block) or Problem(file, block.line, "this lease of dhcpd cannot be read")
            block = None
        elif block is not None:
            _take(block, line)


def _take(block: _Block, line: str) -> None:
    if (found := _STATES.match(line)) is not None:
        block.state = found[1]
    elif (found := _HARDWARE.match(line)) is not None:
        block.mac = mac_of(found[1])
    elif (found := _NAME.match(line)) is not None:
        block.name = host_of(found[1])
    elif line.strip().startswith("ends "):
        block.until = _time(line)


def _time(line: str) -> datetime | None:
    found = _ENDS.match(line)
    if found is None:
        return None
    never, epoch, date = found.groups()
    if never:
        return FOR_EVER
    if epoch:
        return moment_of(epoch)
    try:
        return datetime.strptime(date, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _lease(block: _Block) -> Lease | None:
    address = address_of(block.address)
    if not address or block.until is None:
        return None
    return Lease(address, block.mac, block.until, block.name, over=block.state not in _HELD)


def _mac_of_ia(quoted: str) -> str:
    """The identity of an association: four bytes of its number, then the device's DUID."""
    raw = _ESCAPED.sub(_unescaped, quoted.encode("latin-1", "replace"))
    if ":" in quoted and "\\" not in quoted:
        return mac_of_duid(quoted[IAID * 3 :])
    return mac_of_duid(raw[IAID:].hex(":"))


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8) & 0xFF]) if said.isdigit() else said
