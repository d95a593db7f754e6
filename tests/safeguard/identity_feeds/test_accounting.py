"""A packet of RADIUS accounting: heard from who knows the secret, and read as what it says."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrad.packet import AccessRequest, AcctPacket, AuthPacket, StatusServer

from safeguard.identity_feeds.accounting import Accounting, Heard, Kind, Refusal, hear
from tests.safeguard.identity_feeds.radius_samples import SECRET, packet

AP = "10.9.0.1"


def said(made: AcctPacket) -> Accounting | None:
    found = hear(made.RequestPacket(), SECRET, AP)
    assert isinstance(found, Heard)
    return found.says


def test_a_packet_says_who_is_where() -> None:
    made = packet(
        user_name="SCHOOL\\jo",
        framed_ip_address=bytes([10, 1, 2, 3]),
        framed_ipv6_address=[bytes.fromhex("20010db8" + "00" * 11 + "05")],
        calling_station_id="02-00-00-00-00-07:School",
        nas_identifier="ap 1",
        acct_delay_time=5,
        acct_session_time=60,
        acct_interim_interval=300,
    )
    assert said(made) == Accounting(
        Kind.START,
        f"{AP}/ap 1",
        "a1",
        "SCHOOL\\jo",
        ("10.1.2.3", "2001:db8::5"),
        "02:00:00:00:00:07",
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=1),
    )


def test_the_answer_is_one_that_the_access_point_accepts() -> None:
    made = packet(signed=True)
    found = hear(made.RequestPacket(), SECRET, AP)
    assert isinstance(found, Heard)
    assert made.VerifyReply(made.CreateReply(packet=found.answer))


def test_who_asks_whether_we_are_there_gets_a_signed_answer() -> None:
    asks = AcctPacket(code=StatusServer, secret=SECRET)
    found = hear(asks.RequestPacket(), SECRET, AP)
    assert isinstance(found, Heard)
    assert found.says is None
    assert asks.VerifyReply(asks.CreateReply(packet=found.answer))


def test_the_state_of_a_proxy_on_the_way_goes_back() -> None:
    made = packet()
    made[33] = [b"state"]
    found = hear(made.RequestPacket(), SECRET, AP)
    assert isinstance(found, Heard)
    assert made.CreateReply(packet=found.answer)[33] == [b"state"]


def altered(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


@pytest.mark.parametrize("signed", [False, True])
def test_a_packet_altered_on_the_way_is_not_heard(signed: bool) -> None:  # noqa: FBT001
    raw = packet(user_name="jo", signed=signed).RequestPacket()
    heard = [
        at for at in range(1, len(raw)) if isinstance(hear(altered(raw, at), SECRET, AP), Heard)
    ]
    assert heard == []


def test_a_false_signature_is_not_heard_where_all_else_is_right() -> None:
    made = packet()
    made[80] = [bytes(16)]
    assert hear(made.RequestPacket(), SECRET, AP) is Refusal.SECRET


def test_another_secret_is_not_heard() -> None:
    assert hear(packet(secret=b"wrong").RequestPacket(), SECRET, AP) is Refusal.SECRET


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", Refusal.MALFORMED),
        (b"\x04" * 19, Refusal.MALFORMED),
        (AuthPacket(AccessRequest, secret=SECRET).RequestPacket(), Refusal.KIND),
        (packet().RequestPacket()[:-1], Refusal.MALFORMED),
    ],
    ids=["nothing", "too short", "another kind", "cut"],  # the packets are drawn anew each time
)
def test_what_is_no_accounting_is_not_heard(raw: bytes, why: Refusal) -> None:
    assert hear(raw, SECRET, AP) is why


@pytest.mark.parametrize(
    "made",
    [
        packet(9),  # the start of a tunnel
        packet(None),
        packet(session=""),
    ],
)
def test_what_tells_of_nobody_is_answered_and_passed_over(made: AcctPacket) -> None:
    assert said(made) is None


def test_an_access_point_that_starts_needs_no_session() -> None:
    found = said(packet(Kind.ON, ""))
    assert found is not None
    assert (found.kind, found.nas) == (Kind.ON, AP)


PREFIX = bytes.fromhex("20010db800000001")


@pytest.mark.parametrize(
    ("attributes", "addresses"),
    [
        ({"framed_ip_address": b"\xff\xff\xff\xfe"}, ()),  # the device may choose
        ({"framed_ip_address": b"\0\0\0\0"}, ()),
        ({"framed_ip_address": b"\x0a\x01"}, ()),
        ({"framed_ipv6_prefix": b"\0\x40" + PREFIX}, ()),  # a whole network is no address
        (
            {"framed_ipv6_prefix": b"\0\x40" + PREFIX, "framed_interface_id": b"\0" * 7 + b"\x09"},
            ("2001:db8:0:1::9",),
        ),
        (
            {"framed_ipv6_prefix": b"\0\x38" + PREFIX, "framed_interface_id": b"\0" * 7 + b"\x09"},
            (),
        ),
        (
            {"framed_ipv6_prefix": b"\0\x40" + PREFIX, "framed_interface_id": b"\x09"},
            (),
        ),
        ({"framed_ipv6_prefix": b"\0\x80" + PREFIX + b"\0" * 7 + b"\x09"}, ("2001:db8:0:1::9",)),
        ({"framed_ipv6_prefix": b"\0"}, ()),
    ],
)
def test_only_whole_addresses_are_taken(
    attributes: dict[str, bytes], addresses: tuple[str, ...]
) -> None:
    found = said(packet(said=attributes))
    assert found is not None
    assert found.addresses == addresses


@pytest.mark.parametrize(
    ("attributes", "nas"),
    [
        ({}, AP),
        ({"nas_ip_address": bytes([10, 9, 0, 2])}, f"{AP}/10.9.0.2"),
        ({"nas_ipv6_address": bytes.fromhex("20010db8" + "00" * 11 + "05")}, f"{AP}/2001:db8::5"),
        ({"nas_ip_address": bytes([10, 9, 0, 2]), "nas_identifier": "ap"}, f"{AP}/ap"),
    ],
)
def test_two_access_points_behind_one_address_are_two(
    attributes: dict[str, bytes], nas: str
) -> None:
    found = said(packet(said=attributes))
    assert found is not None
    assert found.nas == nas


def test_more_addresses_than_a_device_has_are_not_kept() -> None:
    many = [bytes([10, 1, 2, one]) for one in range(1, 40)]
    found = said(packet(framed_ip_address=many))
    assert found is not None
    assert len(found.addresses) == 16


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_break_the_reader(raw: bytes, genuine: bool) -> None:  # noqa: FBT001
    import hashlib

    if genuine:  # what knows the secret may still be nonsense
        start = b"\x04\x01" + (20 + len(raw)).to_bytes(2)
        raw = start + hashlib.md5(start + bytes(16) + raw + SECRET).digest() + raw  # noqa: S324  RADIUS
    hear(raw, SECRET, AP)
