"""Last in the chain: what nobody judged does not leave, and what nobody read is not shown.

It looks at each stage (tls, request, response, message) for what its gates leave: the marks of
the verdicts, and the marks of the guards, so that a gate that was never called is noticed.
"""

from collections.abc import Iterable

from mitmproxy.http import HTTPFlow
from mitmproxy.tls import ClientHelloData, TlsData

from proxy_addons.answers import is_ours, refuse_unchecked
from proxy_addons.failure import cut_flow, end_tls, guarded_hooks, passed, refuse_stage
from proxy_addons.page_gate import CLEARED, HELD
from proxy_addons.request_gate import JUDGED
from proxy_addons.visits import TlsChoice, Visits

NONE: frozenset[str] = frozenset()


class LastWord:
    """Looks at each stage for the mark that its gate leaves."""

    def __init__(self, visits: Visits | None = None) -> None:
        self.visits = visits
        self._needed: dict[str, frozenset[str]] = {}

    def require(self, addons: Iterable[object]) -> None:
        """From now on each guarded hook of these addons must have judged what reaches us."""
        for one in addons:
            for hook, mark in guarded_hooks(one).items():
                self._needed[hook] = self._needed.get(hook, NONE) | {mark}

    def tls_clienthello(self, data: ClientHelloData) -> None:
        """What is passed through untouched was chosen to be."""
        if self.visits is None:
            return
        visit = self.visits.find(data.context.client)
        chosen = visit is not None and visit.tls is TlsChoice.UNTOUCHED
        if data.context.client.error or (data.ignore_connection and not chosen):
            end_tls(data)

    def tls_start_client(self, data: TlsData) -> None:
        """A handshake of ours begins only where a gate chose to inspect."""
        if self.visits is None:
            return
        visit = self.visits.find(data.context.client)
        if visit is None or visit.tls is not TlsChoice.INSPECT:
            end_tls(data)

    def http_connect(self, flow: HTTPFlow) -> None:
        if not is_ours(flow) and self._lacks("http_connect", flow):
            refuse_unchecked(flow)

    def requestheaders(self, flow: HTTPFlow) -> None:
        if is_ours(flow):
            return
        judged = JUDGED in flow.metadata and not flow.client_conn.error
        if not judged or self._lacks("requestheaders", flow):
            refuse_unchecked(flow)

    def request(self, flow: HTTPFlow) -> None:
        if is_ours(flow):
            unanswered = flow.response is None and flow.error is None
        else:
            unanswered = JUDGED not in flow.metadata or self._lacks("request", flow)
        if unanswered:
            refuse_unchecked(flow)

    def responseheaders(self, flow: HTTPFlow) -> None:
        if is_ours(flow):
            return
        if not {CLEARED, HELD} & flow.metadata.keys() or self._lacks("responseheaders", flow):
            cut_flow(flow)

    def response(self, flow: HTTPFlow) -> None:
        if is_ours(flow):
            return
        if CLEARED not in flow.metadata or self._lacks("response", flow):
            refuse_stage("response", flow)

    def websocket_message(self, flow: HTTPFlow) -> None:
        """Each message needs marks of its own: those of the last one are wiped away."""
        cut = flow.client_conn.error or CLEARED not in flow.metadata
        if cut or self._lacks("websocket_message", flow):
            cut_flow(flow)
        passed(flow).difference_update(self._needed.get("websocket_message", NONE))

    def _lacks(self, hook: str, flow: HTTPFlow) -> bool:
        return not self._needed.get(hook, NONE) <= passed(flow)


class KeepNothing:
    """mitmproxy keeps every message of a WebSocket; a proxy must not."""

    def websocket_message(self, flow: HTTPFlow) -> None:
        if flow.websocket is not None:
            del flow.websocket.messages[:-1]
