"""Answers of ours: a page, a line or nothing, and uploads that are cut off."""

import http.client

import pytest

from tests.proxy_addons.world import (
    Proxy,
    Site,
    ask,
    post,
)


def test_a_blocked_image_gets_a_line_and_no_page(proxy: Proxy, site: Site) -> None:
    status, body, headers = ask(proxy, "bets.test", site.port, headers={"Sec-Fetch-Dest": "image"})
    assert status == 403
    assert len(body) < 100
    assert headers["content-type"].startswith("text/plain")


def test_a_blocked_head_request_gets_no_body(proxy: Proxy, site: Site) -> None:
    status, body, _ = ask(proxy, "bets.test", site.port, method="HEAD")
    assert (status, body) == (403, b"")


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
