"""Who asks: an address becomes a Subject, by what the school has written down.

The device at the very address first, then the most specific network; who is in neither is
unidentified, which has the strictest rules. Nothing is guessed.
"""

import ipaddress
from collections.abc import Iterable, Mapping

from safeguard.core.types import Subject
from safeguard.store import people
from safeguard.store.people import Device, Network, Person
from safeguard.store.people_records import canonical_address
from safeguard.store.session import Store

UNIDENTIFIED = "unidentified"
BY_DEVICE = "device"
BY_NETWORK = "network"
BY_NOTHING = "none"

type Networks = tuple[tuple[int, Mapping[int, str]], ...]


class Roster:
    """People, devices and networks as they stood at one moment. It never changes."""

    def __init__(
        self,
        people: Iterable[Person] = (),
        devices: Iterable[Device] = (),
        networks: Iterable[Network] = (),
    ) -> None:
        groups = {person.id: person.group for person in people}
        self._devices = {
            device.address: (device, groups.get(device.person) or device.group)
            for device in devices
        }
        self._networks = _by_length(networks)

    def subject_at(self, address: str) -> Subject:
        """Return who asks from this address."""
        one = address if address in self._devices else canonical_address(address) or address
        known = self._devices.get(one)
        if known is None:
            group = self._group_of(one)
            return Subject(group or UNIDENTIFIED, one, method=BY_NETWORK if group else BY_NOTHING)
        device, group = known
        if group:
            return Subject(group, one, device.person, device.id, BY_DEVICE)
        group = self._group_of(one)
        method = BY_NETWORK if group else BY_NOTHING
        return Subject(group or UNIDENTIFIED, one, device.person, device.id, method)

    def _group_of(self, address: str) -> str:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return ""
        number = int(parsed)
        for shift, groups in self._networks[parsed.version]:
            group = groups.get(number >> shift)
            if group:
                return group
        return ""


def _by_length(networks: Iterable[Network]) -> Mapping[int, Networks]:
    """Return, for IPv4 and IPv6, the networks by their length, the most specific first."""
    tables: dict[int, dict[int, dict[int, str]]] = {4: {}, 6: {}}
    for network in networks:
        parsed = ipaddress.ip_network(network.cidr)
        shift = parsed.max_prefixlen - parsed.prefixlen
        start = int(parsed.network_address) >> shift
        tables[parsed.version].setdefault(shift, {})[start] = network.group
    return {version: tuple(sorted(table.items())) for version, table in tables.items()}


def load_roster(store: Store) -> Roster:
    return Roster(*people.everyone(store))
