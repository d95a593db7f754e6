"""The port for RADIUS: who is answered, what is taken once, and what is never said aloud."""

import asyncio
from ipaddress import ip_network
from typing import cast

import pytest

from safeguard.identity_feeds import radius
from safeguard.identity_feeds.accounting import Accounting, Kind, Refusal
from safeguard.identity_feeds.radius import Listener, Secrets, listen
from safeguard.problems import UnusableError
from tests.safeguard.identity_feeds.radius_samples import SECRET, packet

AP = ("10.9.0.1", 40_000)


class Wire:
    """Where answers go."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, tuple[str, int]]] = []

    def sendto(self, data: bytes, addr: tuple[str, int]) -> None:
        self.sent.append((data, addr))


class Heard:
    """A listener, what it takes in, and what it answers."""

    def __init__(self) -> None:
        self.taken: list[Accounting] = []
        self.full = False
        self.wire = Wire()
        secrets = Secrets({ip_network("10.9.0.0/24"): SECRET})
        self.listener = Listener(lambda: secrets, self._take)
        self.listener._transport = cast("asyncio.DatagramTransport", self.wire)

    def _take(self, said: Accounting) -> bool:
        self.taken.append(said)
        return not self.full


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_a_packet_is_taken_once_and_answered_each_time(heard: Heard) -> None:
    raw = packet().RequestPacket()
    for _ in range(3):
        heard.listener.datagram_received(raw, AP)
    assert len(heard.taken) == 1
    assert len(heard.wire.sent) == 3
    assert len(set(heard.wire.sent)) == 1


def test_what_cannot_be_taken_gets_no_answer_so_that_it_is_sent_again(heard: Heard) -> None:
    heard.full = True
    raw = packet().RequestPacket()
    heard.listener.datagram_received(raw, AP)
    assert heard.wire.sent == []
    assert heard.listener.refused == {Refusal.FULL: 1}
    heard.full = False
    heard.listener.datagram_received(raw, AP)
    assert len(heard.wire.sent) == 1


def test_strangers_get_no_answer_and_are_said_once_without_their_address(
    heard: Heard, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        heard.listener.datagram_received(packet().RequestPacket(), ("10.20.0.5", 40_000))
    assert (heard.taken, heard.wire.sent) == ([], [])
    assert heard.listener.refused == {Refusal.STRANGER: 3}
    said = capsys.readouterr().err
    assert said.count("was not answered") == 1
    assert "10.20" not in said


def test_what_is_remembered_of_packets_is_bounded(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radius, "REPEATS", 2)
    for one in range(5):
        heard.listener.datagram_received(packet(session=f"s{one}").RequestPacket(), AP)
    assert len(heard.listener._answered) == 2


def test_an_answer_that_does_not_arrive_ends_nothing(heard: Heard) -> None:
    heard.listener.error_received(ConnectionRefusedError())
    heard.listener.datagram_received(packet(Kind.STOP).RequestPacket(), AP)
    assert len(heard.taken) == 1


def test_it_listens_on_ipv6_too_and_says_why_it_cannot(heard: Heard) -> None:
    async def told() -> None:
        transport = await listen("::1", 0, heard.listener)
        port = transport.get_extra_info("sockname")[1]
        with pytest.raises(UnusableError, match="accounting cannot listen"):
            await listen("::1", port, heard.listener)
        transport.close()

    asyncio.run(told())
