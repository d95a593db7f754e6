"""Who asks from an address, found again quickly and never out of date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from safeguard.core.identifying import Claim, Method
from safeguard.identity import finder as module
from safeguard.identity.finder import LONGEST, Finder
from safeguard.identity.live import LiveSessions
from safeguard.identity.roster import Roster
from safeguard.store.people import Device, Network, Person
from safeguard.store.sessions import Found

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MAC = "02:00:00:00:00:01"
ROSTER = Roster(
    [Person("ada", "Ada Example", "primary", login="Ada"), Person("ben", "Ben Example", "staff")],
    [Device("d1", "10.9.0.1", "Ada's tablet", "ada", mac=MAC, room="B12")],
    [Network("10.0.0.0/8", "guest")],
)
BEN = Claim("10.0.0.5", Method.PORTAL, NOON, NOON + 10 * MINUTE, "ben")


def finder(*claims: Claim) -> Finder:
    live = LiveSessions()
    live.begin(1, [found(number, claim) for number, claim in enumerate(claims)])
    return Finder(ROSTER, live)


def found(number: int, claim: Claim, ended: datetime | None = None) -> Found:
    return Found(number, claim, "portal", str(number), NOON, ended, "", number)


def asked(one: Finder, address: str = "10.0.0.5", now: datetime = NOON) -> tuple[str, str, str]:
    subject = one.subject_at(address, now)
    return subject.group, subject.method, subject.person


def test_who_signed_in_is_found_with_the_group_of_the_roster() -> None:
    assert asked(finder(BEN)) == ("staff", "portal", "ben")
    assert asked(finder()) == ("guest", "network", "")


def test_who_is_not_here_any_more_is_nobody() -> None:
    assert asked(finder(replace(BEN, person="gone"))) == ("guest", "network", "")


def test_a_sign_in_ends_at_its_moment_however_well_remembered() -> None:
    one = finder(BEN)
    assert asked(one, now=NOON + 9 * MINUTE)[1] == "portal"
    assert asked(one, now=NOON + 10 * MINUTE - timedelta(microseconds=1))[1] == "portal"
    assert asked(one, now=NOON + 10 * MINUTE)[1] == "network"


def test_a_clock_that_was_set_back_finds_what_was_then() -> None:
    one = finder(BEN)
    assert asked(one)[1] == "portal"
    assert asked(one, now=NOON - MINUTE)[1] == "network"


def test_what_changed_is_found_once_it_is_told() -> None:
    one = finder(BEN)
    assert asked(one)[1] == "portal"
    assert one.subject_at("::ffff:10.0.0.5", NOON).person == "ben"
    one.forget(one.sessions.take_up(2, [found(0, BEN, ended=NOON)]))
    assert asked(one)[1] == "network"
    assert one.subject_at("::ffff:10.0.0.5", NOON).method == "network"


def test_what_changes_while_it_is_looked_up_is_not_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = finder(BEN)

    def overtaken(_claims: object, _now: datetime) -> datetime:
        one.forget(one.sessions.take_up(2, [found(0, BEN, ended=NOON)]))
        return NOON + MINUTE

    with monkeypatch.context() as patched:
        patched.setattr(module, "next_change", overtaken)
        assert asked(one)[1] == "portal"
    assert asked(one)[1] == "network"


def test_the_user_of_a_device_is_found_by_its_hardware_wherever_it_is() -> None:
    lease = Claim("10.0.0.5", Method.DEVICE, NOON, NOON + MINUTE, mac=MAC)
    subject = finder(lease).subject_at("10.0.0.5", NOON)
    assert (subject.person, subject.device, subject.room) == ("ada", "d1", "B12")
    assert (subject.method, subject.until) == ("device", NOON + MINUTE)
    unknown = replace(lease, mac="02:00:00:00:00:99")
    assert asked(finder(unknown)) == ("guest", "network", "")


def test_a_request_that_proves_who_asks_is_weighed_with_the_rest() -> None:
    one = finder(BEN)
    proof = Claim("::ffff:10.0.0.5", Method.KERBEROS, NOON, NOON + MINUTE, "ada")
    subject = one.subject_of(proof, NOON)
    assert (subject.person, subject.method, subject.address) == ("ada", "kerberos", "10.0.0.5")
    assert one.subject_of(replace(proof, person="gone"), NOON).person == "ben"
    assert asked(one)[2] == "ben"  # of the address nothing else is remembered


def test_where_people_signed_in_and_ask_is_told_once_a_minute() -> None:
    one = finder(BEN)
    for second in range(50):
        asked(one, now=NOON + timedelta(seconds=second))
    asked(one, "10.0.0.6")
    assert one.taken_active() == {"10.0.0.5"}
    asked(one, now=NOON + timedelta(seconds=51))
    assert one.taken_active() == set()
    asked(one, now=NOON + LONGEST)
    assert one.taken_active() == {"10.0.0.5"}


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 3)
    one = finder(BEN)
    for number in range(10):
        one.subject_at(f"10.1.0.{number}", NOON)
        one.subject_at(f"::ffff:10.1.0.{number}", NOON)
    assert len(one._found) <= 3
    assert len(one._spelt) <= 3
    assert asked(one)[1] == "portal"
