"""What a worker bears: so many connections, and nobody who begins something and does not end it.

mitmproxy has no bound on connections, and none on the time for a head. Each worker has its
share of the bounds: the kernel spreads connections evenly over them.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.tls import ClientHelloData, TlsData

from proxy_addons.answers import is_short
from proxy_addons.failure import (
    end_tls,
    fail_closed,
    refuse_client,
    refuse_flow,
    refuse_layer,
)
from safeguard.edge_settings import Limits

BODILESS = frozenset({b"GET", b"HEAD", b"OPTIONS"})
SAID_AGAIN_SECONDS = 60.0
HEAD, HELLO = "head", "hello"


@dataclass(slots=True)
class Held:
    """A connection that was admitted: what it has begun and not ended, since when; its live flows."""

    address: str
    begun: dict[str, float] = field(default_factory=dict)
    flows: set[str] = field(default_factory=set)


class Bearing:
    """First in the chain. `spared`: addresses behind which there are many clients.

    `possible`: how many connections there can be at all.
    """

    def __init__(
        self,
        limits: Limits,
        workers: int,
        spared: Callable[[str], bool],
        possible: int = 10**9,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = min(possible, -(-limits.max_connections // workers))
        # Of one client's connections some worker gets more than its part: a third more.
        self.most_per_client = -(-limits.max_connections_per_client * 3 // (workers * 2 + 1))
        self.seconds = limits.header_seconds
        self._refused = 0
        self._said = -SAID_AGAIN_SECONDS
        self._spared = spared
        self._clock = clock
        self._held: dict[Client, Held] = {}
        self._of: Counter[str] = Counter()

    @fail_closed(refuse_client)
    def client_connected(self, client: Client) -> None:
        address = client.peername[0]
        crowded = self._of[address] >= self.most_per_client and not self._spared(address)
        if crowded or len(self._held) >= self.most:
            self._refused += 1
            client.error = "too many connections"
            return
        self._of[address] += 1
        self._held[client] = Held(address)

    def client_disconnected(self, client: Client) -> None:
        held = self._held.pop(client, None)
        if held is None:
            return
        self._of[held.address] -= 1
        if not self._of[held.address]:
            del self._of[held.address]

    @fail_closed(refuse_layer)
    def next_layer(self, nextlayer: NextLayer) -> None:
        """The first bytes of something: a TLS hello, most often, that should have an end.

        Not within TLS: browsers open HTTP/2 there long before they ask for anything.
        """
        client = nextlayer.context.client
        if not client.tls_established and nextlayer.data_client():  # type: ignore[no-untyped-call]  # mitmproxy's
            self.begun(client, HELLO)

    @fail_closed(end_tls)
    def tls_clienthello(self, data: ClientHelloData | TlsData) -> None:
        """The hello is whole. What is passed through untouched may last as long as it likes."""
        self.ended(data.context.client, HELLO)

    @fail_closed(end_tls)
    def tls_start_client(self, data: ClientHelloData | TlsData) -> None:
        self.begun(data.context.client, HELLO)

    def tls_established_client(self, data: TlsData) -> None:
        self.ended(data.context.client, HELLO)

    @fail_closed(refuse_flow)
    def requestheaders(self, flow: HTTPFlow) -> None:
        held = self._held[flow.client_conn]
        held.begun.pop(HELLO, None)
        held.flows.add(flow.id)
        if flow.request.data.method not in BODILESS and is_short(flow):  # held until it is whole
            held.begun[flow.id] = self._clock()

    @fail_closed(refuse_flow)
    def request(self, flow: HTTPFlow) -> None:
        self.ended(flow.client_conn, flow.id)

    def response(self, flow: HTTPFlow) -> None:
        self._over(flow)

    def error(self, flow: HTTPFlow) -> None:
        self._over(flow)

    def begun(self, client: Client, what: str) -> None:
        held = self._held.get(client)
        if held is not None:
            held.begun.setdefault(what, self._clock())

    def ended(self, client: Client, what: str) -> None:
        held = self._held.get(client)
        if held is not None:
            held.begun.pop(what, None)

    def is_busy(self, client: Client) -> bool:
        """Whether a request of the connection is under way."""
        held = self._held.get(client)
        return held is not None and bool(held.flows)

    def late(self) -> Iterator[Client]:
        """Yield the connections that have begun something too long ago, or were cut off."""
        since = self._clock() - self.seconds
        for client, held in list(self._held.items()):
            if client.error or (held.begun and min(held.begun.values()) < since):
                yield client

    def take_refused(self) -> int:
        """How many connections were refused since the last call, at most once a minute."""
        now = self._clock()
        if not self._refused or now - self._said < SAID_AGAIN_SECONDS:
            return 0
        self._said, refused, self._refused = now, self._refused, 0
        return refused

    def _over(self, flow: HTTPFlow) -> None:
        held = self._held.get(flow.client_conn)
        if held is not None:
            held.flows.discard(flow.id)
            held.begun.pop(flow.id, None)
