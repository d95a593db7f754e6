"""Ways round the filter: the table tests/tables/ways_round.toml, sent as clients send it.

Each is shut, reaches no site, and is kept as something that a person should know.
"""

import ssl
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from filter_rules.types import Hit
from safeguard.core.evasion import BYPASS, Evasion
from tests.proxy_addons.world import Notebook, Proxy, Site, raw

WAYS = tomllib.loads(Path("tests/tables/ways_round.toml").read_text("utf-8"))["way"]


def seen(notebook: Notebook) -> set[str]:
    return {hit.entry for _, _, verdict in notebook.kept for hit in verdict.hits}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["says"])
def test_a_way_round_the_filter_is_shut_and_told(
    proxy: Proxy, plain_site: Site, way: dict[str, str]
) -> None:
    sent = way["sent"].replace("|", "\r\n").replace("{port}", str(plain_site.port))
    if not sent.startswith("CONNECT") and "connection:" not in sent:
        sent = sent.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n", 1)
    raw(proxy, sent.encode())
    assert way["seen"] in seen(proxy.notebook)
    assert plain_site.requests == []
    lookup = Evasion.HIDDEN_LOOK_UP
    for _, _, verdict in proxy.notebook.kept:
        assert verdict.blocked
        assert verdict.flagged is (way["seen"] != lookup)  # browsers do that by themselves


def test_what_asks_for_another_name_in_its_tls_hello_is_told(proxy: Proxy, site: Site) -> None:
    with (
        proxy.https("school.test", site.port, sni="help.test") as client,
        pytest.raises((ssl.SSLError, OSError)),
    ):
        client.request("GET", "/")
    assert Evasion.NAMES_DIFFER in seen(proxy.notebook)
    assert site.requests == []


def test_the_same_way_is_told_once_in_ten_minutes(proxy: Proxy, plain_site: Site) -> None:
    sent = f"CONNECT school.test:{plain_site.port} HTTP/1.1\r\n\r\nSSH-2.0-x\r\n".encode()
    for _ in range(3):
        raw(proxy, sent)
    assert len(proxy.notebook.kept) == 1


def test_what_is_told_is_of_a_category_that_a_policy_decides_about(proxy: Proxy) -> None:
    raw(
        proxy,
        b"GET http://93.184.216.34/ HTTP/1.1\r\nhost: 93.184.216.34\r\nconnection: close\r\n\r\n",
    )
    ((_, target, verdict),) = proxy.notebook.kept
    (hit,) = verdict.hits
    assert replace(hit, entry="") == Hit(BYPASS, "built in", "")
    assert target.host == "93.184.216.34"


@pytest.mark.parametrize(
    "address",
    [
        "http://school.test:{port}/dns-query?dns=short",
        "http://school.test:{port}/?u=http://bets.test/",
    ],
)
def test_what_only_looks_like_one_is_let_through(
    proxy: Proxy, plain_site: Site, address: str
) -> None:
    with proxy.http() as client:
        client.request("GET", address.replace("{port}", str(plain_site.port)))
        assert client.getresponse().status == 200
    assert proxy.notebook.kept == []
