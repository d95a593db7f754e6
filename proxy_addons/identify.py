"""First in the chain: says who is at the other end, and which protocol comes next."""

from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers import HttpLayer

from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_client, refuse_flow, refuse_layer
from proxy_addons.layers import HangUpOnTunnel, next_layer_of
from proxy_addons.visits import Visits
from safeguard.core.evasion import Evasion
from safeguard.core.identifying import OF_A_REQUEST


class Identify:
    """Begins a visit for each connection, and sees at each request who is there by now."""

    def __init__(self, visits: Visits, desk: Desk) -> None:
        self.visits = visits
        self.desk = desk
        self.engine = desk.engine

    @fail_closed(refuse_client)
    def client_connected(self, client: Client) -> None:
        self.visits.begin(client, self.engine.subject_at(client.peername[0]))

    @fail_closed(refuse_flow)
    def requestheaders(self, flow: HTTPFlow) -> None:
        """A connection may outlive the session of who began it, unless it proved who that is."""
        visit = self.visits.of(flow.client_conn)
        if visit.subject.method not in OF_A_REQUEST:
            visit.subject = self.engine.subject_at(visit.subject.address)

    @fail_closed(refuse_layer)
    def next_layer(self, nextlayer: NextLayer) -> None:
        visit = self.visits.of(nextlayer.context.client)
        data: bytes = nextlayer.data_client()  # type: ignore[no-untyped-call]  # mitmproxy's
        nextlayer.layer = layer = next_layer_of(nextlayer.context, data, visit)
        if isinstance(layer, HttpLayer):
            visit.http = layer
        elif isinstance(layer, HangUpOnTunnel):
            self.desk.evaded(visit.subject, visit.connect_host, Evasion.RAW_TUNNEL)
