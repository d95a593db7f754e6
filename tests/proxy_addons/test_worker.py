"""The whole path of one worker: real sockets, real TLS on both sides, a real client."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy_addons.world import (
    Notebook,
    Page,
    Proxy,
    Site,
    TestAuthority,
    engine,
    settings_for,
)

HOSTS = ("school.test", "bets.test", "bank.test", "help.test", "www.google.com", "sealed.test")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    origin = Site({}, TestAuthority(tmp_path).context_for(*HOSTS))
    yield origin
    origin.close()


@pytest.fixture
def proxy(tmp_path: Path, site: Site) -> Iterator[Proxy]:
    del site
    settings = settings_for(tmp_path / "data", tmp_path / "origin-ca.pem")
    worker = Proxy(settings, engine(settings), Notebook())
    yield worker
    worker.close()


def test_an_allowed_page_arrives_unchanged(proxy: Proxy, site: Site) -> None:
    with proxy.https("school.test", site.port) as client:
        client.request("GET", "/")
        answer = client.getresponse()
        assert answer.status == 200
        assert answer.read() == Page().body


def test_a_blocked_site_is_never_contacted_and_a_page_says_why(proxy: Proxy, site: Site) -> None:
    with proxy.https("bets.test", site.port) as client:
        client.request("GET", "/")
        answer = client.getresponse()
        page = answer.read().decode()
    assert answer.status == 403
    assert "Gambling" in page
    assert "K7-REF" in page
    assert site.connections == 0
