"""What devices ask to find out whether there is internet."""

import pytest

from proxy_addons.probes import PROBES, probe


@pytest.mark.parametrize(
    ("host", "path", "status", "has"),
    [
        ("captive.apple.com", "/hotspot-detect.html", 200, b"Success"),
        ("connectivitycheck.gstatic.com", "/generate_204", 204, b""),
        ("connectivitycheck.gstatic.com", "/generate_204?x=1", 204, b""),
        ("www.msftconnecttest.com", "/connecttest.txt", 200, b"Microsoft Connect Test"),
        ("detectportal.firefox.com", "/success.txt", 200, b"success\n"),
        ("nmcheck.gnome.org", "/check_network_status.txt", 200, b"NetworkManager is online"),
    ],
)
def test_each_is_told_what_it_expects(host: str, path: str, status: int, has: bytes) -> None:
    expected = probe("http", host, path)
    assert expected is not None
    assert (expected.status, has in expected.body) == (status, True)


def test_nothing_else_is_answered() -> None:
    assert probe("https", "captive.apple.com", "/hotspot-detect.html") is None
    assert probe("http", "captive.apple.com", "/other") is None
    assert probe("http", "www.apple.com", "/") is None


def test_hosts_are_written_as_they_are_compared() -> None:
    assert all(host == host.lower() and path.startswith("/") for host, path in PROBES)
