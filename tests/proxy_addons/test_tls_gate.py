"""Banks and guests are passed through untouched, or refused; nobody decrypts them."""

import ssl
from pathlib import Path

import pytest

from tests.proxy_addons.world import (
    WORRYING,
    Proxy,
    Site,
    Start,
)


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
