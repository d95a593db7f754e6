"""Messages of a WebSocket are read both ways, by a real client and a real server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import websocket
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, Request, TextMessage

from safeguard.core.types import Reason
from tests.proxy_addons.world import BITS, WORDS, Proxy, Start


class Talk:
    """A server that notes what it is told, and answers "more" with its next line."""

    def __init__(self, lines: list[str]) -> None:
        self.heard: list[str] = []
        self._lines = iter(lines)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, suppress(OSError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        connection = WSConnection(ConnectionType.SERVER)
        while part := client.recv(65536):
            connection.receive_data(part)
            for event in connection.events():
                match event:
                    case Request():
                        client.sendall(connection.send(AcceptConnection()))
                    case TextMessage():
                        self.heard.append(event.data)
                        answer = next(self._lines, "ok") if event.data == "more" else "ok"
                        client.sendall(connection.send(Message(answer)))
                    case CloseConnection():
                        client.sendall(connection.send(event.response()))
                        return
                    case _:
                        pass


@contextmanager
def talking(proxy: Proxy, *lines: str) -> Iterator[tuple[Talk, websocket.WebSocket]]:
    server = Talk(list(lines))
    client = websocket.create_connection(
        f"ws://school.test:{server.port}/chat",
        http_proxy_host="127.0.0.1",
        http_proxy_port=proxy.port,
        proxy_type="http",
        timeout=10,
    )
    try:
        yield server, client
    finally:
        client.shutdown()
        server.close()


def test_what_harms_nobody_is_passed_on_both_ways(proxy: Proxy) -> None:
    with talking(proxy, "a calm answer") as (server, client):
        client.send("more")
        assert client.recv() == "a calm answer"
        assert server.heard == ["more"]
    assert proxy.notebook.kept == []


def test_what_a_pupil_types_is_judged_before_anybody_hears_it(proxy: Proxy) -> None:
    with talking(proxy) as (server, client):
        client.send("hello there")
        assert client.recv() == "ok"
        client.send(WORDS)
        with pytest.raises((websocket.WebSocketException, OSError)):
            client.recv()
    assert server.heard == ["hello there"]
    (kept,) = [one for one in proxy.notebook.kept if one[2].reason is Reason.WORDS]
    assert kept[2].flagged
    assert "do not want to be here" in kept[1].words


def test_what_comes_back_bit_by_bit_is_put_together_and_stopped(start: Start) -> None:
    proxy = start("primary")
    shown = ""
    with talking(proxy, *BITS) as (_, client), suppress(websocket.WebSocketException, OSError):
        for _ in range(len(BITS) + 1):
            client.send("more")
            shown += str(client.recv())
    assert WORDS.startswith(shown)
    assert shown != WORDS
    assert proxy.notebook.kept[-1][2].blocked


def test_messages_of_staff_are_not_read(start: Start) -> None:
    proxy = start("staff")
    with talking(proxy) as (server, client):
        client.send(WORDS)
        assert client.recv() == "ok"
    assert server.heard == [WORDS]
    assert proxy.notebook.kept == []
