"""One worker: accepts on its listener, keeps the rules fresh, and drains when it is told to end."""

import asyncio
import gc
import logging
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mitmproxy import certs
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.proxy.mode_servers import ServerInstance
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.proxy.server import ConnectionHandler

from proxy_addons.authenticate import Authenticate
from proxy_addons.block_page import Pages
from proxy_addons.chain import chain
from proxy_addons.connections import use_our_handler
from proxy_addons.desk import Desk
from proxy_addons.destinations import Destinations
from proxy_addons.leads import Leads
from proxy_addons.loop import Dialler, FilterLoop
from proxy_addons.master import FilterMaster, use_our_error_pages
from proxy_addons.resolving import lookup_of
from proxy_addons.visits import Visits
from safeguard.engine import Engine
from safeguard.recorder import Recorder, open_recorder
from safeguard.settings import Settings
from safeguard.signing_in import open_sign_in

logger = logging.getLogger(__name__)

BACKLOG = 1024
REFRESH_SECONDS = 0.25
FLUSH_SECONDS = 1.0
TURN_SECONDS = 0.0005  # for which new rules, loaded in a thread, may keep a request waiting
DRAIN_SECONDS = 2.0
DRAIN_STEP = 0.05
HANG_UP_SECONDS = 0.5
HANDSHAKE_SECONDS = 10.0  # of a browser that speaks TLS with the proxy


@dataclass(frozen=True, slots=True)
class Inheritance:
    """What the parent has made ready before it forked."""

    settings: Settings
    engine: Engine
    store: certs.CertStore
    trusted: Path | None
    listeners: Sequence[socket.socket]
    secure_listeners: Sequence[socket.socket] = ()  # where browsers speak TLS with the proxy
    tls: ssl.SSLContext | None = None


def work(inheritance: Inheritance, index: int) -> None:
    """Run one worker until SIGTERM."""
    gc.freeze()  # what the parent loaded stays shared with it, and is not searched again
    sys.setswitchinterval(TURN_SECONDS)
    settings = inheritance.settings
    recorder = open_recorder(settings, f"proxy-{index}")
    dialler = Dialler(Destinations.of(settings), lookup_of(settings.proxy.resolver))
    try:
        with asyncio.Runner(loop_factory=lambda: FilterLoop(dialler)) as runner:
            runner.run(_until_sigterm(inheritance, index, recorder, dialler))
    finally:
        recorder.close(_now())


def _now() -> datetime:
    return datetime.now(UTC)


async def _until_sigterm(
    inheritance: Inheritance, index: int, recorder: Recorder, dialler: Dialler
) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await serve(
        inheritance,
        inheritance.listeners[index],
        recorder,
        stopping,
        dialler,
        secure=inheritance.secure_listeners[index] if inheritance.secure_listeners else None,
    )


async def serve(
    inheritance: Inheritance,
    listener: socket.socket,
    recorder: Recorder,
    stopping: asyncio.Event,
    dialler: Dialler,
    patience: float = DRAIN_SECONDS,
    secure: socket.socket | None = None,
) -> None:
    """Accept on the listeners until `stopping` is set, then drain."""
    settings = inheritance.settings
    pages = Pages(settings.school.name)
    use_our_error_pages(pages)
    desk = Desk(inheritance.engine, recorder, pages, _now, ZoneInfo(settings.school.timezone))
    limit = settings.proxy.page_limit_kib * 1024
    visits = Visits()
    use_our_handler(visits)
    leads = Leads(dialler, time.monotonic)
    sign_in = open_sign_in(settings)
    ports = frozenset({int(secure.getsockname()[1])} if secure else ())
    authenticate = Authenticate(visits, desk, sign_in, ports)
    addons = chain(visits, desk, leads, inheritance.store, limit, authenticate)
    master = FilterMaster(addons, inheritance.trusted, limit)
    proxyserver: Proxyserver = master.addons.get("proxyserver")  # type: ignore[no-untyped-call]  # it has no types
    instance: ServerInstance[ProxyMode] = ServerInstance.make("regular", proxyserver)
    servers = [await asyncio.start_server(instance.handle_stream, sock=listener, backlog=BACKLOG)]
    if secure is not None:
        servers.append(
            await asyncio.start_server(
                instance.handle_stream,
                sock=secure,
                backlog=BACKLOG,
                ssl=inheritance.tls,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
            )
        )
    chores = [
        asyncio.create_task(master.run()),
        asyncio.create_task(_every(REFRESH_SECONDS, lambda: _refresh(inheritance.engine))),
        asyncio.create_task(_every(FLUSH_SECONDS, lambda: _flush(recorder))),
    ]
    await stopping.wait()
    for server in servers:
        server.close()
    await _drain(proxyserver.connections, patience)
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    if sign_in is not None:
        sign_in.close()


async def _every(seconds: float, chore: Callable[[], Coroutine[None, None, None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await chore()
        except Exception:
            logger.exception("a chore of the worker failed; it will be tried again")


async def _refresh(engine: Engine) -> None:
    await asyncio.to_thread(engine.refresh)


async def _flush(recorder: Recorder) -> None:
    await asyncio.to_thread(recorder.flush, _now())  # it waits for the disk


async def _drain(handlers: Mapping[Any, ConnectionHandler], patience: float) -> None:
    """Let what is under way finish, for a moment; then hang up."""
    await _until_none(handlers, patience)
    for handler in list(handlers.values()):
        handler.close_connection(handler.client)
    await _until_none(handlers, HANG_UP_SECONDS)


async def _until_none(handlers: Sized, patience: float) -> None:
    for _ in range(int(patience / DRAIN_STEP)):
        if not handlers:
            return
        await asyncio.sleep(DRAIN_STEP)
