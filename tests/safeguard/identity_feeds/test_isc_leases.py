"""The lease file of ISC dhcpd."""

from datetime import UTC, datetime

import pytest

from filter_rules.types import Problem
from safeguard.identity_feeds.isc_leases import leases_in
from safeguard.identity_feeds.leases import FOR_EVER, Lease, reading_of
from tests.safeguard.identity_feeds.lease_samples import ISC, SOON


def test_of_each_address_the_last_block_stands() -> None:
    found = reading_of(leases_in(ISC, "f"))
    assert found.leases == (
        Lease("10.0.0.1", "02:00:00:00:00:01", SOON, "pc-1"),
        Lease("10.0.0.2", "02:00:00:00:00:02", FOR_EVER),
        Lease(
            "10.0.0.3",
            "02:00:00:00:00:03",
            datetime(2026, 11, 22, 11, tzinfo=UTC),
            over=True,
        ),
        Lease("2001:db8::5", "02:00:00:00:00:01", SOON),
    )
    assert found.problems == ()


def test_a_name_in_hexadecimal_is_read_too() -> None:
    block = 'ia-na "01:02:03:04:00:03:00:01:02:00:00:00:00:01" {\n iaaddr 2001:db8::5 {\n'
    block += "binding state active;\nends never;\n}\n}\n"
    assert list(leases_in(block, "f")) == [Lease("2001:db8::5", "02:00:00:00:00:01", FOR_EVER)]


@pytest.mark.parametrize(
    "block",
    [
        "lease 10.0.0.1 {\n  binding state active;\n}\n",
        "lease pc-1 {\n  ends never;\n}\n",
        "lease 10.0.0.1 {\n  ends 0 2026/13/45 08:00:00;\n}\n",
        "lease 10.0.0.1 {\n  ends sometime;\n}\n",
    ],
)
def test_a_block_that_cannot_be_read_is_told_with_its_first_line(block: str) -> None:
    assert list(leases_in(block, "f")) == [
        Problem("f", 1, "this lease of dhcpd cannot be read"),
    ]


def test_a_block_that_is_still_being_written_is_left_for_the_next_look() -> None:
    assert list(leases_in("lease 10.0.0.1 {\n  ends never;\n", "f")) == []


def test_a_block_without_an_end_does_not_take_the_next_one_with_it() -> None:
    text = "lease 10.0.0.1 {\nlease 10.0.0.2 {\n  ends never;\n  binding state active;\n}\n"
    assert list(leases_in(text, "f")) == [
        Problem("f", 1, "this lease has no end"),
        Lease("10.0.0.2", "", FOR_EVER),
    ]
