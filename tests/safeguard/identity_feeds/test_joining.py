"""Accounting and leases joined: who is where, and what is not written down yet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from safeguard.core.identifying import UNIDENTIFIED, Claim, Method
from safeguard.identity.roster import Roster
from safeguard.identity_feeds.accounting import Accounting, Kind
from safeguard.identity_feeds.accounting_sessions import Sessions
from safeguard.identity_feeds.joining import (
    AT_MOST,
    Change,
    End,
    Joined,
    Put,
    Unknown,
    shortened,
)
from safeguard.identity_feeds.leases import FOR_EVER, Lease
from safeguard.store.people import Device, Person

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
USUAL = 10 * MINUTE
MAC, OTHER, STRANGE = "02:00:00:00:00:07", "02:00:00:00:00:08", "02:00:00:00:00:99"
AT, V6 = "10.1.2.3", "2001:db8::5"
ROSTER = Roster(
    [Person("p1", "Jo", "y7", login="jo")],
    [
        Device("d1", "10.0.0.7", "pc-7", person="p1", mac=MAC, room="lab"),
        Device("d2", "10.0.0.8", "pc-8", mac=OTHER),
    ],
)
START = Accounting(Kind.START, "10.9.0.1/ap", "a1", "SCHOOL\\jo", (AT,), MAC)
KEY = f"10.9.0.1/ap a1 {AT}"
FILE = "/var/leases"
LEASE = Lease(AT, MAC, NOW + HOUR, "pc-7")


@pytest.fixture
def joined() -> Joined:
    found = Joined(Sessions(USUAL, most=100), {"school"})
    found.knows(ROSTER)
    return found


def written(joined: Joined, now: datetime = NOW) -> list[Change]:
    batch = joined.batch(now, 1000)
    joined.wrote(batch)
    return list(batch.changes)


def claims(joined: Joined, now: datetime = NOW) -> dict[str, Claim]:
    return {one.claim.address: one.claim for one in written(joined, now) if isinstance(one, Put)}


def test_who_signs_in_to_the_network_is_at_their_address(joined: Joined) -> None:
    joined.accounting(START, NOW)
    claim = Claim(AT, Method.RADIUS, NOW, NOW + 20 * MINUTE, "p1", "d1", room="lab", mac=MAC)
    assert written(joined) == [Put("radius", KEY, claim)]
    assert joined.waiting == 0


def test_who_signs_out_is_there_no_longer(joined: Joined) -> None:
    joined.accounting(START, NOW)
    written(joined)
    joined.accounting(replace(START, kind=Kind.STOP, addresses=()), NOW + MINUTE)
    assert written(joined, NOW + MINUTE) == [End("radius", KEY)]


def test_who_comes_and_goes_before_anything_was_written_leaves_nothing(joined: Joined) -> None:
    joined.accounting(START, NOW)
    joined.accounting(replace(START, kind=Kind.STOP), NOW)
    assert written(joined, NOW + MINUTE) == []


@pytest.mark.parametrize("name", ["max", "jo@elsewhere.example", "OTHER\\jo", "anonymous@school"])
def test_a_login_of_nobody_here_is_nobody_and_not_the_devices_user(
    joined: Joined, name: str
) -> None:
    joined.accounting(replace(START, name=name), NOW)
    [claim] = claims(joined).values()
    assert (claim.method, claim.person, claim.group) == (Method.RADIUS, "", UNIDENTIFIED)


@pytest.mark.parametrize("name", ["host/pc-7.school.example", "PC-7$", MAC, ""])
def test_a_machine_that_signs_in_is_its_device(joined: Joined, name: str) -> None:
    joined.accounting(replace(START, name=name), NOW)
    [claim] = claims(joined).values()
    assert (claim.method, claim.person, claim.device, claim.mac) == (Method.DEVICE, "", "d1", MAC)


def test_who_has_no_address_yet_gets_it_from_the_lease_of_their_hardware(joined: Joined) -> None:
    joined.accounting(replace(START, addresses=()), NOW)
    assert claims(joined) == {}
    joined.leases(FILE, [LEASE, Lease(V6, MAC, NOW + 5 * MINUTE)], NOW, whole=False)
    said = [one for one in written(joined) if isinstance(one, Put) and one.source == "radius"]
    assert {one.claim.address: one.claim.until for one in said} == {
        AT: NOW + 20 * MINUTE,
        V6: NOW + 5 * MINUTE,
    }
    assert {one.claim.person for one in said} == {"p1"}


def test_a_lease_that_passes_to_other_hardware_takes_the_person_from_there(joined: Joined) -> None:
    joined.accounting(replace(START, addresses=()), NOW)
    joined.leases(FILE, [LEASE], NOW, whole=True)
    written(joined)
    joined.leases(FILE, [replace(LEASE, mac=OTHER)], NOW + MINUTE, whole=True)
    said = written(joined, NOW + MINUTE)
    assert End("radius", KEY) in said
    assert [one.claim.device for one in said if isinstance(one, Put)] == ["d2"]


def test_a_lease_says_which_device_is_there(joined: Joined) -> None:
    joined.leases(FILE, [LEASE], NOW, whole=False)
    claim = Claim(AT, Method.DEVICE, NOW, NOW + HOUR, device="d1", mac=MAC)
    assert written(joined) == [Put("dhcp", f"{FILE} {AT}", claim)]


def test_a_lease_that_goes_on_goes_on_since_it_began(joined: Joined) -> None:
    joined.leases(FILE, [LEASE], NOW, whole=True)
    written(joined)
    joined.leases(FILE, [replace(LEASE, until=NOW + 2 * HOUR)], NOW + HOUR / 2, whole=True)
    [claim] = claims(joined, NOW + HOUR / 2).values()
    assert (claim.since, claim.until) == (NOW, NOW + 2 * HOUR)


def test_what_a_whole_file_does_not_say_is_over_and_what_half_of_one_does_not_is_not(
    joined: Joined,
) -> None:
    joined.leases(FILE, [LEASE], NOW, whole=True)
    written(joined)
    joined.leases(FILE, [], NOW, whole=False)
    joined.leases("/another", [], NOW, whole=True)
    assert written(joined) == []
    joined.leases(FILE, [], NOW, whole=True)
    assert written(joined) == [End("dhcp", f"{FILE} {AT}")]


def test_a_lease_that_is_given_back_is_over(joined: Joined) -> None:
    joined.leases(FILE, [LEASE], NOW, whole=False)
    written(joined)
    joined.leases(FILE, [replace(LEASE, over=True)], NOW, whole=False)
    assert written(joined) == [End("dhcp", f"{FILE} {AT}")]


def test_a_lease_without_end_is_said_for_a_day_and_then_again(joined: Joined) -> None:
    joined.leases(FILE, [replace(LEASE, until=FOR_EVER)], NOW, whole=True)
    assert [one.until for one in claims(joined).values()] == [NOW + AT_MOST]
    joined.sweep(NOW + HOUR)
    assert written(joined, NOW + HOUR) == []
    later = NOW + 13 * HOUR
    joined.sweep(later)
    assert [one.until for one in claims(joined, later).values()] == [later + AT_MOST]


def test_what_runs_out_is_let_go(joined: Joined) -> None:
    joined.accounting(START, NOW)
    joined.leases(FILE, [LEASE], NOW, whole=True)
    written(joined)
    joined.sweep(NOW + 2 * HOUR)
    assert set(written(joined, NOW + 2 * HOUR)) == {
        End("radius", KEY),
        End("dhcp", f"{FILE} {AT}"),
    }
    assert joined.waiting == 0


def test_unknown_hardware_at_the_address_of_a_registered_device_is_nobody(joined: Joined) -> None:
    joined.leases(FILE, [Lease("10.0.0.7", STRANGE, NOW + HOUR)], NOW, whole=True)
    [claim] = claims(joined).values()
    assert (claim.person, claim.group, claim.mac) == ("", UNIDENTIFIED, STRANGE)


def test_unknown_hardware_elsewhere_is_noted_and_nothing_is_claimed(joined: Joined) -> None:
    joined.leases(FILE, [Lease(AT, STRANGE, NOW + HOUR, "tablet"), LEASE], NOW, whole=True)
    joined.leases(FILE, [Lease(AT, STRANGE, NOW + HOUR, "tablet")], NOW, whole=False)
    assert claims(joined) == {}
    found = joined.unknown(NOW)
    assert found == (Unknown(STRANGE, AT, "tablet"),)
    joined.noted(found, NOW)
    assert joined.unknown(NOW + MINUTE) == ()
    joined.leases(FILE, [Lease(AT, STRANGE, NOW + 3 * HOUR)], NOW, whole=False)
    assert len(joined.unknown(NOW + HOUR)) == 1
    assert joined.unknown(NOW + 4 * HOUR) == ()


def test_who_becomes_known_later_is_known_from_then_on(joined: Joined) -> None:
    joined.accounting(replace(START, name="max"), NOW)
    written(joined)
    joined.knows(Roster([Person("p2", "Max", "y8", login="max")]))
    assert [one.person for one in claims(joined).values()] == ["p2"]


def test_what_could_not_be_written_waits_with_what_came_meanwhile(joined: Joined) -> None:
    joined.accounting(START, NOW)
    batch = joined.batch(NOW, 1000)
    joined.accounting(replace(START, kind=Kind.INTERIM), NOW + 10 * MINUTE)
    joined.failed(batch)
    assert joined.waiting == 1
    assert [one.until for one in claims(joined, NOW + 10 * MINUTE).values()] == [NOW + 30 * MINUTE]


def test_what_could_not_be_written_is_written_at_the_next_try(joined: Joined) -> None:
    joined.accounting(START, NOW)
    joined.failed(joined.batch(NOW, 1000))
    assert len(claims(joined)) == 1


def test_where_a_lease_runs_out_who_signed_in_is_there_no_longer(joined: Joined) -> None:
    joined.accounting(START, NOW)
    joined.leases(FILE, [Lease(V6, MAC, NOW + 5 * MINUTE)], NOW, whole=True)
    written(joined)
    joined.sweep(NOW + 6 * MINUTE)
    assert End("radius", f"10.9.0.1/ap a1 {V6}") in written(joined, NOW + 6 * MINUTE)


def test_what_comes_while_something_is_written_is_written_next(joined: Joined) -> None:
    joined.accounting(START, NOW)
    batch = joined.batch(NOW, 1000)
    joined.accounting(replace(START, kind=Kind.STOP), NOW + MINUTE)
    joined.wrote(batch)
    assert written(joined, NOW + MINUTE) == [End("radius", KEY)]


def test_no_more_is_written_at_once_than_asked_for(joined: Joined) -> None:
    for one in range(5):
        joined.accounting(replace(START, session=f"s{one}", addresses=(f"10.1.2.{one}",)), NOW)
    assert len(joined.batch(NOW, 2).changes) == 2
    assert joined.waiting == 3


def test_where_all_is_full_nobody_is_taken_in() -> None:
    full = Joined(Sessions(USUAL, most=1), ())
    assert full.accounting(START, NOW)
    assert not full.accounting(replace(START, session="a2"), NOW)


def test_what_an_earlier_run_wrote_is_ended_when_its_access_point_says_so(joined: Joined) -> None:
    joined.remembers(
        [
            ("radius", KEY, NOW - HOUR, NOW + HOUR),
            ("radius", f"10.9.0.1/ap2 a1 {V6}", NOW - HOUR, NOW + HOUR),
        ]
    )
    joined.accounting(Accounting(Kind.ON, "10.9.0.1/ap", ""), NOW)
    assert written(joined) == [End("radius", KEY)]


def test_a_stop_of_what_an_earlier_run_wrote_ends_it_by_its_id_alone(joined: Joined) -> None:
    joined.remembers([("radius", KEY, NOW - HOUR, NOW + HOUR)])
    joined.accounting(replace(START, kind=Kind.STOP, addresses=(), mac="", name=""), NOW)
    assert written(joined) == [End("radius", KEY)]


def test_an_access_point_that_starts_later_leaves_what_began_after_it(joined: Joined) -> None:
    joined.accounting(START, NOW)
    written(joined)
    joined.accounting(Accounting(Kind.ON, START.nas, "", delay=MINUTE), NOW + MINUTE / 2)
    assert written(joined) == []


def test_a_key_is_never_longer_than_its_column() -> None:
    assert shortened("ap 1") == "ap_1"
    assert len(shortened("x" * 81)) == 32
    assert shortened("x" * 81) != shortened("x" * 82)
