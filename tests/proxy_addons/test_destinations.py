"""Where the proxy may connect to."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from proxy_addons.destinations import Destinations
from tests.proxy_addons.world import (
    Site,
    Start,
    settings_for,
)


def test_loopback_is_out_of_reach_unless_the_settings_allow_it(
    start: Start, plain_site: Site
) -> None:
    proxy = start(allow_networks=[])
    with proxy.http() as client:
        client.request(
            "GET", f"http://school.test:{plain_site.port}/", headers={"Host": "school.test"}
        )
        answer = client.getresponse()
        assert answer.status == 502
        assert b"out of the filter" in answer.read()
    assert plain_site.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_what_is_not_the_open_internet_is_refused(address: str) -> None:
    with pytest.raises(OSError, match="private network"):
        Destinations().check(address, 443)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_the_open_internet_is_reached(address: str) -> None:
    Destinations().check(address, 443)


def test_a_network_of_the_settings_is_reached() -> None:
    allowing = Destinations(reachable=(ip_network("10.2.0.0/16"),))
    allowing.check("10.2.3.4", 80)
    with pytest.raises(OSError, match="private network"):
        allowing.check("10.3.0.1", 80)


def test_the_filter_does_not_connect_to_itself() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    ours = Destinations(everything, frozenset({("127.0.0.1", 8080), ("::", 8081)}))
    for address, port in (("127.0.0.1", 8080), ("::ffff:127.0.0.1", 8080), ("::1", 8081)):
        with pytest.raises(OSError, match="itself"):
            ours.check(address, port)
    ours.check("127.0.0.1", 8082)
    ours.check("192.0.2.1", 8081)


def test_the_settings_say_what_is_reached_and_what_is_ours(tmp_path: Path) -> None:
    named = settings_for(tmp_path, tmp_path / "ca.pem", listen="localhost", port=8098)
    with pytest.raises(OSError, match="itself"):
        Destinations.of(named).check("127.0.0.1", 8098)
    found = Destinations.of(settings_for(tmp_path, tmp_path / "ca.pem", port=8099))
    assert ("127.0.0.1", 8099) in found.ours
    found.check("127.0.0.1", 1)
