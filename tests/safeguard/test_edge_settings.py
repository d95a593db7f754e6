"""The settings of what the web proxy can bear: what they are, and what cannot be."""

import pytest
from pydantic import ValidationError

from safeguard.edge_settings import Limits, Viruses


def test_a_stop_waits_ten_seconds_and_nothing_is_scanned_unless_somebody_says_where() -> None:
    assert Limits().drain_seconds == 10
    assert Viruses().clamd == ""


@pytest.mark.parametrize(
    "where", ["unix:/run/clamav/clamd.ctl", "tcp://scanner.school.example:3310", "tcp://[::1]:3310"]
)
def test_clamd_is_a_socket_or_a_host_and_port(where: str) -> None:
    assert Viruses(clamd=where).clamd == where


@pytest.mark.parametrize("where", ["clamd", "unix:clamd.ctl", "tcp://scanner", "http://x:1"])
def test_what_is_no_address_of_a_scanner_is_refused(where: str) -> None:
    with pytest.raises(ValidationError):
        Viruses(clamd=where)


def test_what_is_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValidationError):
        Limits(max_connections=1)
