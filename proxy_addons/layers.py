"""The protocols that may follow one another, and no others: CONNECT, TLS once, HTTP.

mitmproxy's own guess is not asked: it passes raw TCP, and DNS to ports 53 and 5353, unjudged.
What is neither TLS nor HTTP ends there.
"""

import re
from typing import override

from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import ClientTLSLayer, HttpLayer, ServerTLSLayer
from mitmproxy.proxy.layers.http import HTTPMode

from proxy_addons.visits import TlsChoice, Visit

ACCESS_DENIED = bytes.fromhex("15 0303 0002 02 31")  # alert, TLS 1.2 record, fatal, 49
RECORD_START = 3  # bytes that tell a TLS record from a request line
# The beginning of a request line, as clients write it, or as much of it as is there.
_REQUEST = re.compile(rb"[A-Za-z_-]{1,24}(?:$| (?:$|[/*h]))")


class HangUp(layer.Layer):
    """Closes the client's connection, and says nothing."""

    @override
    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            yield commands.CloseConnection(self.context.client)


class HangUpOnTunnel(HangUp):
    """The same, on a tunnel in which no web traffic begins."""


class GatedTls(ClientTLSLayer):
    """TLS with the client, which goes on only if a gate chose so at the ClientHello."""

    def __init__(self, context: Context, visit: Visit) -> None:
        super().__init__(context)
        self.visit = visit

    @override
    def start_tls(self) -> layer.CommandGenerator[None]:
        if self.visit.tls is TlsChoice.REFUSE:
            yield commands.SendData(self.context.client, ACCESS_DENIED)
            yield commands.CloseConnection(self.context.client)
            return
        yield from super().start_tls()


def next_layer_of(context: Context, data: bytes, visit: Visit) -> layer.Layer | None:
    """The layer that reads what follows; None: more bytes are needed to tell."""
    if len(context.layers) == 1:  # the proxy itself: absolute requests and CONNECT
        return HttpLayer(context, HTTPMode.regular)
    if any(isinstance(one, GatedTls) for one in context.layers):
        return HttpLayer(context, HTTPMode.transparent)
    if len(data) < RECORD_START:
        return None
    if not starts_like_tls_record(data):
        return _plain(context, data)
    server_tls = ServerTLSLayer(context)
    server_tls.child_layer = GatedTls(context, visit)
    return server_tls


def _plain(context: Context, data: bytes) -> layer.Layer:
    if _REQUEST.match(data[:26]):
        return HttpLayer(context, HTTPMode.transparent)
    return HangUpOnTunnel(context)
