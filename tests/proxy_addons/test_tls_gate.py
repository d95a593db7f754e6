"""Banks and guests are passed through untouched, or refused; nobody decrypts them."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from filter_rules.sealed import SealedLists, sealed_list
from filter_rules.urls import Url
from safeguard.core.types import Reason
from safeguard.sealing import Sealing
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
    assert proxy.notebook.visits == []  # nor is it anybody's business that it was visited


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


def seal(proxy: Proxy, host: str, path: str) -> None:
    """Put a sealed list with one entry in force."""
    lists = SealedLists([sealed_list("test-list", b"key", [Url("http", host, 80, path)])])
    proxy.engine.snapshot = replace(proxy.engine.snapshot, sealing=Sealing(lists))


def test_a_bank_that_carries_a_sealed_entry_is_inspected_and_that_page_alone_blocked(
    proxy: Proxy, site: Site
) -> None:
    seal(proxy, "bank.test", "/worrying")
    with proxy.https("bank.test", site.port) as client:
        client.request("GET", "/fine")
        assert client.getresponse().status == 200
    with proxy.https("bank.test", site.port) as client:
        client.request("GET", "/worrying?x=1")
        answer = client.getresponse()
        page = answer.read()
    assert answer.status == 403
    assert b"blocked by law" in page
    assert b"bank.test" not in page
    assert [verdict.reason for _, _, verdict in proxy.notebook.kept] == [Reason.SEALED]


def test_a_guest_never_meets_a_site_that_carries_a_sealed_entry(start: Start, site: Site) -> None:
    proxy = start("guest")
    seal(proxy, "school.test", "/worrying")
    with proxy.https("school.test", site.port) as client:
        client.request("GET", "/fine")
        answer = client.getresponse()
        page = answer.read()
    assert answer.status == 403
    assert b"school.test" not in page
    assert site.connections == 0
    assert {verdict.reason for _, _, verdict in proxy.notebook.kept} == {Reason.UNSEEN}
