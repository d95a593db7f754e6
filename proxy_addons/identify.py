"""First in the chain: says who is at the other end, and which protocol comes next."""

from mitmproxy.connection import Client
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers import HttpLayer

from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_client, refuse_layer
from proxy_addons.layers import next_layer_of
from proxy_addons.visits import Visits


class Identify:
    """Begins a visit for each connection."""

    def __init__(self, visits: Visits, desk: Desk) -> None:
        self.visits = visits
        self.engine = desk.engine

    @fail_closed(refuse_client)
    def client_connected(self, client: Client) -> None:
        self.visits.begin(client, self.engine.subject_at(client.peername[0]))

    @fail_closed(refuse_layer)
    def next_layer(self, nextlayer: NextLayer) -> None:
        visit = self.visits.of(nextlayer.context.client)
        data: bytes = nextlayer.data_client()  # type: ignore[no-untyped-call]  # mitmproxy's
        nextlayer.layer = layer = next_layer_of(nextlayer.context, data, visit)
        if isinstance(layer, HttpLayer):
            visit.http = layer
