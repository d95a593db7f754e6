"""One worker: accepts on its listener, keeps the rules fresh, and drains when it is told to end."""

import asyncio
import gc
import logging
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mitmproxy import certs
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.connection import Client
from mitmproxy.proxy.mode_servers import ServerInstance
from mitmproxy.proxy.mode_specs import ProxyMode

from proxy_addons.authenticate import Authenticate
from proxy_addons.block_page import Pages
from proxy_addons.chain import chain
from proxy_addons.connections import use_our_handler
from proxy_addons.descriptors import connections_within
from proxy_addons.desk import Desk
from proxy_addons.destinations import Destinations
from proxy_addons.download_gate import downloads_of, hold_downloads
from proxy_addons.draining import Handlers, drain, hang_up, settled
from proxy_addons.heads import limit_heads
from proxy_addons.leads import Leads
from proxy_addons.limits import Bearing
from proxy_addons.loop import Dialler, FilterLoop
from proxy_addons.master import FilterMaster, use_our_error_pages
from proxy_addons.memory import Growth, Turn
from proxy_addons.portal_gate import portal_of
from proxy_addons.resolving import lookup_of
from proxy_addons.tokens import Tokens
from proxy_addons.visits import Visits
from safeguard.core.evasion import Evasion
from safeguard.engine import Engine
from safeguard.recorder import Recorder, open_recorder
from safeguard.settings import Settings
from safeguard.signing_in import Networks, SignIn, open_sign_in

logger = logging.getLogger(__name__)

BACKLOG = 1024
REFRESH_SECONDS = 0.25
FLUSH_SECONDS = 1.0
TURN_SECONDS = 0.0005  # for which new rules, loaded in a thread, may keep a request waiting
SWEEP_SECONDS = 1.0
MAKE_WAY_SECONDS = 2.0  # while nobody accepts: new connections wait for the next worker
LOOK_SECONDS = 5.0  # at the worker's memory
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
    key: bytes = b""  # of the tokens on block pages
    workers: int = 1
    descriptors: int = 65_536  # files that a worker may open


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
    patience: float | None = None,
    secure: socket.socket | None = None,
) -> None:
    """Accept on the listeners until `stopping` is set, then drain."""
    limits = inheritance.settings.limits
    spared = Networks(inheritance.settings.proxy_auth.trusted_proxies).hold
    bearing = Bearing(
        limits, inheritance.workers, spared, connections_within(inheritance.descriptors)
    )
    sign_in = open_sign_in(inheritance.settings)
    ports = frozenset({int(secure.getsockname()[1])} if secure else ())
    master = _master(inheritance, recorder, dialler, bearing, sign_in, ports)
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
    turn = Turn(inheritance.settings.data)
    chores = [
        asyncio.create_task(master.run()),
        *_chores(inheritance, recorder, proxyserver.connections, bearing, stopping, turn),
    ]
    await stopping.wait()
    for server in servers:
        server.close()
    if patience is None:
        patience = MAKE_WAY_SECONDS if turn.taken else limits.drain_seconds
    await drain(proxyserver.connections, bearing, patience)
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    if sign_in is not None:
        sign_in.close()


def _master(
    inheritance: Inheritance,
    recorder: Recorder,
    dialler: Dialler,
    bearing: Bearing,
    sign_in: SignIn | None,
    secure_ports: frozenset[int],
) -> FilterMaster:
    settings = inheritance.settings
    pages = Pages(settings.school.name)
    use_our_error_pages(pages)
    zone, tokens = ZoneInfo(settings.school.timezone), Tokens(inheritance.key)
    desk = Desk(inheritance.engine, recorder, pages, _now, zone, tokens)
    limit = settings.proxy.page_limit_kib * 1024
    visits = Visits()
    use_our_handler(visits)

    def smuggled(client: Client) -> None:
        visit = visits.of(client)
        desk.evaded(visit.subject, visit.connect_host, Evasion.SMUGGLED)

    limit_heads(settings.limits.header_kib * 1024, bearing, smuggled)
    leads = Leads(dialler, time.monotonic)
    authenticate = Authenticate(visits, desk, sign_in, secure_ports)
    hold_downloads()
    addons = chain(
        visits,
        desk,
        leads,
        inheritance.store,
        limit,
        authenticate,
        bearing,
        portal_of(visits, desk, settings.identity),
        downloads_of(visits, desk, settings.viruses),
    )
    return FilterMaster(addons, inheritance.trusted, limit, settings.limits.idle_seconds)


def _chores(
    inheritance: Inheritance,
    recorder: Recorder,
    handlers: Handlers,
    bearing: Bearing,
    stopping: asyncio.Event,
    turn: Turn,
) -> list[asyncio.Task[None]]:
    """What a worker does again and again beside serving."""
    limits = inheritance.settings.limits
    growth = Growth(limits.worker_memory_mib)

    async def make_way() -> None:
        if _must_go(growth, turn, stopping):
            await settled(handlers, bearing, limits.drain_seconds)
            stopping.set()

    chores: list[tuple[float, Callable[[], Coroutine[None, None, None]]]] = [
        (REFRESH_SECONDS, lambda: _refresh(inheritance.engine)),
        (FLUSH_SECONDS, lambda: _flush(recorder)),
        (SWEEP_SECONDS, lambda: _sweep(handlers, bearing)),
        (LOOK_SECONDS, make_way),
    ]
    return [asyncio.create_task(_every(seconds, chore)) for seconds, chore in chores]


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


async def _sweep(handlers: Handlers, bearing: Bearing) -> None:
    """Hang up on who has begun something and does not end it; say if connections were refused."""
    if refused := bearing.take_refused():
        logger.warning("%d connections were refused: see [limits] in the settings", refused)
    for client in bearing.late():
        handler = handlers.get(client.id)
        if handler is not None:
            hang_up(handler)


def _must_go(growth: Growth, turn: Turn, stopping: asyncio.Event) -> bool:
    """A worker that has grown too much ends when it is its turn; its parent starts a new one."""
    if stopping.is_set() or not growth.is_too_much() or not turn.take():
        return False
    logger.warning("the worker has grown beyond limits.worker_memory_mib, and makes way")
    return True
