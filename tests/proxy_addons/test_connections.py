"""Servers wait for an HTTP/2 client that has stopped reading; sockets are closed at the end."""

import asyncio
import socket
import ssl
from types import SimpleNamespace
from typing import Any, override

import h2.config
import h2.connection
import h2.events
import pytest

from proxy_addons import connections
from proxy_addons.connections import FilterHandler
from tests.proxy_addons.world import Proxy


def handler(waiting: int, alpn: bytes = b"h2") -> Any:
    """A handler whose client has not taken so many bytes."""
    client = SimpleNamespace(alpn=alpn)
    buffers = {1: [SimpleNamespace(data=bytes(waiting))]}
    layer = SimpleNamespace(h2_conn=SimpleNamespace(stream_buffers=buffers))
    made = FilterHandler.__new__(FilterHandler)
    visit = SimpleNamespace(http=SimpleNamespace(connections={id(client): layer}))
    visit.http.connections = _ByIdentity(client, layer)
    bare: Any = made
    bare.client = client
    bare.transports = _ByIdentity(client, SimpleNamespace(handler=None, writer=None))
    bare.visits = SimpleNamespace(find=lambda _client: visit)
    bare._drain_lock = asyncio.Lock()
    bare.buffers = buffers
    return bare


class _ByIdentity(dict[int, Any]):
    """One entry, found by the object itself."""

    def __init__(self, key: object, value: object) -> None:
        super().__init__({id(key): value})

    @override
    def get(self, key: object, default: Any = None) -> Any:
        return super().get(id(key), default)

    @override
    def __contains__(self, key: object) -> bool:
        return super().__contains__(id(key))


async def waits(paced: Any) -> bool:
    """Whether a server's reader has to wait."""
    reader = asyncio.ensure_future(paced.drain_writers())
    done, _ = await asyncio.wait([reader], timeout=0.1)
    if done:
        return False
    paced.buffers.clear()
    await asyncio.wait_for(reader, 5)
    return True


@pytest.mark.parametrize(
    ("waiting", "alpn", "then"),
    [
        (connections.HIGH_WATER + 1, b"h2", "waits"),
        (connections.HIGH_WATER, b"h2", "reads"),
        (connections.HIGH_WATER + 1, b"http/1.1", "reads"),
    ],
)
def test_a_server_waits_while_too_much_was_not_taken(waiting: int, alpn: bytes, then: str) -> None:
    async def run() -> bool:
        return await waits(handler(waiting, alpn))

    assert asyncio.run(run()) is (then == "waits")


def test_the_clients_own_reader_never_waits() -> None:
    async def run() -> None:
        paced = handler(connections.HIGH_WATER + 1)
        paced.transports.get(paced.client).handler = asyncio.current_task()
        await asyncio.wait_for(paced.drain_writers(), 5)

    asyncio.run(run())


def test_a_block_page_reaches_an_http2_client(proxy: Proxy) -> None:
    context = ssl.create_default_context(cafile=str(proxy.authority.certificate))
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as plain:
        plain.sendall(b"CONNECT bets.test:443 HTTP/1.1\r\n\r\n")
        assert b"200" in plain.recv(1000)
        with context.wrap_socket(plain, server_hostname="bets.test") as tls:
            assert tls.selected_alpn_protocol() == "h2"
            assert b"Gambling" in fetch(tls, "bets.test")


def fetch(tls: ssl.SSLSocket, host: str) -> bytes:
    client = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    client.initiate_connection()
    head = [(":method", "GET"), (":path", "/"), (":scheme", "https"), (":authority", host)]
    client.send_headers(1, head, end_stream=True)
    body = b""
    while True:
        tls.sendall(client.data_to_send())
        for event in client.receive_data(tls.recv(65536)):
            if isinstance(event, h2.events.DataReceived):
                body += event.data
            if isinstance(event, h2.events.StreamEnded):
                return body
