"""The lease file of dnsmasq."""

import pytest

from filter_rules.types import Problem
from safeguard.identity_feeds.dnsmasq_leases import leases_in, mac_of_duid
from safeguard.identity_feeds.leases import FOR_EVER, Lease
from tests.safeguard.identity_feeds.lease_samples import DNSMASQ, SOON


def test_its_leases_are_read_those_of_ipv6_too() -> None:
    assert list(leases_in(DNSMASQ, "f")) == [
        Lease("10.0.0.1", "02:00:00:00:00:01", SOON, "pc-1"),
        Lease("10.0.0.2", "02:00:00:00:00:02", FOR_EVER),
        Lease("2001:db8::5", "02:00:00:00:00:01", SOON, "pc-1"),
    ]


@pytest.mark.parametrize(
    "line",
    ["nonsense", "x 02:00:00:00:00:01 10.0.0.1 * *", "1 02:00:00:00:00:01 pc * *", "1 2 3 4 5 6"],
)
def test_a_line_that_is_none_is_told_with_its_number(line: str) -> None:
    assert list(leases_in(f"\n{line}\n", "f")) == [
        Problem("f", 2, "this line is not a lease of dnsmasq")
    ]


@pytest.mark.parametrize(
    ("duid", "mac"),
    [
        ("00:03:00:01:02:00:00:00:00:01", "02:00:00:00:00:01"),
        ("00:01:00:01:2c:00:00:00:02:00:00:00:00:01", "02:00:00:00:00:01"),
        ("00:04:" + ":".join(["aa"] * 16), ""),
        ("00:03:00:01:02:00", ""),
        ("*", ""),
    ],
)
def test_the_hardware_is_read_from_a_name_built_of_it(duid: str, mac: str) -> None:
    assert mac_of_duid(duid) == mac
