"""Leases: the last word on an address stands, and what grows is bounded."""

from datetime import UTC, datetime, timedelta

import pytest

from filter_rules.types import Problem
from safeguard.identity_feeds import leases
from safeguard.identity_feeds.leases import (
    Lease,
    Reading,
    address_of,
    host_of,
    moment_of,
    numbered,
    reading_of,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def test_the_last_word_on_an_address_stands() -> None:
    first, second = Lease("10.0.0.1", "a", NOW), Lease("10.0.0.1", "b", LATER)
    assert reading_of([first, second]) == Reading((second,))


def test_a_lease_lives_until_it_ends_or_is_given_back() -> None:
    assert Lease("10.0.0.1", "", LATER).lives(NOW)
    assert not Lease("10.0.0.1", "", NOW).lives(NOW)
    assert not Lease("10.0.0.1", "", LATER, over=True).lives(NOW)


def test_bad_lines_are_counted_and_the_first_hundred_told() -> None:
    found = reading_of(Problem("f", line, "is bad") for line in range(1, 151))
    assert (found.bad, len(found.problems), found.problems[0].line) == (150, 100, 1)


def test_more_leases_than_any_school_has_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "MOST_LEASES", 2)
    found = reading_of(Lease(f"10.0.0.{one}", "", LATER) for one in (1, 2, 3, 2))
    assert ([one.address for one in found.leases], found.bad) == (["10.0.0.1", "10.0.0.2"], 1)


def test_a_line_without_its_end_is_still_being_written() -> None:
    assert list(numbered("one\r\ntwo\nthr")) == [(1, "one"), (2, "two")]
    assert list(numbered("")) == []


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:DB8:0::5", "2001:db8::5"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("0.0.0.0", ""),
        ("255.255.255.254", ""),
        ("127.0.0.1", ""),
        ("224.0.0.1", ""),
        ("fe80::1", ""),
        ("2001:db8::5%eth0", ""),
        ("pc-1", ""),
    ],
)
def test_only_what_a_device_can_have_is_an_address(written: str, address: str) -> None:
    assert address_of(written) == address


@pytest.mark.parametrize("seconds", ["", "x", "9" * 30, "-99999999999999999"])
def test_what_is_no_time_is_none(seconds: str) -> None:
    assert moment_of(seconds) is None


def test_a_name_is_fit_to_be_shown() -> None:
    assert host_of(" pc-1. ") == "pc-1"
    assert host_of("*") == ""
    assert host_of("p\x1bc" + "x" * 300) == "pc" + "x" * 251
