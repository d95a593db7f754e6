"""The loop dials what may be dialled, the next address where one fails, and not for ever."""

import asyncio
import socket
import time
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

import pytest

from proxy_addons import loop
from proxy_addons.destinations import Destinations
from proxy_addons.loop import CLEARED, Dialler, FilterLoop

LOOPBACK = Destinations(reachable=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def port() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def dial(host: str, port: int, answers: Sequence[str], to: Destinations = LOOPBACK) -> str:
    """Return the address that was reached."""

    async def run() -> str:
        if answers:
            CLEARED.set({host: answers})
        _reader, writer = await asyncio.open_connection(host, port)
        address: str = writer.get_extra_info("peername")[0]
        writer.close()
        await writer.wait_closed()
        return address

    with asyncio.Runner(loop_factory=lambda: FilterLoop(Dialler(to, lambda _: ()))) as runner:
        return runner.run(run())


def found(host: str) -> Sequence[str]:
    dialler = Dialler(LOOPBACK, lambda name: [f"found {name}"])
    return asyncio.run(dialler.look_up(host))


def test_a_name_is_resolved_by_the_given_look_up_and_an_address_is_its_own() -> None:
    assert found("school.test") == ["found school.test"]
    assert found("127.0.0.1") == ["127.0.0.1"]
    assert found("fe80::1%eth0") == ["fe80::1%eth0"]


def test_what_was_cleared_is_dialled(port: int) -> None:
    assert dial("school.test", port, ["127.0.0.1"]) == "127.0.0.1"
    assert dial("127.0.0.1", port, ["127.0.0.1"]) == "127.0.0.1"


@pytest.mark.parametrize("host", ["school.test", "127.0.0.1"])
def test_nothing_else_is_dialled(host: str, port: int) -> None:
    with pytest.raises(OSError, match="not judged"):
        dial(host, port, [])


def test_a_name_that_leads_nowhere_is_said_not_to_be_known() -> None:
    CLEARED.set({"gone.test": ()})
    with pytest.raises(OSError, match="not known"):
        Dialler(LOOPBACK, lambda _: ()).addresses("gone.test", 443)
    CLEARED.set({})


def test_the_next_address_is_tried_where_one_refuses(port: int) -> None:
    assert dial("school.test", port, ["127.0.0.9", "127.0.0.1"]) == "127.0.0.1"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "rebound.test"])
def test_an_address_out_of_bounds_is_refused_by_name_and_by_number(host: str, port: int) -> None:
    cleared = ["93.184.215.14", "127.0.0.1"] if host == "rebound.test" else [host]
    with pytest.raises(OSError, match="private network"):
        dial(host, port, cleared, Destinations())


def test_a_name_with_one_address_out_of_bounds_is_not_dialled_at_all(port: int) -> None:
    with pytest.raises(OSError, match="private network"):
        dial("rebound.test", port, ["127.0.0.1", "10.0.0.1"])


def test_a_site_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CONNECT_SECONDS", 0.05)

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(FilterLoop.__base__, "create_connection", never)
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="in time"):
        dial("slow.test", 1, ["127.0.0.1"])
    assert time.monotonic() - began < 5


def test_another_task_factory_is_left_alone() -> None:
    ours = FilterLoop(Dialler(LOOPBACK, lambda _: ()))
    try:
        ours.set_task_factory(None)
        assert ours.get_task_factory() is None
        ours.set_task_factory(asyncio.eager_task_factory)
        assert ours.get_task_factory() is not None
    finally:
        ours.close()
