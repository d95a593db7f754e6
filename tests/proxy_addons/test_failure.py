"""Through trigger_event, as in production: taddons.cycle() would raise and show nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from mitmproxy.connection import Client
from mitmproxy.exceptions import AddonHalt
from mitmproxy.hooks import Hook
from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import NextLayer, NextLayerHook
from mitmproxy.proxy.layers.http._hooks import (
    HttpConnectHook,
    HttpRequestHeadersHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.proxy.layers.tls import TlsClienthelloHook
from mitmproxy.proxy.server_hooks import ClientConnectedHook
from mitmproxy.test import taddons, tflow
from mitmproxy.tls import ClientHelloData

from proxy_addons.answers import OURS
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.identify import Identify
from proxy_addons.last_word import KeepNothing, LastWord
from proxy_addons.layers import HangUp
from proxy_addons.master import Dispatch
from proxy_addons.page_gate import CLEARED, HELD, PageGate
from proxy_addons.request_gate import JUDGED, RequestGate
from proxy_addons.tls_gate import TlsGate
from proxy_addons.visits import TlsChoice, Visit, Visits
from safeguard.core.types import Subject


class BrokenError(RuntimeError):
    """A bug."""


class Broken:
    """Fails whatever it is asked: stands for any defect behind a gate."""

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


BROKEN: Any = Broken()


class _BrokenDesk:
    engine = BROKEN

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


BROKEN_DESK: Any = _BrokenDesk()


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


def trigger(make_hook: Callable[[Any], Hook], subject: Any, *addons: object) -> Any:
    """Once by mitmproxy's own dispatch, once by ours: they must agree."""

    async def run() -> None:
        with taddons.context(*addons) as context:
            await context.master.addons.trigger_event(make_hook(subject))
        ours = Dispatch(context.master)
        ours.chain = list(addons)
        await ours.handle_lifecycle(make_hook(subject))

    asyncio.run(run())
    return subject


def flow(*, response: bool = False) -> HTTPFlow:
    return tflow.tflow(resp=response)


def test_an_unguarded_error_lets_the_request_through() -> None:
    """Why the guard exists. If mitmproxy ever changes this, the guard may go."""
    assert trigger(HttpRequestHeadersHook, flow(), Open()).response is None


@pytest.mark.parametrize("gate", [Closed(), ClosedAsync()])
def test_a_guarded_error_refuses(gate: object) -> None:
    response = trigger(HttpRequestHeadersHook, flow(), gate).response
    assert response.status_code == 503


def test_a_guard_leaves_a_sound_hook_alone() -> None:
    seen = trigger(HttpRequestHeadersHook, flow(), Fine())
    assert seen.metadata["seen"]
    assert seen.response is None


# --- each gate, each hook --------------------------------------------------------------------


def test_who_cannot_be_identified_is_hung_up_on() -> None:
    client = tflow.tclient_conn()
    trigger(ClientConnectedHook, client, Identify(Visits(), BROKEN_DESK))
    assert client.error


def test_a_protocol_that_cannot_be_told_is_hung_up_on() -> None:
    nextlayer = NextLayer(Context(tflow.tclient_conn(), Options()))
    trigger(NextLayerHook, nextlayer, Identify(BROKEN, BROKEN_DESK))
    assert isinstance(nextlayer.layer, HangUp)


def test_a_connect_that_cannot_be_judged_is_refused() -> None:
    refused = trigger(HttpConnectHook, flow(), TlsGate(BROKEN, BROKEN_DESK))
    assert refused.response.status_code == 503


def test_a_tls_hello_that_cannot_be_judged_is_refused() -> None:
    visits = Visits()
    client = tflow.tclient_conn()
    visits.begin(client, Subject("staff"))
    visits.of(client).tls = TlsChoice.UNTOUCHED
    hello = ClientHelloData(Context(client, Options()), BROKEN)
    trigger(TlsClienthelloHook, hello, TlsGate(visits, BROKEN_DESK))
    assert visits.of(client).tls is TlsChoice.REFUSE
    assert not hello.ignore_connection


def test_a_request_that_cannot_be_judged_is_refused() -> None:
    refused = trigger(HttpRequestHeadersHook, flow(), RequestGate(Visits(), BROKEN_DESK))
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


# --- the last word ---------------------------------------------------------------------------


def test_a_request_that_nobody_judged_does_not_leave() -> None:
    refused = trigger(HttpRequestHeadersHook, flow(), LastWord())
    assert refused.response.status_code == 503


def test_a_response_head_that_nobody_judged_is_cut_off() -> None:
    cut = flow(response=True)
    cut.live = True
    assert trigger(HttpResponseHeadersHook, cut, LastWord()).error is not None


def test_a_page_that_was_held_and_not_cleared_is_not_shown() -> None:
    held = flow(response=True)
    held.metadata[HELD] = True
    assert trigger(HttpResponseHook, held, LastWord()).response.status_code == 503


@pytest.mark.parametrize(
    ("hook", "mark"),
    [
        (HttpRequestHeadersHook, JUDGED),
        (HttpRequestHeadersHook, OURS),
        (HttpResponseHeadersHook, HELD),
        (HttpResponseHeadersHook, CLEARED),
        (HttpResponseHook, CLEARED),
        (HttpResponseHook, OURS),
    ],
)
def test_what_was_judged_goes_on(hook: Callable[[Any], Hook], mark: str) -> None:
    judged = flow(response=True)
    judged.metadata[mark] = True
    assert trigger(hook, judged, LastWord()).response.status_code == 200
    assert judged.error is None


def test_messages_are_forgotten_once_they_were_passed_on() -> None:
    chat = tflow.twebsocketflow()
    assert chat.websocket is not None
    KeepNothing().websocket_message(chat)
    assert len(chat.websocket.messages) == 1
    KeepNothing().websocket_message(flow())


def test_a_visit_refuses_tls_until_something_was_chosen() -> None:
    assert Visit(Subject("staff")).tls is TlsChoice.REFUSE


def test_an_unknown_client_has_no_visit() -> None:
    visits = Visits()
    unknown: Client = tflow.tclient_conn()
    assert visits.find(unknown) is None
    with pytest.raises(KeyError):
        visits.of(unknown)


def test_an_addon_may_halt_the_chain() -> None:
    class Halts:
        def requestheaders(self, _flow: HTTPFlow) -> None:
            raise AddonHalt

    seen = flow()
    trigger(HttpRequestHeadersHook, seen, Halts(), Fine())
    assert "seen" not in seen.metadata
