"""At a stop what is under way ends well; idle connections end at once, the rest after a while."""

import socket
import threading
import time

import pytest

from proxy_addons import worker
from proxy_addons.memory import Growth
from tests.proxy_addons.world import Page, Proxy, Site, Start


@pytest.fixture
def slow_site() -> object:
    """Answers one request: the head at once, the body when `go` is set."""
    listener = socket.create_server(("127.0.0.1", 0))
    go = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            body = b"whole"
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\ncontent-length: 5\r\n\r\n"
            connection.sendall(head)
            go.wait(10)
            connection.sendall(body)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1], go
    go.set()
    thread.join()
    listener.close()


def is_let_in(proxy: Proxy) -> bool:
    try:
        socket.create_connection(("127.0.0.1", proxy.port), timeout=5).close()
    except OSError:
        return False
    return True


def stopping(proxy: Proxy) -> threading.Thread:
    thread = threading.Thread(target=proxy.close)
    thread.start()
    return thread


def test_a_request_under_way_ends_well_and_nobody_new_is_let_in(
    start: Start, slow_site: tuple[int, threading.Event]
) -> None:
    port, go = slow_site
    proxy = start(patience=10.0)
    with proxy.http() as client:
        client.request("GET", f"http://school.test:{port}/")
        answer = client.getresponse()
        ending = stopping(proxy)
        while is_let_in(proxy):
            pass
        go.set()
        assert answer.read() == b"whole"
    ending.join(10)
    assert not ending.is_alive()


def test_an_idle_connection_holds_up_no_stop(start: Start, plain_site: Site) -> None:
    proxy = start(patience=30.0)
    with proxy.http() as client:
        client.request("GET", f"http://school.test:{plain_site.port}/")
        assert client.getresponse().read() == Page().body
        began = time.monotonic()
        proxy.close()
        assert time.monotonic() - began < 10


def test_what_does_not_end_is_cut_off_after_its_time(
    start: Start, slow_site: tuple[int, threading.Event]
) -> None:
    port, _ = slow_site
    proxy = start(patience=0.3)
    with proxy.http() as client:
        client.request("GET", f"http://school.test:{port}/")
        answer = client.getresponse()
        began = time.monotonic()
        proxy.close()
        assert time.monotonic() - began < 10
        with pytest.raises(Exception, match=r"."):
            answer.read()


def test_a_worker_that_makes_way_ends_what_it_has_begun_and_lets_others_in_meanwhile(
    start: Start,
    slow_site: tuple[int, threading.Event],
    plain_site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grown = threading.Event()
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(Growth, "is_too_much", lambda _self: grown.is_set())
    port, go = slow_site
    proxy = start(patience=10.0)
    with proxy.http() as client, proxy.http() as other:
        client.request("GET", f"http://school.test:{port}/")
        answer = client.getresponse()
        grown.set()
        other.request("GET", f"http://school.test:{plain_site.port}/")
        assert other.getresponse().read() == Page().body
        go.set()
        assert answer.read() == b"whole"
        proxy.ended(10)  # by itself
