"""What is found out about a target before it is judged: by sealed lists, networks, the settings."""

import ipaddress
from collections.abc import Callable, Sequence

from filter_rules.ruleset import RuleSet
from filter_rules.sealed import UNSEEN, WITHHELD
from filter_rules.types import Hit, Part
from filter_rules.urls import Url
from safeguard.core.evasion import Evasion, of_address
from safeguard.core.types import Channel, Subject, Target
from safeguard.loading import Snapshot

PRIVATE = "private-address"
NOT_SEEN = (Hit(UNSEEN, "sealed", WITHHELD),)
ENCRYPTED = frozenset({"https", "wss"})


def in_sealed_lists(
    snapshot: Snapshot, subject: Subject, target: Target, url: Url | None
) -> tuple[Hit, ...]:
    """What the sealed lists say.

    Where nobody could see the page that is asked for, a host that carries any entry counts. But
    a DNS question is no request yet: it blocks whole hosts alone.
    """
    lists = snapshot.sealing.lists
    if not lists.carries(target.host):
        return ()
    hits = lists.match(target.host, url)
    if hits or target.channel is Channel.DNS:
        return hits
    hidden = url is None or url.scheme in ENCRYPTED
    return NOT_SEEN if hidden and subject.group in snapshot.policy.private_groups else ()


def of_networks(rules: RuleSet, addresses: tuple[str, ...]) -> tuple[Hit, ...]:
    """What lists of networks say of where a host leads.

    A list of hosts that names an address means requests to that address: many sites share one.
    """
    hits = (hit for one in addresses for hit in rules.match_address(one))
    return tuple(dict.fromkeys(hit for hit in hits if hit.part is Part.NETWORK))


def within(milliseconds: int, ticks: Callable[[], float]) -> Callable[[], bool]:
    """Return what says when the time is spent. `ticks`: seconds that never jump."""
    until = ticks() + milliseconds / 1000
    return lambda: ticks() >= until


class Reachable:
    """The private addresses that the settings let the proxy reach."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(one, strict=False) for one in networks)

    def left_out(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Return the hits without those that only say that an address of these is private."""
        if not self._networks:
            return hits
        return tuple(one for one in hits if not self._holds(one))

    def _holds(self, hit: Hit) -> bool:
        if hit.category != PRIVATE:
            return False
        return self.holds("127.0.0.1" if hit.entry.endswith("localhost") else hit.entry)

    def holds(self, address: str) -> bool:
        """Whether the settings let the proxy reach the network of an address."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def ways_round(
    target: Target, url: Url | None, ports: frozenset[int], reachable: Reachable
) -> Sequence[Evasion]:
    """What the target shows of ways round the filter, with what an edge saw. Not of a DNS question."""
    if target.channel is Channel.DNS:
        return ()
    port = url.port if url else target.port
    shown = of_address(target.host, port, target.addresses, ports, reachable.holds)
    return (*target.evasions, *shown) if target.evasions else shown
