"""Who cannot be identified goes nowhere."""

from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import NextLayer, NextLayerHook
from mitmproxy.proxy.server_hooks import ClientConnectedHook
from mitmproxy.test import tflow

from proxy_addons.identify import Identify
from proxy_addons.layers import HangUp
from proxy_addons.visits import Visits
from tests.proxy_addons.production import BROKEN, BROKEN_DESK, trigger


def test_who_cannot_be_identified_is_hung_up_on() -> None:
    client = tflow.tclient_conn()
    trigger(ClientConnectedHook, client, Identify(Visits(), BROKEN_DESK))
    assert client.error


def test_a_protocol_that_cannot_be_told_is_hung_up_on() -> None:
    nextlayer = NextLayer(Context(tflow.tclient_conn(), Options()))
    trigger(NextLayerHook, nextlayer, Identify(BROKEN, BROKEN_DESK))
    assert isinstance(nextlayer.layer, HangUp)
