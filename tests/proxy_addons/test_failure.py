"""Through trigger_event, as in production: taddons.cycle() would raise and show nothing."""

import asyncio

import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http._hooks import (
    HttpConnectHook,
    HttpRequestHeadersHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.proxy.layers.tls import TlsClienthelloHook
from mitmproxy.test import taddons, tflow
from mitmproxy.tls import ClientHelloData

from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.page_gate import HELD, PageGate
from proxy_addons.request_gate import RequestGate
from proxy_addons.tls_gate import TlsGate
from proxy_addons.visits import TlsChoice, Visits
from safeguard.core.types import Subject
from tests.proxy_addons.production import BROKEN, BROKEN_DESK, BrokenError, flow, trigger


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
