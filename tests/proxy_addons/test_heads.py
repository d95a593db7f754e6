"""Heads that are too long, from either side, and heads that never end."""

import socket
import ssl
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.proxy_addons.world import Page, Proxy, Site, Start, ask, raw

SMALL = {"limits": {"header_kib": 8, "header_seconds": 2}}


@pytest.fixture
def bounded(start: Start) -> Proxy:
    return start(sections=SMALL)


def head(size: int) -> bytes:
    return b"GET http://school.test/ HTTP/1.1\r\nhost: school.test\r\nx: " + b"y" * size


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
def test_a_head_of_a_request_that_is_too_long_is_refused(bounded: Proxy, end: bytes) -> None:
    assert raw(bounded, head(9000) + end).startswith(b"HTTP/1.1 431 ")


def test_a_head_within_the_bound_and_a_body_beyond_it_are_taken(
    bounded: Proxy, plain_site: Site
) -> None:
    with bounded.http() as client:
        url = f"http://school.test:{plain_site.port}/"
        client.request("POST", url, body=b"z" * 50_000, headers={"x": "y" * 7000})
        assert client.getresponse().status == 200


def test_a_head_of_an_answer_that_is_too_long_is_not_taken(bounded: Proxy, site: Site) -> None:
    site.pages["/wide"] = Page(headers={"content-type": "text/html", "x": "y" * 20_000})
    assert ask(bounded, "school.test", site.port, "/wide")[0] == 502


def test_a_head_of_http_2_has_its_own_bound(proxy: Proxy, site: Site, tmp_path: Path) -> None:
    many = tmp_path / "headers"
    many.write_text("".join(f"x-{number}: {'y' * 900}\n" for number in range(90)))
    curl = ["curl", "--silent", "--http2", "--max-time", "20", "--output", str(tmp_path / "got"),
            "--cacert", str(proxy.authority.certificate), "--write-out", "%{http_version} %{http_code}",
            "--proxy", f"http://127.0.0.1:{proxy.port}"]  # fmt: skip
    url = f"https://bets.test:{site.port}/"
    few = subprocess.run([*curl, url], capture_output=True, text=True, check=False)
    assert few.stdout == "2 403"
    flood = subprocess.run(
        [*curl, "--header", f"@{many}", url], capture_output=True, text=True, check=False
    )
    assert flood.stdout.split()[1] == "000"
    assert flood.returncode != 28  # it was refused, and did not hang


SLOW = [
    b"GET http://school.test/ HT",
    b"CONNECT school.test:443 HTTP/1.1\r\nhost",
    b"CONNECT school.test:443 HTTP/1.1\r\nhost: school.test\r\n\r\n\x16\x03\x01\x02",
    b"POST http://school.test/ HTTP/1.1\r\nhost: school.test\r\ncontent-length: 9\r\n\r\nx",
]


def test_who_begins_and_does_not_end_is_hung_up_on(bounded: Proxy) -> None:
    with ExitStack() as closing:
        slow = [
            closing.enter_context(socket.create_connection(("127.0.0.1", bounded.port), timeout=10))
            for _ in SLOW
        ]
        for client, begun in zip(slow, SLOW, strict=True):
            client.sendall(begun)
        for client in slow:
            while client.recv(4096):  # the answer to CONNECT, and then the end
                pass


def test_who_has_begun_nothing_may_wait(start: Start, plain_site: Site) -> None:
    proxy = start(sections=SMALL)
    with proxy.http() as client:
        for _ in range(2):
            client.request("GET", f"http://school.test:{plain_site.port}/")
            assert client.getresponse().read() == Page().body
            assert not list(_late(proxy))


def test_what_is_passed_through_untouched_may_last(
    bounded: Proxy, site: Site, tmp_path: Path
) -> None:
    proxy = bounded
    trusting = ssl.create_default_context(cafile=str(tmp_path / "origin-ca.pem"))
    with proxy.https("bank.test", site.port, trusting=trusting) as client:
        client.request("GET", "/")
        assert client.getresponse().read() == Page().body
        assert not list(_late(proxy))


def test_a_browser_may_open_http_2_long_before_it_asks(bounded: Proxy, site: Site) -> None:
    context = ssl.create_default_context(cafile=str(bounded.authority.certificate))
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", bounded.port), timeout=10) as plain:
        plain.sendall(b"CONNECT bets.test:%d HTTP/1.1\r\nhost: x\r\n\r\n" % site.port)
        assert b" 200 " in plain.recv(4096)
        with context.wrap_socket(plain, server_hostname="bets.test") as client:
            assert client.selected_alpn_protocol() == "h2"
            client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
            assert client.recv(4096)  # the proxy's own settings: ours have arrived
            assert not list(_late(bounded))


def _late(proxy: Proxy) -> list[object]:
    """What the sweep would hang up on, if it came in an hour."""
    bearing = proxy.bearing
    bearing._clock = lambda: 1e9
    return list(bearing.late())
