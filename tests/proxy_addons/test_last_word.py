"""What nobody judged does not leave, and what nobody read is not shown."""

from collections.abc import Callable
from typing import Any

import pytest
from mitmproxy.hooks import Hook
from mitmproxy.proxy.layers.http._hooks import (
    HttpRequestHeadersHook,
    HttpResponseHeadersHook,
    HttpResponseHook,
)
from mitmproxy.test import tflow

from proxy_addons.answers import OURS
from proxy_addons.last_word import KeepNothing, LastWord
from proxy_addons.page_gate import CLEARED, HELD
from proxy_addons.request_gate import JUDGED
from tests.proxy_addons.production import flow, trigger


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
