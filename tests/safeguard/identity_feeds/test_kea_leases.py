"""Kea's table of leases, and the files that it is spread over while it is cleaned up."""

import pytest

from filter_rules.types import Problem
from safeguard.identity_feeds.kea_leases import leases_in, parts
from safeguard.identity_feeds.leases import FOR_EVER, Lease, reading_of
from tests.safeguard.identity_feeds.lease_samples import KEA, KEA6, KEA_HEAD, SOON


def test_of_each_address_the_last_line_stands() -> None:
    found = reading_of(leases_in(KEA, "f"))
    assert found.leases == (
        Lease("10.0.0.1", "02:00:00:00:00:01", SOON, "pc-1"),
        Lease("10.0.0.2", "02:00:00:00:00:02", FOR_EVER, "a,b"),
        Lease("10.0.0.3", "02:00:00:00:00:03", SOON, over=True),
        Lease("10.0.0.4", "02:00:00:00:00:04", SOON, over=True),
    )
    assert not found.bad


def test_networks_handed_to_routers_are_nobodys_address() -> None:
    assert list(leases_in(KEA6, "f")) == [Lease("2001:db8::5", "02:00:00:00:00:01", SOON, "pc-1")]


def test_files_one_after_the_other_each_begin_with_their_columns() -> None:
    assert len(list(leases_in(KEA + KEA, "f"))) == 10


def test_another_table_is_told_once() -> None:
    assert list(leases_in("a,b\n1,2\n", "f")) == [
        Problem("f", 1, "the columns of this table are not those of Kea's leases")
    ]


@pytest.mark.parametrize(
    "line", ["10.0.0.1", "pc,,,1,1,1,0,0,,0,,0", "10.0.0.1,,,1,soon,1,0,0,,0,,0"]
)
def test_a_line_that_is_none_is_told_with_its_number(line: str) -> None:
    assert list(leases_in(f"{KEA_HEAD}{line}\n", "f")) == [
        Problem("f", 2, "this line is not a lease of Kea")
    ]


@pytest.mark.parametrize(
    ("there", "read"),
    [
        (("l", "l.2"), ("l.2", "l")),
        (("l", "l.1", "l.2"), ("l.2", "l.1", "l")),
        (("l", "l.1", "l.2", "l.output"), ("l.2", "l.1", "l")),
        (("l", "l.1", "l.2", "l.completed"), ("l.completed", "l")),
        ((), ()),
    ],
)
def test_what_the_clean_up_has_finished_counts(
    there: tuple[str, ...], read: tuple[str, ...]
) -> None:
    assert parts("l", there) == read
