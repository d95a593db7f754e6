"""What nobody judged does not leave, and what nobody read is not shown."""

from collections.abc import Callable
from typing import Any

import pytest
from mitmproxy.hooks import Hook
from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http._hooks import (
    HttpConnectHook,
    HttpRequestHeadersHook,
    HttpRequestHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.test import tflow
from mitmproxy.tls import ClientHelloData, TlsData

from proxy_addons.answers import OURS
from proxy_addons.failure import cut_flow, fail_closed, refuse_flow
from proxy_addons.last_word import KeepNothing, LastWord
from proxy_addons.page_gate import CLEARED, HELD
from proxy_addons.request_gate import JUDGED
from proxy_addons.visits import TlsChoice, Visits
from safeguard.core.types import Subject
from tests.proxy_addons.production import BROKEN, flow, trigger


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


# --- a gate that was never called --------------------------------------------------------------


class Gate:
    """Has a say at every stage."""

    @fail_closed(refuse_flow)
    def http_connect(self, _flow: HTTPFlow) -> None: ...

    @fail_closed(refuse_flow)
    def requestheaders(self, _flow: HTTPFlow) -> None: ...

    @fail_closed(refuse_flow)
    async def request(self, _flow: HTTPFlow) -> None: ...

    @fail_closed(cut_flow)
    def responseheaders(self, _flow: HTTPFlow) -> None: ...

    @fail_closed(refuse_flow)
    def response(self, _flow: HTTPFlow) -> None: ...

    @fail_closed(cut_flow)
    def websocket_message(self, _flow: HTTPFlow) -> None: ...


def needing(*addons: object) -> LastWord:
    word = LastWord()
    word.require(addons)
    return word


ANSWERED = [HttpConnectHook, HttpRequestHeadersHook, HttpRequestHook, HttpResponseHook]


@pytest.mark.parametrize("hook", ANSWERED)
def test_what_a_gate_was_never_asked_about_is_refused(hook: Callable[[Any], Hook]) -> None:
    for asked in (False, True):
        judged = flow(response=hook is HttpResponseHook)
        judged.metadata |= {JUDGED: True, CLEARED: True}
        gate = Gate()
        addons = (gate, needing(gate)) if asked else (needing(gate),)
        trigger(hook, judged, *addons)
        refused = judged.response is not None and judged.response.status_code == 503
        assert refused != asked


def test_a_head_that_a_gate_was_never_asked_about_is_cut_off() -> None:
    for asked in (False, True):
        judged = flow(response=True)
        judged.live, judged.metadata[CLEARED] = True, True
        gate = Gate()
        trigger(
            HttpResponseHeadersHook, judged, *((gate, needing(gate)) if asked else (needing(gate),))
        )
        assert (judged.error is None) == asked


def test_each_message_is_to_be_judged_anew() -> None:
    chat, gate = tflow.twebsocketflow(), Gate()
    assert chat.websocket is not None
    chat.live, chat.metadata[CLEARED] = True, True
    word = needing(gate)
    gate.websocket_message(chat)
    word.websocket_message(chat)
    assert (chat.error, chat.websocket.messages[-1].dropped) == (None, False)
    word.websocket_message(chat)  # the gate was not asked about this one
    assert chat.error is not None
    assert chat.websocket.messages[-1].dropped
    assert chat.client_conn.error  # which is hung up on, and of which nothing more passes
    chat.websocket.messages[-1].dropped = False
    gate.websocket_message(chat)
    word.websocket_message(chat)
    assert chat.websocket.messages[-1].dropped


def test_a_message_of_a_socket_that_nobody_cleared_is_dropped() -> None:
    chat = tflow.twebsocketflow()
    chat.live = True
    LastWord().websocket_message(chat)
    assert chat.websocket is not None
    assert chat.websocket.messages[-1].dropped


def test_an_answer_of_ours_that_never_came_is_given() -> None:
    promised = flow()
    promised.metadata[OURS] = True
    assert trigger(HttpRequestHook, promised, LastWord()).response.status_code == 503


def test_tls_goes_on_only_where_a_gate_chose_how() -> None:
    visits, client = Visits(), tflow.tclient_conn()
    word = LastWord(visits)
    hello = ClientHelloData(Context(client, Options()), BROKEN, ignore_connection=True)
    word.tls_clienthello(hello)
    assert not hello.ignore_connection  # nobody was identified
    visits.begin(client, Subject("staff"))
    for choice, goes_on in ((TlsChoice.REFUSE, False), (TlsChoice.UNTOUCHED, True)):
        visits.of(client).tls = choice
        hello = ClientHelloData(Context(client, Options()), BROKEN, ignore_connection=True)
        word.tls_clienthello(hello)
        assert hello.ignore_connection is goes_on
    for choice, goes_on in ((TlsChoice.UNTOUCHED, False), (TlsChoice.INSPECT, True)):
        visits.of(client).tls = choice
        start = TlsData(client, Context(client, Options()), ssl_conn=BROKEN)
        word.tls_start_client(start)
        assert (start.ssl_conn is not None) is goes_on


def test_messages_are_forgotten_once_they_were_passed_on() -> None:
    chat = tflow.twebsocketflow()
    assert chat.websocket is not None
    KeepNothing().websocket_message(chat)
    assert len(chat.websocket.messages) == 1
    KeepNothing().websocket_message(flow())
