"""Directory passwords at the proxy's TLS port: right, refused in the clear, slow and away."""

import http.client
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from safeguard.store.people import Device
from tests.proxy_addons.sign_in_world import ADA, EVERYBODY, NAMED, curl, proxy_with
from tests.proxy_addons.world import HOSTS, PAGES, Proxy, Site, TestAuthority
from tests.safeguard.slapd_world import (
    ADA_PASSWORD,
    BASE,
    READER,
    READER_PASSWORD,
    Slapd,
    silent_server,
    slapd,
)

KNOWN = "127.0.0.9"  # a device on the map: its people need not sign in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd")) as one:
        yield one


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[Site]:
    """A site, and a certificate for the proxy's own name by the same authority."""
    authority = TestAuthority(tmp_path)
    authority.context_for(NAMED)
    one = Site(PAGES, authority.context_for(*HOSTS))
    yield one
    one.close()


@contextmanager
def by_directory(folder: Path, url: str, ca: Path, **more: object) -> Iterator[Proxy]:
    auth: dict[str, object] = {
        "networks": EVERYBODY,
        "passwords": "ldap",
        "ldap_servers": url,
        "ldap_base": BASE,
        "ldap_user": READER,
        "ldap_password": READER_PASSWORD,
        "ldap_filter": "(uid={login})",
        "ldap_login": "uid",
        "ldap_ca": ca,
        "ldap_timeout_seconds": 1,
        "tls_port": 8443,  # the test's own is free
        "tls_cert": folder / f"{NAMED}.pem",
        "tls_key": folder / f"{NAMED}.pem",
    }
    device = Device("d-9", KNOWN, "A laptop", person="p-tom")
    with proxy_with(folder, device, auth=auth | more) as proxy:
        yield proxy


def basic(login: str, password: str) -> Mapping[str, str]:
    token = b64encode(f"{login}:{password}".encode()).decode()
    return {"Proxy-Authorization": f"Basic {token}"}


def tunnelled(folder: Path, proxy: Proxy, login: str, password: str) -> int:
    """The status of a CONNECT over the proxy's TLS port."""
    trusting = ssl.create_default_context(cafile=str(folder / "origin-ca.pem"))
    trusting.check_hostname = False
    client = http.client.HTTPSConnection(
        "127.0.0.1", proxy.secure_port, context=trusting, timeout=10
    )
    try:
        client.request("CONNECT", "school.test:443", headers=dict(basic(login, password)))
        return client.getresponse().status
    finally:
        client.close()


def test_a_directory_password_opens_a_tunnel_over_tls(
    tmp_path: Path, origin: Site, server: Slapd
) -> None:
    with by_directory(tmp_path, server.tls, server.ca) as proxy:
        given = ["--proxy-cacert", str(tmp_path / "origin-ca.pem"), "--proxy-basic"]
        url = f"https://bets.test:{origin.port}/"
        done = curl(proxy, *given, "-U", f"ada:{ADA_PASSWORD}", url, secure=True)
        assert done.stdout == "403/200", done.stderr
        assert "http/1.1" in done.stderr  # what the proxy itself speaks
        done = curl(proxy, *given, "-U", "ada:wrong", url, secure=True)
        assert done.stdout == "000/407"
    assert {(one.person, one.method) for one, *_ in proxy.notebook.kept} == {(ADA.id, "password")}


def test_over_the_plain_port_a_directory_password_is_neither_asked_for_nor_looked_at(
    tmp_path: Path, origin: Site, server: Slapd
) -> None:
    with by_directory(tmp_path, server.tls, server.ca) as proxy:
        url = f"https://school.test:{origin.port}/"
        done = curl(proxy, "-U", f"ada:{ADA_PASSWORD}", "--proxy-basic", url)
        assert done.stdout == "000/403"
        assert "proxy-authenticate" not in done.stderr.lower()


def test_while_the_directory_is_away_the_known_stay_and_the_others_are_their_address(
    tmp_path: Path, origin: Site, server: Slapd
) -> None:
    with by_directory(tmp_path, server.tls, server.ca, remember_minutes=1) as proxy:
        assert tunnelled(tmp_path, proxy, "ada", ADA_PASSWORD) == 200
        server.stop()
        try:
            assert tunnelled(tmp_path, proxy, "ada", ADA_PASSWORD) == 200
            given = ["--proxy-cacert", str(tmp_path / "origin-ca.pem"), "--proxy-basic"]
            url = f"https://bets.test:{origin.port}/"
            done = curl(proxy, *given, "-U", "twin:anything", url, secure=True)
            assert done.stdout == "403/200", done.stderr
        finally:
            server.start()
    assert {(one.person, one.group, one.method) for one, *_ in proxy.notebook.kept} == {
        ("", "primary", "network")
    }


def test_a_directory_that_says_nothing_holds_nobody_else_up(
    tmp_path: Path, origin: Site, server: Slapd
) -> None:
    with ExitStack() as stack:
        port = stack.enter_context(silent_server())
        url = f"ldaps://localhost:{port}"
        proxy = stack.enter_context(by_directory(tmp_path, url, server.ca))
        pool = stack.enter_context(ThreadPoolExecutor(20))
        stuck = [
            pool.submit(tunnelled, tmp_path, proxy, f"user{number}", "password")
            for number in range(20)
        ]
        waits = []
        while not all(one.done() for one in stuck):
            client = http.client.HTTPConnection(
                "127.0.0.1", proxy.port, timeout=10, source_address=(KNOWN, 0)
            )
            began = time.perf_counter()
            client.request("GET", f"http://bets.test:{origin.port}/")
            assert client.getresponse().status == 403
            waits.append(time.perf_counter() - began)
            client.close()
        assert {one.result() for one in stuck} == {200}  # by their address
    assert len(waits) > 20
    assert sorted(waits)[int(len(waits) * 0.95)] < 0.2
