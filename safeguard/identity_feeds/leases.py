"""A lease: that a device has an address until a time, whichever server wrote it down where."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from filter_rules.types import Problem

MOST_LEASES = 100_000
MOST_PROBLEMS = 100
LONGEST_NAME = 253
V4 = 4
FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lease:
    """Of one address. `until` in the past, or `over`: it was given back, or never was one."""

    address: str
    mac: str
    until: datetime
    name: str = ""
    over: bool = False

    def lives(self, now: datetime) -> bool:
        return not self.over and now < self.until


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: of each address the last word, and what could not be read."""

    leases: tuple[Lease, ...] = ()
    problems: tuple[Problem, ...] = ()
    bad: int = 0


def reading_of(found: Iterable[Lease | Problem]) -> Reading:
    """Take what a parser yields together: the last word on an address stands."""
    last: dict[str, Lease] = {}
    problems: list[Problem] = []
    bad = 0
    for one in found:
        if isinstance(one, Problem):
            bad += 1
            if len(problems) < MOST_PROBLEMS:
                problems.append(one)
        elif one.address in last or len(last) < MOST_LEASES:
            last[one.address] = one
        else:
            bad += 1
    return Reading(tuple(last.values()), tuple(problems), bad)


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers; one without its end is still being written."""
    for number, line in enumerate(text.split("\n")[:-1], 1):
        yield number, line.rstrip("\r")


def address_of(text: str) -> str:
    """Return an address that a device can have, in one spelling; empty where it is none."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    one = mapped or found
    nobody = one.is_unspecified or one.is_multicast or one.is_loopback or one.is_link_local
    return "" if nobody or (one.version == V4 and one.is_reserved) or "%" in str(one) else str(one)


def moment_of(seconds: str) -> datetime | None:
    """Return the time of seconds since 1970; None where that is no time."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def host_of(name: str) -> str:
    """Return a device's own name for itself, as far as it is fit to be shown."""
    plain = "".join(one for one in name.strip().strip("*.") if one.isprintable())
    return plain[:LONGEST_NAME]
