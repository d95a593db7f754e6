"""Answers of ours: a page, a line or nothing, and uploads that are cut off."""

import http.client

import pytest

from tests.proxy_addons.world import (
    Proxy,
    Site,
    ask,
    post,
)

KINDS = [
    ({}, "text/html", b"<h1>"),
    ({"Sec-Fetch-Dest": "document"}, "text/html", b"<h1>"),
    ({"Sec-Fetch-Dest": "iframe"}, "text/html", b"<strong>Blocked by the school"),
    ({"Sec-Fetch-Dest": "image"}, "image/svg+xml", b"<svg"),
    ({"Sec-Fetch-Dest": "empty"}, "application/problem+json", b'"status": 403'),
    ({"Sec-Fetch-Dest": "script"}, "text/plain", b"Blocked by"),
    ({"Sec-Fetch-Dest": "something new"}, "text/plain", b"Blocked by"),
    ({"Accept": "application/json"}, "application/problem+json", b'"reference": "K7-REF"'),
    ({"X-Requested-With": "XMLHttpRequest"}, "application/problem+json", b"Blocked by"),
    ({"Accept": "image/avif,image/webp,*/*"}, "image/svg+xml", b"<svg"),
    ({"Accept": "text/html,application/xhtml+xml"}, "text/html", b"<h1>"),
]


@pytest.mark.parametrize(("headers", "kind", "has"), KINDS)
def test_each_asker_is_answered_in_its_own_kind(
    proxy: Proxy, site: Site, headers: dict[str, str], kind: str, has: bytes
) -> None:
    status, body, answered = ask(proxy, "bets.test", site.port, headers=headers)
    assert status == 403
    assert has in body
    assert answered["content-type"].startswith(kind)
    assert answered["cache-control"] == "no-store"
    assert len(body) < (1000 if b"<h1>" not in body else 30_000)


def test_a_picture_is_no_answer_to_what_failed(proxy: Proxy, site: Site) -> None:
    headers = {"Sec-Fetch-Dest": "image"}
    status, body, answered = ask(proxy, "school.test", site.port, "/broken", headers)
    assert status == 403
    assert answered["content-type"].startswith("text/plain")
    assert b"could not read" in body


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
