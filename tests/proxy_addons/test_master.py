"""Our dispatch calls what mitmproxy's would, and our words stand on its error pages."""

import asyncio

from mitmproxy.exceptions import AddonHalt
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.layers.http._hooks import (
    HttpRequestHeadersHook,
)

from proxy_addons.failure import fail_closed, refuse_flow
from tests.proxy_addons.production import flow, trigger


class Fine:
    @fail_closed(refuse_flow)
    async def requestheaders(self, flow: HTTPFlow) -> None:
        await asyncio.sleep(0)
        flow.metadata["seen"] = True


def test_an_addon_may_halt_the_chain() -> None:
    class Halts:
        def requestheaders(self, _flow: HTTPFlow) -> None:
            raise AddonHalt

    seen = flow()
    trigger(HttpRequestHeadersHook, seen, Halts(), Fine())
    assert "seen" not in seen.metadata
