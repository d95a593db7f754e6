"""Who cannot be identified goes nowhere."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from mitmproxy.http import HTTPFlow
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import NextLayer, NextLayerHook
from mitmproxy.proxy.layers.http._hooks import HttpRequestHeadersHook
from mitmproxy.proxy.server_hooks import ClientConnectedHook
from mitmproxy.test import tflow

from proxy_addons.identify import Identify
from proxy_addons.layers import HangUp
from proxy_addons.visits import Visits
from safeguard.core.identifying import BEGINNING, END, Claim, Method
from safeguard.core.types import Subject
from safeguard.engine import Engine
from safeguard.settings import load
from safeguard.store.sessions import Found
from tests.proxy_addons.production import BROKEN, BROKEN_DESK, flow, trigger
from tests.proxy_addons.world import engine

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_who_cannot_be_identified_is_hung_up_on() -> None:
    client = tflow.tclient_conn()
    trigger(ClientConnectedHook, client, Identify(Visits(), BROKEN_DESK))
    assert client.error


def test_a_protocol_that_cannot_be_told_is_hung_up_on() -> None:
    nextlayer = NextLayer(Context(tflow.tclient_conn(), Options()))
    trigger(NextLayerHook, nextlayer, Identify(BROKEN, BROKEN_DESK))
    assert isinstance(nextlayer.layer, HangUp)


SIGNED_IN = Claim("127.0.0.1", Method.PORTAL, BEGINNING, END, group="staff")


def begun() -> tuple[Identify, HTTPFlow, Engine]:
    """A connection that has been identified, on a school where nobody has signed in yet."""
    one = engine(load())
    desk: Any = SimpleNamespace(engine=one)
    identify, asked = Identify(Visits(), desk), flow()
    asked.client_conn.peername = ("127.0.0.1", 1234)
    identify.client_connected(asked.client_conn)
    return identify, asked, one


def test_who_signs_in_is_known_at_the_next_request_of_a_connection_that_stays_open() -> None:
    identify, asked, one = begun()
    assert identify.visits.of(asked.client_conn).subject.group == "secondary"
    session = Found(1, SIGNED_IN, "portal", "k", NOW, None, "", 1)
    one._finder().forget(one._following.live.take_up(1, [session]))
    trigger(HttpRequestHeadersHook, asked, identify)
    assert asked.response is None
    assert identify.visits.of(asked.client_conn).subject.group == "staff"


def test_who_proved_who_they_are_stays_that_for_the_connection() -> None:
    identify, asked, _ = begun()
    proved = Subject("primary", "127.0.0.1", "ada", method="kerberos")
    identify.visits.of(asked.client_conn).subject = proved
    trigger(HttpRequestHeadersHook, asked, identify)
    assert identify.visits.of(asked.client_conn).subject is proved


def test_a_request_of_whom_nobody_knows_is_refused() -> None:
    refused = trigger(HttpRequestHeadersHook, flow(), Identify(BROKEN, BROKEN_DESK))
    assert refused.response.status_code == 503
