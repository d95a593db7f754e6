"""One worker: its loop answers; beside it the rules are refreshed and what was kept is flushed."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from dns_filter.desk import Clocks, Desk
from dns_filter.server import Server
from dns_filter.upstreams import Upstream, Upstreams
from safeguard import logs
from safeguard.engine import Engine
from safeguard.recorder import Recorder, open_recorder
from safeguard.settings import Settings

new_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop as new_loop
except ImportError:  # it exists for the usual platforms only
    new_loop = asyncio.new_event_loop

REFRESH_SECONDS = 0.25
FLUSH_SECONDS = 1.0
TURN_SECONDS = 0.0005  # for which new rules, loaded in a thread, may keep a query waiting

logger = logs.logger("dns_filter")


def work(
    index: int,
    settings: Settings,
    engine: Engine,
    upstreams: tuple[Upstream, ...],
    listeners: tuple[socket.socket, socket.socket],
) -> None:
    """Answer until SIGTERM."""
    gc.freeze()  # what the parent loaded stays shared with it, and is not searched again
    sys.setswitchinterval(TURN_SECONDS)
    recorder = open_recorder(settings, f"dns-{index}")
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(_until_stopped(settings, engine, recorder, upstreams, listeners))
    finally:
        recorder.close(_wall())


async def _until_stopped(
    settings: Settings,
    engine: Engine,
    recorder: Recorder,
    upstreams: tuple[Upstream, ...],
    listeners: tuple[socket.socket, socket.socket],
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    mixed_case = settings.dns.mixed_case
    asking = Upstreams(upstreams, time.monotonic, mixed_case=mixed_case)
    desk = Desk(
        engine,
        recorder,
        asking,
        Clocks(time.monotonic, _wall),
        way=settings.dns.blocked_answer,
        blocked_ttl=settings.dns.blocked_ttl,
    )
    server = Server(desk, *listeners)
    await server.start()
    beside = [asyncio.create_task(one) for one in (_refresh(desk, engine), _flush(desk, recorder))]
    try:
        await stopped.wait()
    finally:  # uvloop waits for ever for what is left open
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await server.stop()
        asking.close()


async def _refresh(desk: Desk, engine: Engine) -> None:
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            await asyncio.to_thread(engine.refresh)
        except Exception as error:  # noqa: BLE001 - the rules in force stay, and it is counted
            desk.fault("refreshing", error)


async def _flush(desk: Desk, recorder: Recorder) -> None:
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        try:
            await asyncio.to_thread(recorder.flush, _wall())  # it waits for the disk
        except Exception as error:  # noqa: BLE001 - tried again in a second, and counted
            desk.fault("recording", error)
        for what, count in desk.faults.items():
            logger.error("DNS queries were refused because of errors", what=what, count=count)
        desk.faults.clear()


def _wall() -> datetime:
    return datetime.now(UTC)
