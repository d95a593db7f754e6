"""Whoever has not signed in is led to the sign-in page; helplines are open all the same."""

from typing import Any

import pytest

from safeguard.core.types import Subject
from tests.proxy_addons.world import Proxy, Site, Start, ask

PORTAL = "https://filter.school.example:8000/portal"
OWN = {"identity": {"portal_networks": ["127.0.0.0/8"], "portal_address": PORTAL}}


@pytest.fixture
def open_proxy(start: Start) -> Proxy:
    return start("unidentified", sections=OWN)


def get(
    proxy: Proxy, url: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, str, bytes]:
    with proxy.http() as client:
        client.request(method, url, headers=headers or {})
        answer = client.getresponse()
        return answer.status, answer.headers.get("location", ""), answer.read()


def signed_in(proxy: Proxy) -> None:
    judge: Any = proxy.engine
    judge.subject_at = lambda address: Subject("secondary", address, "ada", method="portal")


LED = [
    ({}, "GET", 302),
    ({"Sec-Fetch-Dest": "document"}, "GET", 302),
    ({"Sec-Fetch-Dest": "empty"}, "GET", 511),
    ({"Sec-Fetch-Dest": "image"}, "GET", 511),
    ({"Accept": "application/json"}, "GET", 511),
    ({}, "POST", 511),
]


@pytest.mark.parametrize(("headers", "method", "status"), LED)
def test_over_http_people_are_led_there_and_programs_are_told(
    open_proxy: Proxy, plain_site: Site, headers: dict[str, str], method: str, status: int
) -> None:
    url = f"http://school.test:{plain_site.port}/"
    said, location, _ = get(open_proxy, url, headers, method)
    assert (said, location) == (status, PORTAL if status == 302 else "")
    assert plain_site.connections == 0


def test_over_https_a_page_says_where_to_sign_in(open_proxy: Proxy, site: Site) -> None:
    status, body, headers = ask(open_proxy, "school.test", site.port)
    assert (status, headers.get("location")) == (511, None)
    assert f'<a href="{PORTAL}">'.encode() in body
    assert site.requests == []


@pytest.mark.parametrize("path", ["/hotspot-detect.html", "/"])
def test_what_a_device_asks_to_find_the_sign_in_page_leads_there(
    open_proxy: Proxy, path: str
) -> None:
    assert get(open_proxy, f"http://captive.apple.com{path}")[:2] == (302, PORTAL)


def test_whoever_is_signed_in_goes_on_and_their_device_is_told_there_is_internet(
    open_proxy: Proxy, plain_site: Site
) -> None:
    signed_in(open_proxy)
    assert get(open_proxy, f"http://school.test:{plain_site.port}/")[0] == 200
    status, _, body = get(open_proxy, "http://captive.apple.com/hotspot-detect.html")
    assert (status, b"Success" in body) == (200, True)
    assert get(open_proxy, "http://connectivitycheck.gstatic.com/generate_204")[0] == 204


def test_helplines_are_open_to_everyone(open_proxy: Proxy, plain_site: Site) -> None:
    assert get(open_proxy, f"http://help.test:{plain_site.port}/")[0] == 200


@pytest.mark.parametrize(
    "identity",
    [
        {"portal_networks": ["192.0.2.0/24"], "portal_address": PORTAL},
        {"portal_networks": ["127.0.0.0/8"]},
    ],
)
def test_elsewhere_and_where_there_is_no_page_nobody_is_led_anywhere(
    start: Start, plain_site: Site, identity: dict[str, object]
) -> None:
    proxy = start("secondary", sections={"identity": identity})
    assert get(proxy, f"http://school.test:{plain_site.port}/")[0] == 200


def test_an_address_that_cannot_be_read_is_left_to_the_gate_that_says_why(
    open_proxy: Proxy,
) -> None:
    assert get(open_proxy, "http://a..b/")[0] in {400, 502}
