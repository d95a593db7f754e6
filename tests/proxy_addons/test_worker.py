"""The whole path of one worker: real sockets, real TLS on both sides, a real client."""

import asyncio
import logging
import threading
from datetime import datetime
from pathlib import Path

import pytest

from proxy_addons import worker
from proxy_addons.memory import MIB, Growth, Turn
from tests.proxy_addons.world import (
    Page,
    Proxy,
    Site,
    ask,
)


def test_an_allowed_page_arrives_unchanged(proxy: Proxy, site: Site) -> None:
    status, body, _ = ask(proxy, "school.test", site.port)
    assert (status, body) == (200, Page().body)
    assert proxy.notebook.kept == []


def test_requests_of_one_client_share_one_connection_to_the_site(proxy: Proxy, site: Site) -> None:
    with proxy.https("school.test", site.port) as client:
        for _ in range(3):
            client.request("GET", "/")
            assert client.getresponse().read() == Page().body
    assert site.connections == 1


def test_no_request_waits_for_the_disk_that_is_flushed_to() -> None:
    class Slow:
        """A recorder whose flush ends when the loop has had a turn, or much later."""

        def __init__(self) -> None:
            self.begun, self.turn = threading.Event(), threading.Event()
            self.held_up = True

        def flush(self, _now: datetime) -> None:
            self.begun.set()
            self.held_up = not self.turn.wait(5)

    async def walk() -> None:
        slow = Slow()
        flushing = asyncio.create_task(worker._flush(slow))  # type: ignore[arg-type]  # Slow
        await asyncio.to_thread(slow.begun.wait, 5)
        slow.turn.set()
        await flushing
        assert not slow.held_up

    asyncio.run(walk())


def test_a_worker_that_has_grown_too_much_makes_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    statm = tmp_path / "statm"

    def write(mib: int) -> None:
        statm.write_text(f"0 {mib * MIB // 4096} 0 0 0 0 0\n")

    write(100)
    growth, stopping, turn = Growth(128, statm), asyncio.Event(), Turn(tmp_path)
    assert not worker._must_go(growth, turn, stopping)
    write(300)
    with caplog.at_level(logging.WARNING):
        assert worker._must_go(growth, turn, stopping)
    assert (len(caplog.records), turn.taken) == (1, True)
    stopping.set()
    assert not worker._must_go(growth, turn, stopping)
