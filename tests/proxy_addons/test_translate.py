"""The names that a request claims must agree, and the strictest verdict counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_rules.hosts import canonical_host
from proxy_addons.translate import NotAHostError, hosts_of, without_port
from tests.proxy_addons.world import (
    Proxy,
    Site,
    raw,
)


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


@pytest.mark.parametrize("host", ["[::1", "a b", "x" * 300])
def test_what_is_no_host_name_in_the_host_header_is_refused(
    proxy: Proxy, plain_site: Site, host: str
) -> None:
    with proxy.http() as client:
        url = f"http://school.test:{plain_site.port}/"
        client.request("GET", url, headers={"Host": host})
        assert client.getresponse().status == 400
    assert plain_site.requests == []


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("a.test", "a.test"),
        ("a.test:443", "a.test"),
        ("[::1]:443", "[::1]"),
        ("[::1]", "[::1]"),
        ("::1", "::1"),
        ("a.test:x", "a.test:x"),
        ("", ""),
    ],
)
def test_the_port_is_told_from_the_host(authority: str, host: str) -> None:
    assert without_port(authority) == host


@given(st.text(max_size=50))
def test_any_claim_gives_a_host_or_is_refused(claim: str) -> None:
    try:
        hosts = hosts_of([claim, without_port(claim)])
    except NotAHostError:
        return
    assert all(canonical_host(host) == host for host in hosts)
