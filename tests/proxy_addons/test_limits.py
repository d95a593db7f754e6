"""What a worker bears."""

import socket
from typing import Any

import pytest
from mitmproxy.connection import Client

from proxy_addons.limits import Bearing
from safeguard.edge_settings import Limits
from tests.proxy_addons.world import Proxy, Start


def bearing(most: int = 20, each: int = 10, workers: int = 1) -> Bearing:
    limits = Limits(max_connections=most, max_connections_per_client=each)
    return Bearing(limits, workers, lambda address: address == "192.0.2.9")


def client(address: str = "192.0.2.1") -> Client:
    return Client(peername=(address, 1), sockname=("192.0.2.2", 8080), timestamp_start=0)


def admitted(bears: Bearing, one: Client) -> bool:
    bears.client_connected(one)
    return one.error is None


def test_one_client_has_so_many_connections_and_another_has_its_own() -> None:
    bears = bearing()
    assert [admitted(bears, client()) for _ in range(11)] == [True] * 10 + [False]
    assert admitted(bears, client("192.0.2.3"))
    assert [bears.take_refused() for _ in range(2)] == [1, 0]
    assert not admitted(bears, client())
    assert bears.take_refused() == 0  # it was said a moment ago


def test_a_trusted_proxy_has_as_many_as_there_are_in_all() -> None:
    bears = bearing()
    assert [admitted(bears, client("192.0.2.9")) for _ in range(21)] == [True] * 20 + [False]


def test_a_connection_that_ends_makes_room_and_a_refused_one_does_not() -> None:
    bears = bearing()
    there = [client() for _ in range(10)]
    assert all(admitted(bears, one) for one in there)
    refused = client()
    assert not admitted(bears, refused)
    bears.client_disconnected(refused)
    assert not admitted(bears, client())
    bears.client_disconnected(there[0])
    assert admitted(bears, client())
    for one in there:
        bears.client_disconnected(one)
    assert len(bears._held) == 1
    assert bears._of == {"192.0.2.1": 1}


@pytest.mark.parametrize(
    ("workers", "most", "each"), [(1, 20_000, 400), (2, 10_000, 240), (4, 5000, 134)]
)
def test_each_worker_has_its_share(workers: int, most: int, each: int) -> None:
    bears = Bearing(Limits(), workers, lambda _address: False)
    assert (bears.most, bears.most_per_client) == (most, each)


def test_too_many_connections_are_closed_and_others_go_on(start: Start) -> None:
    proxy: Proxy = start(sections={"limits": {"max_connections_per_client": 10}})
    held: list[Any] = []
    try:
        where = "127.0.0.1", proxy.port
        held += [socket.create_connection(where, timeout=10) for _ in range(11)]
        assert held[-1].recv(1) == b""
        held[0].sendall(b"GET http://bets.test/ HTTP/1.1\r\nhost: bets.test\r\n\r\n")
        assert held[0].recv(100).startswith(b"HTTP/1.1 403 ")
    finally:
        for one in held:
            one.close()


def test_a_connection_that_was_cut_off_is_hung_up_on() -> None:
    bears, one = bearing(), client()
    assert admitted(bears, one)
    assert list(bears.late()) == []
    one.error = "not checked"
    assert list(bears.late()) == [one]


def test_there_are_never_more_than_there_can_be() -> None:
    assert Bearing(Limits(), 1, lambda _address: False, possible=274).most == 274


def test_what_is_not_known_of_is_not_busy() -> None:
    bears = bearing()
    assert not bears.is_busy(client())
    bears.begun(client(), "head")
    bears.ended(client(), "head")
    assert list(bears.late()) == []
