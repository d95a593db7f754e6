"""What a sign-in to the network, or a lease, claims of the person or the device at an address."""

from collections.abc import Collection, Iterator
from datetime import datetime

from safeguard.core.identifying import UNIDENTIFIED, Claim, Method
from safeguard.identity.roster import Roster
from safeguard.identity_feeds.accounting_sessions import Session
from safeguard.identity_feeds.logins import is_machine, logins_of


class Claiming:
    """Claims by what the school knows. `own`: its realms and domains."""

    def __init__(self, roster: Roster, own: Collection[str]) -> None:
        self._roster = roster
        self._own = own

    def knows(self, mac: str) -> bool:
        """Whether one device of the register has this hardware."""
        return self._roster.device_of_mac(mac) is not None

    def of_session(self, session: Session, address: str, until: datetime) -> Iterator[Claim]:
        """Of a person: theirs, or nobody's where no login fits. Of a machine: its device's."""
        if is_machine(session.name) or not session.name:
            yield from self.of_device(session.mac, address, session.since, until)
            return
        person = self._person_of(session.name)
        device = self._roster.device_of_mac(session.mac)
        yield Claim(
            address,
            Method.RADIUS,
            session.since,
            until,
            person,
            device.id if device else "",
            "" if person else UNIDENTIFIED,
            device.room if device else "",
            mac=session.mac,
        )

    def of_device(
        self, mac: str, address: str, since: datetime, until: datetime
    ) -> Iterator[Claim]:
        """Of a device, the hardware alone: whose it is, is looked up when somebody asks."""
        there = self._roster.device_at(address)
        device = self._roster.device_of_mac(mac)
        if device is not None:
            yield Claim(address, Method.DEVICE, since, until, device=device.id, mac=mac)
        elif mac and there is not None and there.mac:
            # The register has another device there: that is no longer so, and this is nobody's.
            yield Claim(address, Method.DEVICE, since, until, group=UNIDENTIFIED, mac=mac)

    def _person_of(self, name: str) -> str:
        logins = logins_of(name, self._own)
        found = (self._roster.person_of_login(login) for login in logins)
        return next((one.person for one in found if one is not None), "")
