"""The names that a request claims must agree, and the strictest verdict counts."""

import pytest

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
