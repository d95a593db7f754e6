"""The whole path of one worker: real sockets, real TLS on both sides, a real client."""

from tests.proxy_addons.world import (
    Page,
    Proxy,
    Site,
    ask,
)


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
