"""Sessions as accounting tells of them: twice, late, in the wrong order, and without an end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from safeguard.identity_feeds.accounting import Accounting, Kind
from safeguard.identity_feeds.accounting_sessions import Session, Sessions, session_after

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
USUAL = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
START = Accounting(Kind.START, "ap1", "a1", "jo", ("10.1.2.3",), "02:00:00:00:00:07")
INTERIM = replace(START, kind=Kind.INTERIM)
STOP = replace(START, kind=Kind.STOP)
ON = Accounting(Kind.ON, "ap1", "")


def after(*packets: tuple[timedelta, Accounting]) -> Session:
    found: Session | None = None
    for at, said in packets:
        found = session_after(found, said, NOW + at, USUAL)
    assert found is not None
    return found


def test_a_session_is_believed_until_two_interims_are_missed() -> None:
    found = after((0 * MINUTE, START), (10 * MINUTE, INTERIM))
    assert (found.since, found.until) == (NOW, NOW + 30 * MINUTE)


def test_the_access_points_own_word_on_how_often_it_speaks_counts() -> None:
    assert after((0 * MINUTE, replace(START, interval=5 * MINUTE))).until == NOW + 10 * MINUTE
    assert after((0 * MINUTE, replace(START, interval=MINUTE / 60))).until == NOW + 2 * MINUTE
    assert after((0 * MINUTE, replace(START, interval=timedelta(days=9)))).until == NOW + timedelta(
        days=2
    )


def test_what_was_sent_late_counts_from_when_it_was_so() -> None:
    assert after((5 * MINUTE, replace(START, delay=5 * MINUTE))).since == NOW


def test_an_interim_says_since_when_even_if_the_start_was_never_heard() -> None:
    assert after((30 * MINUTE, replace(INTERIM, lasted=30 * MINUTE))).since == NOW


def test_an_address_that_comes_later_counts_from_the_interim_on() -> None:
    bare = replace(START, addresses=(), mac="", name="")
    found = after(
        (0 * MINUTE, bare), (MINUTE, INTERIM), (2 * MINUTE, replace(bare, kind=Kind.INTERIM))
    )
    assert (found.addresses, found.mac, found.name) == (("10.1.2.3",), START.mac, "jo")


def test_an_id_used_anew_begins_anew_but_a_late_start_does_not() -> None:
    assert after((0 * MINUTE, START), (MINUTE, STOP), (2 * MINUTE, START)).ended is None
    late = replace(START, delay=2 * MINUTE)
    assert after((0 * MINUTE, START), (MINUTE, STOP), (2 * MINUTE, late)).ended == NOW + MINUTE
    assert after((0 * MINUTE, STOP), (MINUTE / 12, START)).ended == NOW  # it was overtaken


def test_start_interim_and_stop_end_the_same_in_any_order() -> None:
    told = [(0, START), (60, INTERIM), (120, STOP)]
    ends = set()
    for order in permutations(told):
        found: Session | None = None
        for at, said in order:  # all arrive at the end, each says how late it is
            late = replace(said, delay=timedelta(seconds=200 - at))
            found = session_after(found, late, NOW + timedelta(seconds=200), USUAL)
        ends.add(found)
    assert len(ends) == 1
    assert ends.pop() == replace(after((0 * MINUTE, START), (MINUTE, INTERIM), (2 * MINUTE, STOP)))


PACKETS = st.lists(
    st.builds(
        Accounting,
        st.sampled_from([Kind.START, Kind.INTERIM, Kind.STOP, Kind.ON]),
        st.sampled_from(["ap1", "ap2"]),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["jo", "max"]),
        st.sampled_from([(), ("10.0.0.1",), ("10.0.0.2",), ("10.0.0.1", "10.0.0.2")]),
        st.sampled_from(["", "02:00:00:00:00:01", "02:00:00:00:00:02"]),
        st.integers(0, 900).map(lambda seconds: timedelta(seconds=seconds)),
    ),
    max_size=25,
)


@given(PACKETS)
def test_the_same_packet_again_changes_nothing(packets: list[Accounting]) -> None:
    found = Sessions(USUAL)
    for at, said in enumerate(packets):
        found.take(said, NOW + at * MINUTE)
        assert found.take(said, NOW + at * MINUTE) == ()


@given(PACKETS)
def test_what_is_looked_up_by_hardware_is_what_is_there(packets: list[Accounting]) -> None:
    found = Sessions(USUAL)
    for at, said in enumerate(packets):
        found.take(said, NOW + at * MINUTE)
    for mac in ("02:00:00:00:00:01", "02:00:00:00:00:02"):
        there = {key for key in found.keys if (one := found.get(key)) and one.mac == mac}
        assert set(found.of_mac(mac)) == there


@given(PACKETS)
def test_one_access_point_never_says_an_address_of_two_devices_that_came_in_order(
    packets: list[Accounting],
) -> None:
    found = Sessions(USUAL)
    for at, said in enumerate(packets):
        on_time = replace(said, nas="ap1", delay=timedelta(), session=f"s{at}")
        found.take(on_time, NOW + at * MINUTE)
    held = [
        address
        for key in found.keys
        if (one := found.get(key)) and one.ended is None
        for address in one.addresses
    ]
    assert len(held) == len(set(held))


def test_an_access_point_that_starts_ends_what_it_told_of_before() -> None:
    found = Sessions(USUAL)
    found.take(START, NOW)
    found.take(replace(START, nas="ap2", addresses=("10.1.2.4",)), NOW)
    found.take(replace(START, session="a2", addresses=("10.1.2.5",)), NOW + 2 * MINUTE)
    assert found.take(replace(ON, delay=MINUTE), NOW + 2 * MINUTE) == (("ap1", "a1"),)
    assert found.get(("ap1", "a1")) == replace(after((0 * MINUTE, START)), ended=NOW + MINUTE)


def test_who_has_an_address_anew_takes_it_from_who_had_it_before() -> None:
    found = Sessions(USUAL)
    found.take(START, NOW)
    other = replace(START, session="a2", name="max", mac="02:00:00:00:00:08")
    assert set(found.take(other, NOW + MINUTE)) == {("ap1", "a1"), ("ap1", "a2")}
    before = found.get(("ap1", "a1"))
    assert before is not None
    assert before.addresses == ()


def test_a_device_that_moves_to_another_access_point_is_there_alone() -> None:
    found = Sessions(USUAL)
    found.take(START, NOW)
    found.take(replace(START, nas="ap2"), NOW + MINUTE)
    before = found.get(("ap1", "a1"))
    assert before is not None
    assert before.addresses == ()


def test_where_two_access_points_speak_of_two_devices_both_stand() -> None:
    found = Sessions(USUAL)
    found.take(START, NOW)
    found.take(replace(START, nas="ap2", mac="02:00:00:00:00:08"), NOW + MINUTE)
    before = found.get(("ap1", "a1"))
    assert before is not None
    assert before.addresses == ("10.1.2.3",)


def test_what_is_over_for_long_is_let_go_and_what_is_not_is_kept() -> None:
    found = Sessions(USUAL)
    found.take(START, NOW)
    assert found.sweep(NOW + 29 * MINUTE) == ()
    assert found.sweep(NOW + 30 * MINUTE) == (("ap1", "a1"),)
    assert (len(found), found.of_mac(START.mac)) == (0, ())


def test_where_all_is_full_nobody_is_added_and_nobody_is_lost() -> None:
    found = Sessions(USUAL, most=1)
    found.take(START, NOW)
    assert found.has_room_for(STOP)
    assert not found.has_room_for(replace(START, session="a2"))
