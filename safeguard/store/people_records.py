"""Lines of an import of people, and what may be wrong with them."""

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from filter_rules.types import Problem


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A line of an import. A device may be given with the person."""

    line: int
    name: str
    group: str
    address: str = ""
    device: str = ""


def canonical_address(text: str) -> str | None:
    """Return an IP address in its one spelling, IPv4 in IPv6 as IPv4; None if it is none."""
    try:
        address = ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def problems_in(
    records: Iterable[PersonRecord], file: str, groups: Collection[str] | None
) -> Iterable[Problem]:
    """Say what is wrong with lines of an import; nothing where all can be taken in."""
    seen: dict[str, int] = {}
    for record in records:
        if not record.name:
            yield Problem(file, record.line, "the name is missing")
        if not record.group:
            yield Problem(file, record.line, "the group is missing")
        elif groups is not None and record.group not in groups:
            known = ", ".join(sorted(groups))
            yield Problem(file, record.line, f"no group “{record.group}”: there are {known}")
        if record.address:
            yield from _address_problems(record, file, seen)


def _address_problems(record: PersonRecord, file: str, seen: dict[str, int]) -> Iterable[Problem]:
    address = canonical_address(record.address)
    if address is None:
        yield Problem(file, record.line, f"“{record.address}” is not an IP address")
        return
    first = seen.setdefault(address, record.line)
    if first != record.line:
        yield Problem(file, record.line, f"{address} stands on line {first} already")
