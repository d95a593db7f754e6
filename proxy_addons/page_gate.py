"""Reads the text of pages, where the subject's text is read; everything else streams.

Pages are held back until they are judged, so that a blocked one never shows a word. A page over
the limit is judged by its beginning: see held.py.
"""

from dataclasses import replace

from mitmproxy.http import HTTPFlow, Response

from filter_rules.page_text import page_text
from filter_rules.types import Kind
from proxy_addons.answers import is_ours
from proxy_addons.decoding import CannotDecodeError, decoded
from proxy_addons.desk import Desk
from proxy_addons.failure import cut_flow, fail_closed, refuse_flow
from proxy_addons.held import Beginning, HeldResponse
from proxy_addons.request_gate import JUDGED
from proxy_addons.visits import Visits
from safeguard.core.types import Target

HELD = "safeguard holds the page"  # the response is read before it is shown
CLEARED = "safeguard cleared the response"  # the response may be shown
READABLE = frozenset({"text/html", "application/xhtml+xml", "text/plain", ""})


def _show(flow: HTTPFlow) -> None:
    """Let through what could not be read, in a group whose policy is to do so."""
    flow.metadata[CLEARED] = True


def _stream(flow: HTTPFlow) -> None:
    _show(flow)
    if flow.response is not None:
        flow.response.stream = True


class PageGate:
    """Decides at the response's head whether to hold it, and by its text whether to show it."""

    def __init__(self, visits: Visits, desk: Desk, limit: int) -> None:
        self.visits = visits
        self.desk = desk
        self.limit = limit

    @fail_closed(cut_flow, opens=_stream)
    def responseheaders(self, flow: HTTPFlow) -> None:
        response = flow.response
        if is_ours(flow) or response is None:
            return
        response.headers.pop("alt-svc", None)  # or the browser would come back by HTTP/3
        if self._is_read(flow, response):
            flow.metadata[HELD] = True
            beginning = Beginning(self.limit, lambda body: self._may_begin(flow, body))
            flow.response = HeldResponse.of(response, beginning)
        else:
            flow.metadata[CLEARED] = True
            response.stream = True

    @fail_closed(refuse_flow, opens=_show)
    def response(self, flow: HTTPFlow) -> None:
        response = flow.response
        if is_ours(flow) or response is None or HELD not in flow.metadata or response.stream:
            return
        try:
            target = self._target(flow, response.raw_content or b"")
        except CannotDecodeError:
            if self.desk.fails_open(self.visits.of(flow.client_conn).subject):
                _show(flow)
                return
            says = "The filter could not read it, so it is not shown."
            self.desk.say(flow, 403, "This page could not be checked", says)
            return
        subject = self.visits.of(flow.client_conn).subject
        if not target.words or not self.desk.judge(flow, subject, target).blocked:
            flow.metadata[CLEARED] = True

    def _is_read(self, flow: HTTPFlow, response: Response) -> bool:
        subject = self.visits.of(flow.client_conn).subject
        engine = self.desk.engine
        return (
            _media_type(response) in READABLE
            and engine.text_is_read(subject)
            and engine.is_inspected(subject, _asked(flow).host)
        )

    def _may_begin(self, flow: HTTPFlow, body: bytes) -> bool:
        """Whether a page over the limit may be shown; if not it ends, since its head is sent."""
        subject = self.visits.of(flow.client_conn).subject
        verdict, _reference = self.desk.weigh(subject, self._target(flow, body))
        if verdict.blocked:
            cut_flow(flow)
            return False
        flow.metadata[CLEARED] = True
        return True

    def _target(self, flow: HTTPFlow, body: bytes) -> Target:
        headers = flow.response.headers if flow.response else {}
        page = decoded(body, headers.get("content-encoding", ""), self.limit)
        read = page_text(page, headers.get("content-type", ""))
        return replace(_asked(flow), words=read.text, kind=Kind.PAGE, strong=read.strong)


def _asked(flow: HTTPFlow) -> Target:
    asked: Target = flow.metadata[JUDGED]
    return asked


def _media_type(response: Response) -> str:
    declared: str = response.headers.get("content-type", "")
    return declared.partition(";")[0].strip().lower()
