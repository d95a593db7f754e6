"""The end of a worker: what is under way may finish, for a while; the rest is hung up on."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from mitmproxy.proxy.server import ConnectionHandler

from proxy_addons.limits import Bearing

STEP = 0.05
QUIET_SECONDS = 0.5  # a tunnel in which nothing moves for so long may be closed
HANG_UP_SECONDS = 0.5

type Handlers = Mapping[Any, ConnectionHandler]


async def drain(handlers: Handlers, bearing: Bearing, patience: float) -> None:
    """Hang up on idle connections now, on each other one when it is idle, on all at the end."""
    deadline = time.monotonic() + patience
    while handlers and time.monotonic() < deadline:
        for handler in list(handlers.values()):
            if not is_busy(handler, bearing):
                hang_up(handler)
        await asyncio.sleep(STEP)
    for handler in list(handlers.values()):
        hang_up(handler)
    for _ in range(int(HANG_UP_SECONDS / STEP)):
        if not handlers:
            return
        await asyncio.sleep(STEP)


async def settled(handlers: Handlers, bearing: Bearing, patience: float) -> None:
    """Wait until all that is under way now has ended; what begins meanwhile does not count."""
    deadline = time.monotonic() + patience
    busy = [one for one in handlers.values() if bearing.is_busy(one.client)]
    while busy and time.monotonic() < deadline:
        await asyncio.sleep(STEP)
        there = set(map(id, handlers.values()))
        busy = [one for one in busy if id(one) in there and bearing.is_busy(one.client)]


def is_busy(handler: ConnectionHandler, bearing: Bearing) -> bool:
    """Whether a request is under way, or bytes are."""
    transport = handler.transports.get(handler.client)
    writer = transport.writer if transport else None
    return (
        (isinstance(writer, asyncio.StreamWriter) and writer.transport.get_write_buffer_size() > 0)
        or bearing.is_busy(handler.client)
        or time.time() - handler.timeout_watchdog.last_activity < QUIET_SECONDS
    )


def hang_up(handler: ConnectionHandler) -> None:
    transport = handler.transports.get(handler.client)
    if transport is not None and transport.handler is not None:
        handler.close_connection(handler.client)
