"""Signing in at the proxy: 407 and what becomes of it, by real browsers' ways."""

import http.client
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest
from mitmproxy.hooks import Hook
from mitmproxy.proxy.layers.http._hooks import HttpConnectHook, HttpRequestHeadersHook

from proxy_addons.authenticate import Authenticate
from safeguard.local_passwords import put
from safeguard.store.people import Device
from tests.proxy_addons.production import BROKEN, BROKEN_DESK, flow, trigger
from tests.proxy_addons.sign_in_world import (
    ADA,
    EVERYBODY,
    KNOWN,
    NAMED,
    basic,
    browsed,
    by_directory,
    curl,
    proxy_with,
    tunnelled,
)
from tests.proxy_addons.world import HOSTS, PAGES, Proxy, Site, TestAuthority, ask, raw
from tests.safeguard.kerberos_world import Realm, realm, token_for
from tests.safeguard.slapd_world import ADA_PASSWORD, Slapd, silent_server, slapd

PASSWORD = "only for the proxy"


@pytest.fixture(scope="module")
def kerberos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    with realm(tmp_path_factory.mktemp("realm")) as one:
        yield one


@pytest.fixture
def by_ticket(
    kerberos: Realm, tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    del site
    monkeypatch.setenv("KRB5_CONFIG", kerberos.env["KRB5_CONFIG"])
    with proxy_with(tmp_path, auth={"networks": EVERYBODY, "keytab": kerberos.keytab}) as proxy:
        yield proxy


@pytest.fixture
def by_password(tmp_path: Path, site: Site) -> Iterator[Proxy]:
    del site
    (tmp_path / "data").mkdir(exist_ok=True)
    put(tmp_path / "data/proxy-passwords", "ada", PASSWORD)
    with proxy_with(tmp_path, auth={"networks": EVERYBODY, "passwords": "file"}) as proxy:
        yield proxy


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


def negotiate(token: str) -> str:
    assert token
    return f"Negotiate {token}"


def get(client: HTTPConnection, url: str, proof: str | None = None) -> tuple[int, HTTPMessage]:
    client.request("GET", url, headers={} if proof is None else {"Proxy-Authorization": proof})
    answer = client.getresponse()
    answer.read()
    return answer.status, answer.headers


def lowered(headers: Mapping[str, str]) -> set[str]:
    return {name.lower() for name in headers}


def people(proxy: Proxy) -> set[tuple[str, str, str]]:
    """Whom the events name, in which group, and how they were found."""
    return {(one.person, one.group, one.method) for one, _target, _verdict in proxy.notebook.kept}


def test_a_ticket_opens_a_tunnel_as_its_owner(
    kerberos: Realm, by_ticket: Proxy, site: Site
) -> None:
    env = kerberos.ticket("ada")
    url = f"https://bets.test:{site.port}/"
    done = curl(by_ticket, "--proxy-negotiate", "-U", ":", url, env=env)
    assert done.stdout == "403/200", done.stderr
    assert people(by_ticket) == {(ADA.id, "secondary", "kerberos")}


def test_a_stock_browser_signs_in_and_asks_nobody(
    kerberos: Realm, by_ticket: Proxy, site: Site, tmp_path: Path
) -> None:
    by_address = "HTTP/127.0.0.1"  # what Chromium makes of a name that it is told the address of
    kerberos.admin(f"addprinc -randkey {by_address}")
    kerberos.admin(f"ktadd -k {kerberos.keytab} {by_address}")
    env = {**os.environ, **kerberos.ticket("ada"), "HOME": str(tmp_path)}
    shown = browsed(by_ticket, f"https://bets.test:{site.port}/", env)
    assert "blocked because of what the site is about" in shown
    assert people(by_ticket) == {(ADA.id, "secondary", "kerberos")}


def test_without_a_ticket_there_is_no_tunnel(kerberos: Realm, by_ticket: Proxy) -> None:
    done = curl(by_ticket, "https://school.test:1/", env=dict(kerberos.env))
    assert done.stdout == "000/407"
    assert "proxy-authenticate: Negotiate" in done.stderr
    assert "Basic" not in done.stderr  # nothing is offered that nobody could answer


def test_each_plain_request_needs_its_own_ticket(
    kerberos: Realm, by_ticket: Proxy, plain_site: Site
) -> None:
    url = f"http://bets.test:{plain_site.port}/"
    with by_ticket.http() as client:
        assert get(client, url, negotiate(token_for(kerberos, "ada")))[0] == 403
        assert get(client, url)[0] == 407  # the same connection
        assert get(client, url, negotiate(token_for(kerberos, "ada")))[0] == 403
    assert people(by_ticket) == {(ADA.id, "secondary", "kerberos")}


def test_a_ticket_serves_once(kerberos: Realm, by_ticket: Proxy, plain_site: Site) -> None:
    header = negotiate(token_for(kerberos, "ada"))
    url = f"http://school.test:{plain_site.port}/"
    with by_ticket.http() as client:
        assert get(client, url, header)[0] == 200
        assert get(client, url, header)[0] == 407


@pytest.mark.parametrize(
    "header",
    [
        "Negotiate TlRMTVNTUAABAAAAB4IIAAAAAAAAAAAAAAAAAAAAAAA=",  # NTLM
        "NTLM TlRMTVNTUAABAAAAB4IIAAAAAAAAAAAAAAAAAAAAAAA=",
        "Negotiate YIIBhgYGKwYBBQUCoIIBejCCAXag",  # the beginning of one
        "Negotiate !!!",
        "Negotiate",
        "",
        "Basic YWRhOm9ubHkgZm9yIHRoZSBwcm94eQ==",  # not offered here
        "Bearer " + "x" * 60_000,
    ],
)
def test_what_is_no_ticket_is_asked_again(by_ticket: Proxy, plain_site: Site, header: str) -> None:
    with by_ticket.http() as client:
        status, headers = get(client, f"http://school.test:{plain_site.port}/", header)
    assert (status, headers["proxy-authenticate"]) == (407, "Negotiate")
    assert plain_site.requests == []


def test_a_ticket_for_another_service_is_refused(
    kerberos: Realm, by_ticket: Proxy, plain_site: Site
) -> None:
    header = negotiate(token_for(kerberos, "ada", "other.school.test"))
    with by_ticket.http() as client:
        assert get(client, f"http://school.test:{plain_site.port}/", header)[0] == 407


def test_who_is_on_no_list_is_unidentified(
    kerberos: Realm, by_ticket: Proxy, plain_site: Site
) -> None:
    header = negotiate(token_for(kerberos, "stranger"))
    with by_ticket.http() as client:
        assert get(client, f"http://bets.test:{plain_site.port}/", header)[0] == 403
    assert people(by_ticket) == {("", "unidentified", "kerberos")}


def test_a_connect_that_was_refused_leaves_no_tunnel(by_ticket: Proxy, plain_site: Site) -> None:
    url = f"http://school.test:{plain_site.port}/"
    sent = (
        "CONNECT school.test:443 HTTP/1.1\r\nHost: school.test:443\r\n\r\n"
        f"GET {url} HTTP/1.1\r\nHost: school.test:{plain_site.port}\r\nConnection: close\r\n\r\n"
    )
    assert raw(by_ticket, sent.encode()).count(b"HTTP/1.1 407") == 2
    assert plain_site.requests == []


def test_a_right_password_is_taken_and_a_wrong_one_asked_again(
    by_password: Proxy, plain_site: Site
) -> None:
    url = f"http://bets.test:{plain_site.port}/"
    with by_password.http() as client:
        status, headers = get(client, url)
        assert status == 407
        assert headers["proxy-authenticate"] == 'Basic realm="The Oak School", charset="UTF-8"'
        assert get(client, url, basic("ada", "something else"))[0] == 407
        assert get(client, url, basic("ada", ""))[0] == 407
        assert get(client, url, basic("nobody", PASSWORD))[0] == 407
        assert get(client, url, basic("SCHOOL\\ADA", PASSWORD))[0] == 403
    assert people(by_password) == {(ADA.id, "secondary", "password")}


def test_on_one_connection_each_plain_request_stands_for_itself(
    by_password: Proxy, plain_site: Site, tmp_path: Path
) -> None:
    put(tmp_path / "data/proxy-passwords", "tom", PASSWORD)
    url = f"http://bets.test:{plain_site.port}/"
    with by_password.http() as client:
        for login in ("ada", "tom"):
            assert get(client, url, basic(login, PASSWORD))[0] in {200, 403}
        assert get(client, url)[0] == 407
    assert [one.person for one, *_ in by_password.notebook.kept] == ["p-ada", "p-tom"]


def test_a_tunnel_keeps_the_one_who_opened_it(by_password: Proxy, site: Site) -> None:
    url = f"https://school.test:{site.port}/"
    given = ["-U", f"ada:{PASSWORD}", "--proxy-basic"]
    inside = ["-H", f"Proxy-Authorization: {basic('tom', PASSWORD)}"]
    blocked = ["-o", "/dev/null", url.replace("school", "bets")]
    done = curl(by_password, *given, *inside, url, *blocked)
    assert done.stdout == "200/200403/200", done.stderr
    assert {one.person for one, *_ in by_password.notebook.kept} == {"p-ada"}
    assert all("proxy-authorization" not in lowered(one) for one in site.headers)


def test_guessing_is_bounded(by_password: Proxy, plain_site: Site) -> None:
    url = f"http://school.test:{plain_site.port}/"
    with by_password.http() as client:
        wrong = [get(client, url, basic("tom", f"guess {n}"))[0] for n in range(12)]
        assert wrong == [407] * 10 + [429] * 2
        assert get(client, url, basic("ada", PASSWORD))[0] == 200


def test_two_proofs_are_none(by_password: Proxy) -> None:
    proof = f"Proxy-Authorization: {basic('ada', PASSWORD)}\r\n"
    sent = f"GET http://school.test/ HTTP/1.1\r\nHost: school.test\r\n{proof * 2}\r\n"
    sent = sent.replace("Host:", "Connection: close\r\nHost:")
    assert raw(by_password, sent.encode()).startswith(b"HTTP/1.1 407")


def test_what_people_sign_in_with_never_reaches_a_site(
    by_password: Proxy, plain_site: Site
) -> None:
    with by_password.http() as client:
        url = f"http://school.test:{plain_site.port}/"
        assert get(client, url, basic("ada", PASSWORD))[0] == 200
    assert "proxy-authorization" not in lowered(plain_site.headers[0])


def test_a_device_on_the_map_need_not_sign_in(tmp_path: Path, site: Site) -> None:
    (tmp_path / "data").mkdir()
    put(tmp_path / "data/proxy-passwords", "ada", PASSWORD)
    device = Device("d-1", "127.0.0.1", "A laptop", person="p-tom")
    with proxy_with(tmp_path, device, auth={"networks": EVERYBODY, "passwords": "file"}) as proxy:
        assert ask(proxy, "school.test", site.port)[0] == 200


def test_outside_the_networks_nobody_is_asked(tmp_path: Path, site: Site) -> None:
    (tmp_path / "data").mkdir()
    put(tmp_path / "data/proxy-passwords", "ada", PASSWORD)
    with proxy_with(tmp_path, auth={"networks": "192.0.2.0/24", "passwords": "file"}) as proxy:
        assert ask(proxy, "school.test", site.port)[0] == 200


def test_where_nothing_is_set_nothing_is_asked_and_nothing_leaves(
    proxy: Proxy, plain_site: Site
) -> None:
    with proxy.http() as client:
        url = f"http://school.test:{plain_site.port}/"
        assert get(client, url, basic("ada", PASSWORD))[0] == 200
    assert "proxy-authorization" not in lowered(plain_site.headers[0])


def test_a_trusted_proxy_says_who_asks(tmp_path: Path, plain_site: Site) -> None:
    device = Device("d-1", "10.1.2.3", "A laptop", person="p-tom")
    TestAuthority(tmp_path)
    with proxy_with(tmp_path, device, auth={"trusted_proxies": "127.0.0.1"}) as proxy:
        url = f"http://bets.test:{plain_site.port}/"
        for headers in (
            {"X-Authenticated-User": "ada@school.test", "X-Forwarded-For": "10.9.9.9"},
            {"X-Forwarded-For": "8.8.8.8, 10.1.2.3, 127.0.0.1"},
            {"X-Forwarded-For": "nonsense"},
            {},
        ):
            with proxy.http() as client:
                client.request("GET", url.replace("bets", "school"), headers=headers)
                client.getresponse().read()
                client.request("GET", url, headers=headers)
                client.getresponse().read()
    subjects = [one for one, *_ in proxy.notebook.kept]
    assert [(one.address, one.person, one.method) for one in subjects[:2]] == [
        ("10.9.9.9", "p-ada", "header"),
        ("10.1.2.3", "p-tom", "device"),
    ]
    assert {(one.address, one.group) for one in subjects[2:]} == {
        ("", "unidentified"),
        ("127.0.0.1", "primary"),
    }
    sent = {name for one in plain_site.headers for name in lowered(one)}
    assert not sent & {"x-authenticated-user", "x-forwarded-for"}


def test_a_trusted_proxy_says_who_opens_a_tunnel(tmp_path: Path, site: Site) -> None:
    with proxy_with(tmp_path, auth={"trusted_proxies": "127.0.0.1"}) as proxy:
        url = f"https://bets.test:{site.port}/"
        inside = ["-H", "X-Authenticated-User: tom", url]
        named = ["--proxy-header", "X-Authenticated-User: ada"]
        assert curl(proxy, *named, *inside).stdout == "403/200"
        twice = [*named, "--proxy-header", "X-Authenticated-User: tom"]
        assert curl(proxy, *twice, *inside).stdout == "403/200"
    assert [one.person for one, *_ in proxy.notebook.kept] == ["p-ada", ""]


def test_nobody_else_is_believed(tmp_path: Path, plain_site: Site) -> None:
    TestAuthority(tmp_path)
    with (
        proxy_with(tmp_path, auth={"trusted_proxies": "192.0.2.7"}) as proxy,
        proxy.http() as client,
    ):
        url = f"http://bets.test:{plain_site.port}/"
        client.request("GET", url, headers={"X-Authenticated-User": "tom"})
        assert client.getresponse().status == 403
    assert people(proxy) == {("", "primary", "network")}


@pytest.mark.parametrize("hook", [HttpConnectHook, HttpRequestHeadersHook])
def test_an_error_refuses(hook: type[Hook]) -> None:
    stage = flow()
    stage.request.headers["proxy-authorization"] = basic("ada", PASSWORD)
    trigger(hook, stage, Authenticate(BROKEN, BROKEN_DESK, BROKEN))
    assert stage.response is not None
    assert stage.response.status_code == 503


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
