"""Last in the chain: what nobody judged does not leave, and what nobody read is not shown."""

from mitmproxy.http import HTTPFlow

from proxy_addons.answers import is_ours, refuse_unchecked
from proxy_addons.failure import cut_flow
from proxy_addons.page_gate import CLEARED, HELD
from proxy_addons.request_gate import JUDGED


class LastWord:
    """Looks at each stage for the mark that its gate leaves."""

    def requestheaders(self, flow: HTTPFlow) -> None:
        if not is_ours(flow) and JUDGED not in flow.metadata:
            refuse_unchecked(flow)

    def responseheaders(self, flow: HTTPFlow) -> None:
        if not is_ours(flow) and not {CLEARED, HELD} & flow.metadata.keys():
            cut_flow(flow)

    def response(self, flow: HTTPFlow) -> None:
        if not is_ours(flow) and CLEARED not in flow.metadata:
            refuse_unchecked(flow)


class KeepNothing:
    """mitmproxy keeps every message of a WebSocket; a proxy must not."""

    def websocket_message(self, flow: HTTPFlow) -> None:
        if flow.websocket is not None:
            del flow.websocket.messages[:-1]
