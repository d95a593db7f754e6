"""The whole path of one worker: real sockets, real TLS on both sides, a real client."""

import gzip
import http.client
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest

from safeguard.core.types import Action, Reason
from tests.proxy_addons.world import (
    Notebook,
    Page,
    Proxy,
    Site,
    TestAuthority,
    engine,
    settings_for,
)

HOSTS = (
    "school.test",
    "bets.test",
    "bank.test",
    "help.test",
    "www.google.com",
    "sealed.test",
    "bypass.test",
)
WORDS = "I do not want to be here any more. Goodbye to all of you. Nobody will miss me."
WORRYING = WORDS.replace("here", "<b>here</b>").join(("<html><p>", "</p></html>")).encode()
HTML = {"content-type": "text/html; charset=utf-8"}
LIMIT = 64 * 1024
PAGES = {
    "/worrying": Page(WORRYING, HTML),
    "/worrying.gz": Page(gzip.compress(WORRYING), HTML | {"content-encoding": "gzip"}),
    "/worrying.br": Page(brotli.compress(WORRYING), HTML | {"content-encoding": "br"}),
    "/worrying.zz": Page(zlib.compress(WORRYING)[2:-4], HTML | {"content-encoding": "deflate"}),
    "/worrying.utf16": Page(WORRYING.decode().encode("utf-16"), {"content-type": "text/html"}),
    "/worrying.txt": Page(WORDS.encode(), {"content-type": "text/plain"}),
    "/worrying.chunked": Page(WORRYING, HTML, chunked=True),
    "/worrying.js": Page(WORDS.encode(), {"content-type": "text/javascript"}),
    "/untyped": Page(WORRYING, {}),
    "/unknown": Page(b"\x00\x01", HTML | {"content-encoding": "rot13"}),
    "/broken": Page(b"not gzip", HTML | {"content-encoding": "gzip"}),
    "/bomb": Page(gzip.compress(bytes(50_000_000)), HTML | {"content-encoding": "gzip"}),
    "/long": Page(b"<p>harmless</p>" * 20_000, HTML),
    "/long.chunked": Page(b"<p>harmless</p>" * 20_000, HTML, chunked=True),
    "/long.worrying": Page(WORRYING + bytes(LIMIT * 3), HTML),
    "/long.worrying.chunked": Page(WORRYING + bytes(LIMIT * 3), HTML, chunked=True),
    "/download": Page(bytes(3_000_000), {"content-type": "application/octet-stream"}),
    "/quic": Page(b"ok", {"content-type": "image/png", "alt-svc": 'h3=":443"'}),
    "/empty": Page(b"", {}, status=204),
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    origin = Site(PAGES, TestAuthority(tmp_path).context_for(*HOSTS))
    yield origin
    origin.close()


@pytest.fixture
def plain_site() -> Iterator[Site]:
    origin = Site(PAGES, None)
    yield origin
    origin.close()


type Start = Callable[..., Proxy]


@pytest.fixture
def start(tmp_path: Path, site: Site) -> Iterator[Start]:
    """Start a proxy for people of a group."""
    del site
    started: list[Proxy] = []

    def start_one(group: str = "secondary", **proxy: object) -> Proxy:
        settings = settings_for(
            tmp_path / "data", tmp_path / "origin-ca.pem", page_limit_kib=LIMIT // 1024, **proxy
        )
        started.append(Proxy(settings, engine(settings, group), Notebook()))
        return started[-1]

    yield start_one
    for one in started:
        one.close()


@pytest.fixture
def proxy(start: Start) -> Proxy:
    return start()


def ask(
    proxy: Proxy,
    host: str,
    port: int,
    path: str = "/",
    headers: dict[str, str] | None = None,
    method: str = "GET",
) -> tuple[int, bytes, http.client.HTTPMessage]:
    with proxy.https(host, port) as client:
        client.request(method, path, headers=headers or {})
        answer = client.getresponse()
        return answer.status, answer.read(), answer.headers


def post(client: http.client.HTTPConnection, body: bytes) -> int:
    client.request("POST", "/", body=body)
    return client.getresponse().status


def raw(proxy: Proxy, sent: bytes) -> bytes:
    """All that comes back for bytes that no proper client would send, until the proxy hangs up."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        client.sendall(sent)
        got = b""
        while part := client.recv(65536):
            got += part
        return got


# --- addresses -------------------------------------------------------------------------------


def test_an_allowed_page_arrives_unchanged(proxy: Proxy, site: Site) -> None:
    status, body, _ = ask(proxy, "school.test", site.port)
    assert (status, body) == (200, Page().body)
    assert proxy.notebook.kept == []


def test_requests_of_one_client_share_one_connection_to_the_site(proxy: Proxy, site: Site) -> None:
    with proxy.https("school.test", site.port) as client:
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read() == Page().body
    assert site.connections == 1


def test_a_blocked_site_is_never_contacted_and_a_page_says_why(proxy: Proxy, site: Site) -> None:
    status, body, headers = ask(proxy, "bets.test", site.port, "/poker?x=1")
    page = body.decode()
    assert status == 403
    assert "Gambling" in page
    assert "K7-REF" in page
    assert "Oak Tree School" in page
    assert headers["cache-control"] == "no-store"
    assert site.connections == 0
    ((subject, target, verdict),) = proxy.notebook.kept
    assert (subject.group, subject.address) == ("secondary", "127.0.0.1")
    assert target.url == f"https://bets.test:{site.port}/poker?x=1"
    assert verdict.action is Action.BLOCK


def test_a_blocked_image_gets_a_line_and_no_page(proxy: Proxy, site: Site) -> None:
    status, body, headers = ask(proxy, "bets.test", site.port, headers={"Sec-Fetch-Dest": "image"})
    assert status == 403
    assert len(body) < 100
    assert headers["content-type"].startswith("text/plain")


def test_a_blocked_head_request_gets_no_body(proxy: Proxy, site: Site) -> None:
    status, body, _ = ask(proxy, "bets.test", site.port, method="HEAD")
    assert (status, body) == (403, b"")


def test_plain_http_is_proxied_and_judged(proxy: Proxy, plain_site: Site) -> None:
    with proxy.http() as client:
        client.request(
            "GET", f"http://school.test:{plain_site.port}/", headers={"Host": "school.test"}
        )
        assert client.getresponse().read() == Page().body
        client.request("GET", f"http://bets.test:{plain_site.port}/", headers={"Host": "bets.test"})
        answer = client.getresponse()
        assert answer.status == 403
        assert b"Gambling" in answer.read()
    assert len(plain_site.requests) == 1


def test_plain_http_inside_connect_is_judged(proxy: Proxy, plain_site: Site) -> None:
    connect = f"CONNECT bets.test:{plain_site.port} HTTP/1.1\r\n\r\n"
    got = raw(
        proxy, f"{connect}GET / HTTP/1.1\r\nHost: bets.test\r\nConnection: close\r\n\r\n".encode()
    )
    assert b"403 Forbidden" in got
    assert plain_site.connections == 0


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


# --- names that do not agree -----------------------------------------------------------------


def test_a_tls_hello_for_another_site_than_connect_is_refused(proxy: Proxy, site: Site) -> None:
    with proxy.https("school.test", site.port, sni="www.google.com") as client:
        client.request("GET", "/")
        answer = client.getresponse()
        assert answer.status == 403
        assert b"not clear" in answer.read()
    assert site.connections == 0


@pytest.mark.parametrize(
    ("connect", "sni", "host"),
    [
        ("bets.test", "school.test", "school.test"),
        ("school.test", "bets.test", "school.test"),
        ("school.test", "school.test", "bets.test"),
    ],
)
def test_the_strictest_of_three_names_counts(
    proxy: Proxy, site: Site, connect: str, sni: str, host: str
) -> None:
    with proxy.https(connect, site.port, sni=sni) as client:
        client.request("GET", "/", headers={"Host": host})
        answer = client.getresponse()
        assert answer.status == 403
        assert b"Gambling" in answer.read()
    assert site.requests == []


def test_a_host_header_for_another_site_is_refused(proxy: Proxy, plain_site: Site) -> None:
    with proxy.http() as client:
        url = f"http://school.test:{plain_site.port}/"
        client.request("GET", url, headers={"Host": "help.test"})
        assert client.getresponse().status == 403
    assert plain_site.requests == []


def test_what_is_no_host_name_is_refused(proxy: Proxy) -> None:
    assert b"HTTP/1.1 400" in raw(proxy, b"GET http://a..b/ HTTP/1.1\r\nHost: a..b\r\n\r\n")


# --- what is not decrypted -------------------------------------------------------------------


def test_a_bank_is_passed_through_untouched(proxy: Proxy, site: Site, tmp_path: Path) -> None:
    theirs = ssl.create_default_context(cafile=str(tmp_path / "origin-ca.pem"))
    with proxy.https("bank.test", site.port, trusting=theirs) as client:
        client.request("GET", "/worrying")
        assert client.getresponse().read() == WORRYING
    assert proxy.notebook.kept == []


def test_a_guest_is_passed_through_to_allowed_sites(
    start: Start, site: Site, tmp_path: Path
) -> None:
    theirs = ssl.create_default_context(cafile=str(tmp_path / "origin-ca.pem"))
    with start("guest").https("school.test", site.port, trusting=theirs) as client:
        client.request("GET", "/worrying")
        assert client.getresponse().read() == WORRYING


def test_a_guest_is_refused_by_an_alert_where_a_site_is_blocked(start: Start, site: Site) -> None:
    proxy = start("guest")
    with (
        proxy.https("bets.test", site.port) as client,
        pytest.raises(ssl.SSLError, match=r"(?i)access.denied"),
    ):
        client.request("GET", "/")
    assert site.connections == 0
    assert len(proxy.notebook.kept) == 1


def test_a_guest_is_refused_where_the_names_do_not_agree(start: Start, site: Site) -> None:
    with (
        start("guest").https("school.test", site.port, sni="bank.test") as client,
        pytest.raises(ssl.SSLError),
    ):
        client.request("GET", "/")
    assert site.connections == 0


def test_sealed_content_is_blocked_and_not_named(proxy: Proxy, site: Site) -> None:
    status, body, _ = ask(proxy, "sealed.test", site.port)
    assert status == 403
    assert b"sealed.test" not in body
    assert site.connections == 0


# --- words -----------------------------------------------------------------------------------


def test_a_worrying_search_is_refused_help_first(proxy: Proxy, site: Site) -> None:
    words = "I do not want to be here any more"
    status, body, _ = ask(proxy, "www.google.com", site.port, f"/search?q={quote(words)}")
    page = body.decode()
    assert status == 403
    assert "0800 1111" in page
    assert "116 123" in page
    assert words not in page
    assert site.requests == []
    ((_, target, verdict),) = proxy.notebook.kept
    assert target.words == words
    assert verdict.flagged
    assert verdict.reason is Reason.WORDS


@pytest.mark.parametrize(
    "path",
    [
        "/worrying",
        "/worrying.gz",
        "/worrying.br",
        "/worrying.zz",
        "/worrying.utf16",
        "/worrying.txt",
        "/worrying.chunked",
        "/untyped",
    ],
)
def test_the_words_of_a_page_are_judged(proxy: Proxy, site: Site, path: str) -> None:
    ask(proxy, "school.test", site.port, path)
    ((_, target, verdict),) = proxy.notebook.kept
    assert target.url.endswith(path)
    assert verdict.flagged


def test_a_page_that_is_blocked_for_its_words_shows_none_of_them(start: Start, site: Site) -> None:
    proxy = start("primary")
    status, body, _ = ask(proxy, "school.test", site.port, "/worrying")
    assert proxy.notebook.kept[0][2].blocked == (status == 403)
    assert (b"any more" in body) == (status == 200)


def test_scripts_are_not_read(proxy: Proxy, site: Site) -> None:
    ask(proxy, "school.test", site.port, "/worrying.js")
    assert proxy.notebook.kept == []


def test_pages_for_staff_are_not_read(start: Start, site: Site) -> None:
    proxy = start("staff")
    assert ask(proxy, "school.test", site.port, "/worrying")[1] == WORRYING
    assert proxy.notebook.kept == []


@pytest.mark.parametrize("path", ["/unknown", "/broken"])
def test_a_page_that_cannot_be_read_is_not_shown(proxy: Proxy, site: Site, path: str) -> None:
    status, body, _ = ask(proxy, "school.test", site.port, path)
    assert status == 403
    assert b"could not be checked" in body


def test_a_page_that_unpacks_to_gigabytes_is_read_up_to_the_limit(proxy: Proxy, site: Site) -> None:
    assert ask(proxy, "school.test", site.port, "/bomb")[0] == 200


@pytest.mark.parametrize("path", ["/long", "/long.chunked", "/download", "/empty"])
def test_what_is_long_or_empty_arrives_unchanged(proxy: Proxy, site: Site, path: str) -> None:
    status, body, _ = ask(proxy, "school.test", site.port, path)
    assert (status, body) == (PAGES[path].status, PAGES[path].body)


def test_an_alternative_service_is_not_offered(proxy: Proxy, site: Site) -> None:
    assert "alt-svc" not in ask(proxy, "school.test", site.port, "/quic")[2]


# --- uploads ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [10, 500_000])
def test_an_upload_reaches_an_allowed_site(proxy: Proxy, site: Site, size: int) -> None:
    with proxy.https("school.test", site.port) as client:
        client.request("POST", "/", body=b"x" * size)
        assert client.getresponse().status == 200
    assert site.requests[0][2] == b"x" * size


def test_a_chunked_upload_reaches_an_allowed_site(proxy: Proxy, site: Site) -> None:
    with proxy.https("school.test", site.port) as client:
        client.request("POST", "/", body=iter([b"x" * 70_000, b"y"]), encode_chunked=True)
        assert client.getresponse().status == 200
    assert site.requests[0][2] == b"x" * 70_000 + b"y"


def test_a_short_upload_to_a_blocked_site_gets_the_page(proxy: Proxy, site: Site) -> None:
    with proxy.https("bets.test", site.port) as client:
        client.request("POST", "/", body=b"x")
        assert client.getresponse().status == 403
    assert site.connections == 0


def test_a_long_upload_to_a_blocked_site_is_cut_off(proxy: Proxy, site: Site) -> None:
    with (
        proxy.https("bets.test", site.port) as client,
        pytest.raises((http.client.HTTPException, OSError)),
    ):
        post(client, bytes(5_000_000))
    assert site.connections == 0


# --- where the proxy may connect to ----------------------------------------------------------


def test_loopback_is_out_of_reach_unless_the_settings_allow_it(
    start: Start, plain_site: Site
) -> None:
    proxy = start(allow_networks=[])
    with proxy.http() as client:
        client.request(
            "GET", f"http://school.test:{plain_site.port}/", headers={"Host": "school.test"}
        )
        answer = client.getresponse()
        assert answer.status == 502
        assert b"out of the filter" in answer.read()
    assert plain_site.connections == 0


def test_a_site_whose_certificate_is_not_trusted_is_not_shown(start: Start, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    untrusted = Site(PAGES, TestAuthority(tmp_path / "other").context_for("school.test"))
    try:
        status, body, _ = ask(start(), "school.test", untrusted.port)
    finally:
        untrusted.close()
    assert status == 502
    assert b"cannot be reached safely" in body
    assert untrusted.requests == []


# --- when something fails --------------------------------------------------------------------


def test_a_flagged_event_that_cannot_be_kept_refuses_the_request(proxy: Proxy, site: Site) -> None:
    proxy.notebook.fails = True
    assert ask(proxy, "school.test", site.port, "/worrying")[0] == 503


def test_a_plain_block_stands_without_its_event(proxy: Proxy, site: Site) -> None:
    proxy.notebook.fails = True
    assert ask(proxy, "bets.test", site.port)[0] == 403
