"""The settings of what other servers tell: off unless asked for, and never without secrets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from safeguard.feed_settings import Feeds
from safeguard.settings import load


def test_nothing_is_heard_unless_it_is_asked_for() -> None:
    assert not Feeds().wanted
    assert Feeds(radius_listen="10.0.0.1", radius_secrets=Path("/s")).wanted
    assert Feeds(leases=("/var/lib/misc/dnsmasq.leases",)).wanted


def test_a_port_without_secrets_is_refused() -> None:
    with pytest.raises(ValidationError, match="anyone on the network could sign anyone in"):
        Feeds(radius_listen="10.0.0.1")


@pytest.mark.parametrize("name", ["leases", "bind:/var/leases", "kea:leases"])
def test_a_lease_file_is_a_full_path_and_a_format_that_is_known(name: str) -> None:
    with pytest.raises(ValidationError):
        Feeds(leases=(name,))


def test_all_can_be_said_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_FEEDS__LEASES", "kea:/a.csv, /b")
    monkeypatch.setenv("SAFEGUARD_FEEDS__REALMS", "SCHOOL, school.example")
    found = load().feeds
    assert found.leases == ("kea:/a.csv", "/b")
    assert found.own == {"school", "school.example"}
