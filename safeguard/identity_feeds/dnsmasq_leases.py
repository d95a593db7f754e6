"""dnsmasq's lease file: expiry, hardware address, address, name and client id on each line.

`duid ...` opens the part with IPv6, whose lines have an association's number where the others have
the hardware address. Expiry 0: for ever. Hardware other than Ethernet stands as 06-02:00:...
"""

from collections.abc import Iterator

from filter_rules.types import Problem
from safeguard.identity_feeds.hardware import mac_of
from safeguard.identity_feeds.leases import (
    FOR_EVER,
    Lease,
    address_of,
    host_of,
    moment_of,
    numbered,
)

CELLS = 5
_LINK_LAYER = ("00:03:00:01:", "00:01:00:01:")  # a DUID that ends with the hardware address
_WITH_TIME = 14 * 3 - 1
_WITHOUT_TIME = 10 * 3 - 1


def leases_in(text: str, file: str) -> Iterator[Lease | Problem]:
    for number, line in numbered(text):
        cells = line.split(" ")
        if line and cells[0] != "duid":
            yield _lease(cells) or Problem(file, number, "this line is not a lease of dnsmasq")


def _lease(cells: list[str]) -> Lease | None:
    if len(cells) != CELLS:
        return None
    expiry, hardware, leased, name, client = cells
    until, address = moment_of(expiry), address_of(leased.strip("[]"))
    if until is None or not address:
        return None
    mac = mac_of_duid(client) if ":" in address else mac_of(hardware)
    return Lease(address, mac, FOR_EVER if expiry == "0" else until, host_of(name))


def mac_of_duid(duid: str) -> str:
    """Return the hardware address that most devices build their DHCPv6 name from, or nothing."""
    plain = duid.strip().lower()
    if plain.startswith(_LINK_LAYER[0]) and len(plain) == _WITHOUT_TIME:
        return mac_of(plain[-17:])
    if plain.startswith(_LINK_LAYER[1]) and len(plain) == _WITH_TIME:
        return mac_of(plain[-17:])
    return ""
