"""A server of lists on this machine, for the tests of downloads and subscriptions."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Flag
from threading import Thread
from typing import IO, cast, override

type Writes = Callable[[IO[bytes], Flag], None]
"""Writes a whole answer, headers and all, until it is done or the server is stopped."""


@dataclass
class Answer:
    """What the server says to one path. `cut`: how many bytes it holds back at the end."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    hangs: bool = False
    writes: Writes | None = None


class ListServer:
    """Answers by path, with ETag and Last-Modified like a real one; remembers what it was asked.

    As a proxy it is asked for whole addresses, which are paths like any other; what it is asked
    to connect to is `connected`, and it connects to `leads_to` on this machine.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connected: list[str] = []
        self.leads_to = 0
        self.stopped = Flag()
        self.address = ""

    def serve(self, path: str, body: bytes | str, **headers: str) -> str:
        """Let `path` answer with `body`; return its address."""
        held = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(
            held, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        return self.address + path


class _Handler(BaseHTTPRequestHandler):
    lists: ListServer

    def do_GET(self) -> None:
        self.lists.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        answer = self.lists.answers.get(self.path, Answer(b"none here", 404))
        if answer.writes:
            self.close_connection = True
            _quietly(answer.writes, cast("IO[bytes]", self.wfile), self.lists.stopped)
            return
        self.answered(Answer(status=304) if self.is_known(answer) else answer)

    def is_known(self, answer: Answer) -> bool:
        pairs = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
        for ours, theirs in pairs:
            if (said := self.headers.get(theirs)) is not None:
                return said == answer.headers.get(ours)
        return False

    def answered(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) - answer.cut])
        if answer.hangs:
            self.wfile.flush()
            self.lists.stopped.wait(30)

    def do_CONNECT(self) -> None:
        self.lists.connected.append(self.path)
        self.close_connection = True
        with closing(socket.create_connection(("127.0.0.1", self.lists.leads_to))) as far:
            self.send_response(200)
            self.end_headers()
            back = Thread(target=_pump, args=(far, self.connection))
            back.start()
            _pump(self.connection, far)
            back.join()

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


def _quietly(writes: Writes, stream: IO[bytes], stopped: Flag) -> None:
    try:
        writes(stream, stopped)
    except OSError:
        return  # whoever asked has gone: that is what is tested


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


class _Server(ThreadingHTTPServer):
    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections are broken on purpose."""


@contextmanager
def list_server(tls: ssl.SSLContext | None = None) -> Iterator[ListServer]:
    made = ListServer()
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"lists": made})) as http:
        if tls:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
        made.address = f"http{'s' if tls else ''}://127.0.0.1:{http.server_port}"
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            made.stopped.set()
            http.shutdown()
            thread.join()
