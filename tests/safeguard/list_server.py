"""A server of lists on this machine, for the tests of downloads and subscriptions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Flag
from threading import Thread
from typing import override


@dataclass
class Answer:
    """What the server says to one path. `cut`: how many bytes it holds back at the end."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    hangs: bool = False


class ListServer:
    """Answers by path, with ETag and Last-Modified like a real one; remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stopped = Flag()
        self.address = ""

    def serve(self, path: str, body: bytes | str, **headers: str) -> str:
        """Let `path` answer with `body`; return its address."""
        held = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(
            held, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        return self.address + path

    def handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                answer = server.answers.get(self.path, Answer(b"none here", 404))
                etag = answer.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    answer = Answer(status=304)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) - answer.cut])
                if answer.hangs:
                    self.wfile.flush()
                    server.stopped.wait(30)

            @override
            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@contextmanager
def list_server() -> Iterator[ListServer]:
    made = ListServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), made.handler()) as http:
        made.address = f"http://127.0.0.1:{http.server_port}"
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            made.stopped.set()
            http.shutdown()
            thread.join()
