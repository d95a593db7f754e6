"""Through trigger_event, as in production: taddons.cycle() would raise and show nothing."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from mitmproxy.hooks import all_hooks
from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers.http._hooks import (
    HttpConnectHook,
    HttpRequestHeadersHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.proxy.layers.tls import TlsClienthelloHook
from mitmproxy.proxy.layers.websocket import WebsocketMessageHook
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test import taddons, tflow
from mitmproxy.tls import ClientHelloData, TlsData

from proxy_addons import worker
from proxy_addons.chain import chain
from proxy_addons.failure import fail_closed, refuse, refuse_flow
from proxy_addons.last_word import KeepNothing, LastWord
from proxy_addons.layers import GatedTls, HangUp
from proxy_addons.page_gate import CLEARED, HELD, PageGate
from proxy_addons.request_gate import RequestGate
from proxy_addons.tls_gate import TlsGate
from proxy_addons.visits import TlsChoice, Visit, Visits
from safeguard.core.types import Subject, Target
from safeguard.recorder import RecorderError
from tests.proxy_addons.production import BROKEN, BROKEN_DESK, BrokenError, flow, trigger
from tests.proxy_addons.world import Proxy, Site, Start, ask


class Open:
    def requestheaders(self, _flow: HTTPFlow) -> None:
        raise BrokenError


class Closed:
    @fail_closed(refuse_flow)
    def requestheaders(self, _flow: HTTPFlow) -> None:
        raise BrokenError


class ClosedAsync:
    @fail_closed(refuse_flow)
    async def requestheaders(self, _flow: HTTPFlow) -> None:
        await asyncio.sleep(0)
        raise BrokenError


class Fine:
    @fail_closed(refuse_flow)
    async def requestheaders(self, flow: HTTPFlow) -> None:
        await asyncio.sleep(0)
        flow.metadata["seen"] = True


def test_an_unguarded_error_lets_the_request_through() -> None:
    """Why the guard exists. If mitmproxy ever changes this, the guard may go."""
    unjudged = flow()

    async def run() -> None:
        with taddons.context(Open()) as context:
            await context.master.addons.trigger_event(HttpRequestHeadersHook(unjudged))

    asyncio.run(run())
    assert unjudged.response is None


def test_our_dispatch_refuses_where_nobody_guarded() -> None:
    assert trigger(HttpRequestHeadersHook, flow(), Open()).response.status_code == 503


@pytest.mark.parametrize("gate", [Closed(), ClosedAsync()])
def test_a_guarded_error_refuses(gate: object) -> None:
    response = trigger(HttpRequestHeadersHook, flow(), gate).response
    assert response.status_code == 503


def test_a_guard_leaves_a_sound_hook_alone() -> None:
    seen = trigger(HttpRequestHeadersHook, flow(), Fine())
    assert seen.metadata["seen"]
    assert seen.response is None


# --- each gate, each hook --------------------------------------------------------------------


def test_a_connect_that_cannot_be_judged_is_refused() -> None:
    refused = trigger(HttpConnectHook, flow(), TlsGate(BROKEN, BROKEN_DESK, BROKEN))
    assert refused.response.status_code == 503


def test_a_tls_hello_that_cannot_be_judged_is_refused() -> None:
    visits = Visits()
    client = tflow.tclient_conn()
    visits.begin(client, Subject("staff"))
    visits.of(client).tls = TlsChoice.UNTOUCHED
    hello = ClientHelloData(Context(client, Options()), BROKEN)
    trigger(TlsClienthelloHook, hello, TlsGate(visits, BROKEN_DESK, BROKEN))
    assert visits.of(client).tls is TlsChoice.REFUSE
    assert not hello.ignore_connection


def test_a_request_that_cannot_be_judged_is_refused() -> None:
    refused = trigger(HttpRequestHeadersHook, flow(), RequestGate(Visits(), BROKEN_DESK, BROKEN))
    assert refused.response.status_code == 503


def test_a_response_head_that_cannot_be_judged_ends_the_flow() -> None:
    cut = flow(response=True)
    cut.live = True
    trigger(HttpResponseHeadersHook, cut, PageGate(BROKEN, BROKEN_DESK, 1))
    assert cut.error is not None
    assert cut.error.msg == cut.error.KILLED_MESSAGE


def test_a_page_that_cannot_be_judged_is_not_shown() -> None:
    held = flow(response=True)
    held.metadata[HELD] = True
    trigger(HttpResponseHook, held, PageGate(BROKEN, BROKEN_DESK, 1000))
    assert held.response is not None
    assert held.response.status_code == 503


# --- every hook of every addon in the chain, found by looking ------------------------------------

SECRET = b"Welcome to our site."
# Hooks that decide nothing, and why bytes may go on if they fail.
AFTER_THE_FACT = {
    "load": "options are defined before anybody connects",
    "configure": "likewise",
    "running": "likewise",
    "done": "at the end",
    "client_disconnected": "nobody is there any more",
    "server_disconnected": "nothing comes any more",
    "error": "the flow has ended",
    "tls_established_client": "it stops a clock: if it fails the connection ends sooner",
    "websocket_message": "tried below: a page has no messages",
    "websocket_end": "the socket has ended",
    "quic_start_server": "there is no QUIC",
    "quic_start_client": "likewise",
    "dns_request": "there is no DNS",
}


class Breaker:
    """Replaces the hooks of addons by ones that raise when they are told to."""

    def __init__(self) -> None:
        self.broken: tuple[object, str] | None = None
        self.late = False
        self.hits = 0
        self.hooks: list[tuple[object, str]] = []

    def wrap(self, addon: Any) -> None:
        for name in all_hooks:
            hook = getattr(addon, name, None)
            if callable(hook) and name not in AFTER_THE_FACT:
                self.hooks.append((addon, name))
                setattr(addon, name, self._wrapped(addon, name, hook))

    def _wrapped(self, addon: object, name: str, hook: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            if self.broken != (addon, name):
                return hook(*arguments)
            self.hits += 1
            if self.late:
                return fail_later()
            raise BrokenError(name)

        return called


async def fail_later() -> None:
    await asyncio.sleep(0)
    raise BrokenError


def test_whichever_hook_of_the_chain_fails_not_a_byte_of_the_page_arrives(
    start: Start, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaker = Breaker()

    def broken_chain(*arguments: Any) -> Any:
        addons = chain(*arguments)
        for one in addons:
            breaker.wrap(one)
        return addons

    monkeypatch.setattr(worker, "chain", broken_chain)
    proxy = start()
    context = ssl.create_default_context(cafile=str(proxy.authority.certificate))
    assert SECRET in all_that_comes(proxy, site.port, context)
    tried = set()
    for late in (False, True):
        for addon, name in breaker.hooks:
            breaker.broken, breaker.late, breaker.hits = (addon, name), late, 0
            before = len(site.requests)
            got = all_that_comes(proxy, site.port, context)
            where = f"{type(addon).__name__}.{name}"
            assert breaker.hits, f"{where} was never called: is it a hook of a page?"
            assert SECRET not in got, where
            if name in {"client_connected", "http_connect", "requestheaders", "request"}:
                assert len(site.requests) == before, where
            tried.add(where)
    breaker.broken = None
    assert SECRET in all_that_comes(proxy, site.port, context)  # and nothing was left broken
    assert {"Identify.client_connected", "TlsGate.tls_clienthello", "RequestGate.requestheaders",
            "TypingGate.request", "PageGate.responseheaders", "PageGate.response",
            "LastWord.response", "LeafCertificates.tls_start_client"} <= tried  # fmt: skip


def all_that_comes(proxy: Proxy, port: int, context: ssl.SSLContext) -> bytes:
    """Whatever arrives for a page over TLS through CONNECT, until the proxy hangs up."""
    got = b""
    try:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as plain:
            plain.sendall(b"CONNECT school.test:%d HTTP/1.1\r\nhost: x\r\n\r\n" % port)
            got += plain.recv(65536)
            if b" 200 " not in got:
                return got
            with context.wrap_socket(plain, server_hostname="school.test") as client:
                client.sendall(
                    b"GET / HTTP/1.1\r\nhost: school.test:%d\r\nconnection: close\r\n\r\n" % port
                )
                while part := client.recv(65536):
                    got += part
    except OSError:
        pass
    return got


@pytest.mark.parametrize("addon", [LastWord(), KeepNothing()])
def test_a_message_is_dropped_and_its_socket_closed_whichever_hook_fails(addon: object) -> None:
    chat = tflow.twebsocketflow()
    chat.live, chat.metadata[CLEARED] = True, True
    trigger(WebsocketMessageHook, chat, broken_message(addon))
    assert chat.websocket is not None
    assert chat.websocket.messages[-1].dropped
    assert chat.error is not None


def broken_message(addon: Any) -> Any:
    def fails(_flow: HTTPFlow) -> None:
        raise BrokenError

    addon.websocket_message = fails
    return addon


def test_each_stage_is_refused_in_its_own_way() -> None:
    client = tflow.tclient_conn()
    refuse("client_connected", client)
    assert client.error
    context = Context(tflow.tclient_conn(), Options())
    nextlayer = NextLayer(context)
    refuse("next_layer", nextlayer)
    assert isinstance(nextlayer.layer, HangUp)
    visit = Visit(Subject("staff"), tls=TlsChoice.INSPECT)
    context.layers.append(GatedTls(context, visit))
    hello = ClientHelloData(context, BROKEN, ignore_connection=True)
    refuse("tls_clienthello", hello)
    assert (hello.ignore_connection, visit.tls) == (False, TlsChoice.REFUSE)
    handshake = TlsData(client, context, ssl_conn=BROKEN)
    refuse("tls_start_server", handshake)
    assert handshake.ssl_conn is None
    dialled = ServerConnectionHookData(tflow.tserver_conn(), client)
    refuse("server_connect", dialled)
    assert dialled.server.error
    raw = tflow.ttcpflow()
    raw.live = True
    refuse("tcp_message", raw)
    assert raw.error is not None
    refuse("running", None)


def test_a_response_is_answered_while_it_is_held_and_cut_once_it_streams() -> None:
    for streams, status in ((False, 503), (True, 200)):
        held = flow(response=True)
        assert held.response is not None
        held.live, held.response.stream = True, streams
        refuse("response", held)
        assert held.response.status_code == status
        assert (held.error is not None) is streams


# --- groups whose policy fails open --------------------------------------------------------------


def failing_open(proxy: Proxy) -> None:
    judge: Any = proxy.engine
    policy = replace(judge.snapshot.policy, fail_open=frozenset({"secondary"}))
    judge.snapshot = replace(judge.snapshot, policy=policy)


@pytest.mark.parametrize("path", ["/unknown", "/broken"])
def test_what_cannot_be_read_is_shown_to_a_group_that_fails_open(
    proxy: Proxy, site: Site, path: str
) -> None:
    assert ask(proxy, "school.test", site.port, path)[0] == 403
    failing_open(proxy)
    assert ask(proxy, "school.test", site.port, path)[0] == 200


def test_a_reader_that_fails_lets_through_what_that_group_asks_for_and_no_blocked_site(
    proxy: Proxy, site: Site
) -> None:
    judge: Any = proxy.engine
    judged = judge.judge

    def breaks_on_words(subject: Subject, target: Target, *rest: Any) -> Any:
        if target.words:
            raise BrokenError
        return judged(subject, target, *rest)

    judge.judge = breaks_on_words
    assert ask(proxy, "school.test", site.port)[0] == 503
    failing_open(proxy)
    assert ask(proxy, "school.test", site.port)[0] == 200
    assert ask(proxy, "bets.test", site.port)[0] == 403
    assert ask(proxy, "sealed.test", site.port)[0] == 403


def test_an_event_that_must_be_kept_and_cannot_is_refused_even_there(
    proxy: Proxy, site: Site
) -> None:
    failing_open(proxy)

    def fails(*_arguments: Any) -> str:
        raise RecorderError("the disk is full")

    notebook: Any = proxy.notebook
    notebook.record = fails
    assert ask(proxy, "school.test", site.port, "/worrying")[0] == 503
