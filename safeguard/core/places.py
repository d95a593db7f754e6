"""Where a subject is, as far as some rule speaks of it: the room, and the networks around it."""

import ipaddress
from collections.abc import Iterable, Sequence

from safeguard.core.by_whom import place
from safeguard.core.rules import Who
from safeguard.core.types import Scope, Subject


class Places:
    """The rooms and networks that the rules of one policy name. Never changes."""

    def __init__(self, whoms: Iterable[Who]) -> None:
        rooms: set[str] = set()
        networks: set[str] = set()
        for who in whoms:
            rooms |= who.rooms
            networks |= who.networks
        self._rooms = frozenset(rooms)
        self._networks = {
            place(Scope.NETWORK, one): ipaddress.ip_network(one) for one in sorted(networks)
        }

    def of(self, subject: Subject) -> Sequence[str]:
        """Return the keys (see safeguard.core.by_whom) of the places that the subject is in."""
        room = (place(Scope.ROOM, subject.room),) if subject.room in self._rooms else ()
        return (*room, *self._around(subject.address)) if self._networks else room

    def _around(self, address: str) -> tuple[str, ...]:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return ()
        return tuple(key for key, network in self._networks.items() if parsed in network)
