"""What the school has written down of who is where: people, devices, networks.

A device is known by its address, or by its hardware address where a lease says who has the
address now. Who is in nothing of this is unidentified, which has the strictest rules.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from safeguard.core.identifying import BEGINNING, END, Claim, Method
from safeguard.store import people
from safeguard.store.people import Device, Network, Person
from safeguard.store.people_records import canonical_address
from safeguard.store.session import Store

type Networks = tuple[tuple[int, Mapping[int, Network]], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the data path knows one: no name."""

    person: str
    group: str


class Roster:
    """People, devices and networks as they stood at one moment. It never changes."""

    def __init__(
        self,
        people: Iterable[Person] = (),
        devices: Iterable[Device] = (),
        networks: Iterable[Network] = (),
    ) -> None:
        here = tuple(people)
        self._groups = {person.id: person.group for person in here}
        self._logins = _alone(
            (person.login.casefold(), Known(person.id, person.group)) for person in here
        )
        known = tuple(devices)
        self._at = {device.address: device for device in known if device.address}
        self._by_mac = _alone((device.mac, device) for device in known)
        self._networks = _by_length(networks)

    def group_of(self, person: str) -> str | None:
        """Return the group of a person, None where there is none of that id (any more)."""
        return self._groups.get(person)

    def person_of_login(self, login: str) -> Known | None:
        """Return whom a login names; None where nobody has it, or several have."""
        return self._logins.get(login.strip().casefold())

    def device_of_mac(self, mac: str) -> Device | None:
        """Return the device of a hardware address; None where none has it, or several have."""
        return self._by_mac.get(mac)

    def device_at(self, address: str) -> Device | None:
        """Return the device that is written down at an address."""
        return self._at.get(address)

    def claims_at(self, address: str) -> Iterator[Claim]:
        """Say what is written down of an address, in its one spelling."""
        device = self._at.get(address)
        if device is not None:
            yield from self._of_device(device, Claim(address, Method.DEVICE, BEGINNING, END))
        around = self._networks_of(address)
        group = next((network.group for network in around if network.group), "")
        room = next((network.room for network in around if network.room), "")
        if group or room:
            yield Claim(address, Method.NETWORK, BEGINNING, END, group=group, room=room)

    def completed(self, claim: Claim) -> Iterator[Claim]:
        """Say what a source's claim comes to: the group of its person, the user of its device.

        A person who is not here any more is nobody.
        """
        if claim.person:
            group = self._groups.get(claim.person)
            if group is not None:
                yield replace(claim, group=group)
            return
        device = self._by_mac.get(claim.mac) if claim.method is Method.DEVICE else None
        if device is not None:
            yield from self._of_device(device, claim)
        elif claim.group or claim.device or claim.room:
            yield claim

    def _of_device(self, device: Device, claim: Claim) -> Iterator[Claim]:
        user = self._groups.get(device.person)
        yield replace(
            claim,
            person=device.person if user else "",
            device=device.id,
            group=user or device.group,
            room=device.room,
            shared=device.shared,
        )
        if device.shared and user and device.group:
            # It may be anybody of these as well as its usual user.
            yield replace(claim, device=device.id, group=device.group, room=device.room)

    def _networks_of(self, address: str) -> tuple[Network, ...]:
        """Return the networks that an address is in, the most specific first."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return ()
        number = int(parsed)
        found = (of.get(number >> shift) for shift, of in self._networks[parsed.version])
        return tuple(one for one in found if one is not None)


def _alone[Item](pairs: Iterable[tuple[str, Item]]) -> dict[str, Item]:
    """Return what stands for each word; a word that stands for several stands for none."""
    found: dict[str, Item] = {}
    twice = set()
    for word, item in pairs:
        if word in found:
            twice.add(word)
        found[word] = item
    return {word: item for word, item in found.items() if word and word not in twice}


def _by_length(networks: Iterable[Network]) -> Mapping[int, Networks]:
    """Return, for IPv4 and IPv6, the networks by their length, the most specific first."""
    tables: dict[int, dict[int, dict[int, Network]]] = {4: {}, 6: {}}
    for network in networks:
        parsed = ipaddress.ip_network(network.cidr)
        shift = parsed.max_prefixlen - parsed.prefixlen
        start = int(parsed.network_address) >> shift
        tables[parsed.version].setdefault(shift, {})[start] = network
    return {version: tuple(sorted(table.items())) for version, table in tables.items()}


def one_spelling(address: str) -> str:
    """Return an address as it is written everywhere here; what is none stays as it is."""
    return canonical_address(address) or address


def load_roster(store: Store) -> Roster:
    return Roster(*people.everyone(store))
