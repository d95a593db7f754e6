"""The port where access points and switches say who is signed in: RADIUS accounting over UDP.

A packet is answered as soon as it is taken in. One that is not taken in gets no answer, so that
it is sent again: that is all the pushing back that the protocol knows.
"""

import asyncio
import ipaddress
import socket
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import override

from safeguard import logs
from safeguard.identity_feeds.accounting import Accounting, Heard, Refusal, hear
from safeguard.problems import UnusableError

REPEATS = 20_000  # packets that are known again when they come again
BUFFER_BYTES = 4 * 1024 * 1024

log = logs.logger("safeguard.radius")

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network
type Take = Callable[[Accounting], bool]


class Secrets:
    """Whose packets are heard: a secret for each network of access points, the narrowest counts."""

    def __init__(self, secrets: Mapping[Network, bytes]) -> None:
        self._secrets = sorted(secrets.items(), key=lambda one: -one[0].prefixlen)

    def of(self, address: str) -> tuple[str, bytes] | None:
        """Return the network and its secret; None for a stranger."""
        found = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(found, "ipv4_mapped", None) or found
        for network, secret in self._secrets:
            if mapped in network:
                return str(network), secret
        return None


class Listener(asyncio.DatagramProtocol):
    """Hears packets, answers them, and counts what it refuses."""

    def __init__(self, secrets: Callable[[], Secrets], take: Take) -> None:
        self._secrets = secrets
        self._take = take
        self._answered: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()
        self._said: set[tuple[Refusal, str]] = set()
        self._transport: asyncio.DatagramTransport | None = None
        self.heard = 0
        self.refused: Counter[Refusal] = Counter()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)  # noqa: S101  asyncio promises it
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard += 1
        known = self._secrets().of(addr[0])
        if known is None:
            self._refuse(Refusal.STRANGER, "")
            return
        network, secret = known
        found = hear(data, secret, addr[0])
        answer = found if isinstance(found, Refusal) else self._answer(found, addr[0])
        if isinstance(answer, Refusal):
            self._refuse(answer, network)
        elif self._transport is not None:
            self._transport.sendto(answer, addr)

    @override
    def error_received(self, exc: Exception) -> None:
        """Pass over what the network says of an answer: who asked is not there any more."""

    def _answer(self, found: Heard, client: str) -> bytes | Refusal:
        """Take it in, unless it came before: then it is answered as before."""
        mark = (client, found.mark)
        if found.says is None:
            return found.answer
        before = self._answered.get(mark)
        if before is not None:
            return before
        if not self._take(found.says):
            return Refusal.FULL
        self._answered[mark] = found.answer
        while len(self._answered) > REPEATS:
            self._answered.popitem(last=False)
        return found.answer

    def _refuse(self, why: Refusal, network: str) -> None:
        """Count it, and say it once. Not the address: a stranger's may be a pupil's."""
        self.refused[why] += 1
        if (why, network) not in self._said:
            self._said.add((why, network))
            log.warning("a RADIUS packet was not answered", why=why.value, network=network or "?")


async def listen(host: str, port: int, listener: Listener) -> asyncio.DatagramTransport:
    """Open the port; UnusableError says why it cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        with suppress(OSError):  # the kernel gives as much as it may
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        opened.setblocking(False)
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise UnusableError(
            f"RADIUS accounting cannot listen on {host} port {port} ({error.strerror}): "
            "stop what uses it, or set feeds.radius_listen and feeds.radius_port to another."
        ) from error
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: listener, sock=opened)
    return transport
