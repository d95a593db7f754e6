"""Kea's memfile: a table as CSV with its columns on the first line, the last line of an address stands.

A lifetime of 0 takes a lease back. States: 0 assigned, 1 declined, 2 expired, 3 released.
While it is cleaned up the table is spread over files beside it: see `parts`.
"""

from collections.abc import Iterator, Mapping, Sequence

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

HELD = "0"
FOR_ALWAYS = "4294967295"  # all bits of a lifetime: it does not end
NEEDED = frozenset({"address", "valid_lifetime", "expire", "state"})
DELEGATED = "2"  # a whole network, to a router: no device has it
PARTS = (
    ".completed",
    ".2",
    ".1",
    "",
)  # the oldest first; where the first is, the next two are in it


def parts(name: str, there: Sequence[str]) -> tuple[str, ...]:
    """Return the files that make up the table, in the order that Kea itself reads them.

    `there`: the files that exist. A file written by the clean-up and not finished is none of it.
    """
    found = [name + part for part in PARTS if name + part in there]
    if name + PARTS[0] in found:
        found = [one for one in found if one in {name + PARTS[0], name}]
    return tuple(found)


def leases_in(text: str, file: str) -> Iterator[Lease | Problem]:
    columns: list[str] = []
    for number, line in numbered(text):
        cells = line.split(",")
        if cells[0] == "address":
            columns = cells
        elif not set(columns) >= NEEDED:
            yield Problem(file, number, "the columns of this table are not those of Kea's leases")
            return
        elif line:
            row = dict(zip(columns, cells, strict=False))
            if row.get("lease_type") != DELEGATED:
                yield _lease(row) or Problem(file, number, "this line is not a lease of Kea")


def _lease(row: Mapping[str, str]) -> Lease | None:
    if not row.keys() >= NEEDED:
        return None
    address, until = address_of(row["address"]), moment_of(row["expire"])
    if not address or until is None:
        return None
    mac = mac_of(row.get("hwaddr", "")) or mac_of_duid(row.get("duid", ""))
    over = row["state"] != HELD or row["valid_lifetime"] == "0"
    if row["valid_lifetime"] == FOR_ALWAYS:
        until = FOR_EVER
    return Lease(address, mac, until, host_of(_plain(row.get("hostname", ""))), over=over)


def _plain(cell: str) -> str:
    return cell.replace("&#x2c", ",")
