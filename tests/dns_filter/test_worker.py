"""The role as it is run: `python -m dns_filter`, its workers, its start, its end."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dns_filter import worker
from safeguard.core.types import Action
from safeguard.engine import Engine
from safeguard.jobs import Drain
from safeguard.settings import Settings
from safeguard.spool import FOLDER
from safeguard.store import events, overlay
from safeguard.store.session import Store
from tests.conftest import pick_port
from tests.dns_filter.conftest import NOW, PUPIL, TEACHER, open_office
from tests.dns_filter.packets import ask, content, packet, run
from tests.dns_filter.resolver import Resolver

PATIENCE = 60.0  # a start on a busy machine


def until[T](found: Callable[[], T], seconds: float = PATIENCE) -> T:
    ends = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < ends, "it did not come about"
        time.sleep(0.02)
    return value


@pytest.fixture
def upstream() -> Iterator[Resolver]:
    """A resolver on a loop of its own."""
    resolver, started, stopping = Resolver(), threading.Event(), threading.Event()

    async def serve() -> None:
        await resolver.start()
        started.set()
        await asyncio.to_thread(stopping.wait)
        await resolver.stop()

    thread = threading.Thread(target=lambda: run(serve()))
    thread.start()
    assert started.wait(PATIENCE)
    yield resolver
    stopping.set()
    thread.join(PATIENCE)


def answered(port: int, name: str, source: str = PUPIL) -> list[str] | None:
    try:
        return content(run(ask(port, packet(name), source, seconds=0.5)))
    except (OSError, TimeoutError):
        return None


@contextmanager
def running(settings: Settings, upstream: str, workers: int = 2) -> Iterator[tuple[int, int]]:
    """The role's port and the parent's process id."""
    port = pick_port()
    environment = {
        **os.environ,
        "SAFEGUARD_DATA": str(settings.data),
        "SAFEGUARD_DNS__PORT": str(port),
        "SAFEGUARD_DNS__UPSTREAMS": upstream,
        "SAFEGUARD_DNS__WORKERS": str(workers),
    }
    role = subprocess.Popen(
        [sys.executable, "-m", "dns_filter", "--data", str(settings.data)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: answered(port, "bets.test"))
        yield port, role.pid
    finally:
        role.send_signal(signal.SIGTERM)
        _, said = role.communicate(timeout=PATIENCE)
    assert role.returncode == 0, said
    assert "Traceback" not in said, said


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_it_answers_each_group_obeys_a_change_within_a_second_and_keeps_what_it_blocked(
    settings: Settings, store: Store, upstream: Resolver
) -> None:
    with running(settings, upstream.url) as (port, pid):
        assert len(children(pid)) == 2
        assert answered(port, "social.test") == ["A 0.0.0.0"]
        assert answered(port, "social.test", TEACHER) == ["A 192.0.2.10"]
        for _ in range(8):  # so that both workers have it ready
            assert answered(port, "new.test") == ["A 192.0.2.10"]
        overlay.add(store, "new.test", Action.BLOCK, (), "", "someone", NOW)
        until(lambda: [answered(port, "new.test") for _ in range(8)] == [["A 0.0.0.0"]] * 8, 5.0)

    drain = Drain(store, settings.data / FOLDER)
    until(lambda: drain.once() == 0)
    drain.close()
    kept = events.search(store, events.Wanted()).events
    assert {(one.event.group, one.event.host) for one in kept} >= {("primary", "social.test")}
    assert all(datetime.now(UTC) - one.event.at < timedelta(minutes=2) for one in kept)


def test_a_worker_that_is_killed_comes_back(settings: Settings, upstream: Resolver) -> None:
    with running(settings, upstream.url, workers=1) as (port, pid):
        (first,) = children(pid)
        os.kill(first, signal.SIGKILL)
        until(lambda: children(pid) not in ([], [first]))
        assert until(lambda: answered(port, "bets.test")) == ["A 0.0.0.0"]


def test_without_a_resolver_blocked_names_are_still_answered(settings: Settings) -> None:
    with running(settings, f"udp://127.0.0.1:{pick_port()}", workers=1) as (port, _):
        assert answered(port, "bets.test") == ["A 0.0.0.0"]
        assert answered(port, "www.good.test") == []


def test_a_port_that_is_taken_stops_the_start_with_a_sentence(settings: Settings) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        role = subprocess.run(
            [sys.executable, "-m", "dns_filter", "--data", str(settings.data)],
            env={
                **os.environ,
                "SAFEGUARD_DATA": str(settings.data),
                "SAFEGUARD_DNS__PORT": str(port),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert role.returncode == 2
    assert f"127.0.0.1 port {port}" in role.stderr
    assert "Traceback" not in role.stderr


class Slow:
    """A recorder whose disk is slow: its flush ends when the loop has had a turn, or much later."""

    def __init__(self) -> None:
        self.begun, self.turn = threading.Event(), threading.Event()
        self.held_up: list[bool] = []

    def flush(self, _now: datetime) -> None:
        self.begun.set()
        self.held_up.append(not self.turn.wait(5))


def test_no_query_waits_for_the_disk_that_is_flushed_to(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "FLUSH_SECONDS", 0.0)

    async def walk() -> None:
        slow = Slow()
        async with open_office(engine) as office:
            flushing = asyncio.create_task(worker._flush(office.desk, slow))  # type: ignore[arg-type]  # Slow
            await asyncio.to_thread(slow.begun.wait, 5)
            slow.turn.set()
            flushing.cancel()
            await asyncio.gather(flushing, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()
        assert slow.held_up
        assert not any(slow.held_up)

    run(walk())


class Broken:
    """An engine that cannot be refreshed, and a recorder that cannot be flushed."""

    tries = 0

    def refresh(self) -> bool:
        self.tries += 1
        raise ZeroDivisionError

    def flush(self, _now: datetime) -> None:
        self.refresh()


def test_what_goes_wrong_beside_is_said_without_names_and_tried_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "REFRESH_SECONDS", 0.01)
    monkeypatch.setattr(worker, "FLUSH_SECONDS", 0.02)

    async def walk() -> None:
        broken = Broken()
        async with open_office(engine) as office:
            beside = [
                asyncio.create_task(worker._refresh(office.desk, broken)),  # type: ignore[arg-type]  # Broken
                asyncio.create_task(worker._flush(office.desk, broken)),  # type: ignore[arg-type]  # Broken
            ]
            async with asyncio.timeout(PATIENCE):
                while broken.tries < 6:  # noqa: ASYNC110  nothing tells when a task has tried
                    await asyncio.sleep(0.01)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    run(walk())
    said = capsys.readouterr()
    assert "refreshing: ZeroDivisionError" in said.out + said.err
    assert "recording: ZeroDivisionError" in said.out + said.err
