"""CONNECT, TLS once, HTTP: whatever else is sent goes nowhere."""

import ssl

import pytest

from tests.proxy_addons.world import (
    Proxy,
    Site,
    raw,
)


@pytest.mark.parametrize(
    "sent",
    [b"SSH-2.0-OpenSSH_9\r\n", b"\x00\x1d\x12\x34\x01\x00\x00\x01" + bytes(40), b"EHLO me\r\n"],
)
@pytest.mark.parametrize("port", [22, 53, 5353, None])
def test_what_is_neither_tls_nor_http_is_not_passed_on(
    proxy: Proxy, plain_site: Site, sent: bytes, port: int | None
) -> None:
    port = port or plain_site.port
    got = raw(proxy, f"CONNECT school.test:{port} HTTP/1.1\r\n\r\n".encode() + sent + b"\r\n\r\n")
    assert b"200 Connection established" in got
    assert plain_site.connections == 0


def test_tls_inside_tls_is_not_passed_on(proxy: Proxy, site: Site) -> None:
    context = ssl.create_default_context(cafile=str(proxy.authority.certificate))
    with proxy.https("school.test", site.port) as client:
        client.connect()
        inner = context.wrap_bio(ssl.MemoryBIO(), out := ssl.MemoryBIO(), server_hostname="x.test")
        with pytest.raises(ssl.SSLWantReadError):
            inner.do_handshake()
        client.sock.sendall(out.read() + b"\r\n\r\n")
        assert b"400" in client.sock.recv(65536)
    assert site.requests == []
