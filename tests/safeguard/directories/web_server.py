"""A directory of the web on this machine: answers that were written down, in the order asked for."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Flag
from threading import Thread
from typing import Any, override
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    """What is said to one question. `waits`: it says nothing until the server ends."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    waits: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Asked:
    """One question: its path with query, its token, its form."""

    path: str
    token: str
    form: dict[str, list[str]]


class WebServer:
    """Answers each path (with its query, else without) in order; the last answer stays."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.asked: list[Asked] = []
        self.stopped = Flag()
        self.address = ""

    def says(self, path: str, *answers: Answer | dict[str, Any]) -> None:
        self.answers[path] = [one if isinstance(one, Answer) else Answer(one) for one in answers]

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def take(self, path: str) -> Answer:
        found = self.answers.get(path) or self.answers.get(urlsplit(path).path) or []
        if not found:
            return Answer({"error": "none here"}, 404)
        return found.pop(0) if len(found) > 1 else found[0]


class _Handler(BaseHTTPRequestHandler):
    web: WebServer

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        self._answer(parse_qs(self.rfile.read(length).decode()))

    def _answer(self, form: dict[str, list[str]]) -> None:
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        self.web.asked.append(Asked(self.path, token, form))
        answer = self.web.take(self.path)
        if answer.waits:
            self.web.stopped.wait(20)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections are broken on purpose."""


@contextmanager
def web_server() -> Iterator[WebServer]:
    made = WebServer()
    with _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"web": made})) as http:
        made.address = f"http://127.0.0.1:{http.server_port}"
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            made.stopped.set()
            http.shutdown()
            thread.join()
