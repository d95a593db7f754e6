"""Who is at an address: what several sources say of it at one moment, weighed into one Subject.

Each source makes claims: this address is this person's, from when until when. The strongest
claim that lives stands; the order is METHODS. Two of the same strength that name different
people are never guessed away: the person is unknown then, and the subject says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Method(StrEnum):
    """How somebody was found; the word stands on each event."""

    KERBEROS = "kerberos"  # this very request carried a ticket
    PASSWORD = "password"  # this very request carried a name and a password  # noqa: S105  a word
    HEADER = "header"  # a proxy that the school trusts named the person
    PORTAL = "portal"  # signed in on the page for people's own devices
    RADIUS = "radius"  # the wireless network or the switch said who signed in
    DEVICE = "device"  # the usual user of the device at this address
    NETWORK = "network"  # nobody: the network stands for a group
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Claim:
    """That a person or a device is at an address, who says so, from when until when.

    `person`, `device`: ids of ours, empty where unknown. `until`: from when it says nothing.
    `shared`: several people use what is there, so the person is a likely one at best.
    """

    address: str
    method: Method
    since: datetime
    until: datetime
    person: str = ""
    device: str = ""
    group: str = ""
    room: str = ""
    shared: bool = False

    def lives(self, now: datetime) -> bool:
        return self.since <= now < self.until


def strongest(claims: Iterable[Claim], now: datetime) -> tuple[Claim, ...]:
    """Return the living claims of the strongest method; none where nothing lives."""
    order = list(Method)
    living = sorted(
        (one for one in claims if one.lives(now)), key=lambda one: order.index(one.method)
    )
    return tuple(one for one in living if one.method is living[0].method)
