"""Reads the text of pages and streams, where the subject's text is read: see response_plan.py.

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
from proxy_addons.following import Following, decoder_of
from proxy_addons.held import Beginning, HeldResponse
from proxy_addons.request_gate import JUDGED
from proxy_addons.response_plan import Plan, plan_of
from proxy_addons.visits import Visits
from safeguard.core.types import Target

HELD = "safeguard holds the page"  # the response is read before it is shown
CLEARED = "safeguard cleared the response"  # the response may be shown
STOPPED = "The school's filter stopped this answer here."


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
        match self._plan(flow, response):
            case Plan.HOLD:
                flow.metadata[HELD] = True
                beginning = Beginning(self.limit, lambda body: self._may_begin(flow, body))
                flow.response = HeldResponse.of(response, beginning)
            case Plan.FOLLOW:
                response.stream = self._following(flow, response)
                flow.metadata[CLEARED] = True  # as far as it is let go
            case Plan.UNREAD:
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

    def _plan(self, flow: HTTPFlow, response: Response) -> Plan:
        plan = plan_of(response.headers.get("content-type", ""))
        if plan is Plan.FOLLOW and "content-disposition" in response.headers:
            plan = Plan.HOLD  # a file, which another gate may want whole
        subject = self.visits.of(flow.client_conn).subject
        engine = self.desk.engine
        read = (
            plan is not Plan.UNREAD
            and engine.text_is_read(subject)
            and engine.is_inspected(subject, _asked(flow).host)
        )
        return plan if read else Plan.UNREAD

    def _following(self, flow: HTTPFlow, response: Response) -> Following:
        """What lets a stream of events go part by part. CannotDecodeError: it cannot be read."""
        headers, url = response.headers, _asked(flow).url
        decode = decoder_of(headers.get("content-encoding", ""))
        events = headers.get("content-type", "").lower().startswith("text/event-stream")
        headers.pop("content-length", None)  # it may end before
        engine = self.desk.engine

        def shown(part: bytes) -> str:
            said = engine.said_in_message(url, part, from_pupil=False)
            return "\n".join(one.words for one in said)

        def may_show(words: str) -> bool:
            subject = self.visits.of(flow.client_conn).subject
            target = replace(_asked(flow), words=words, kind=Kind.PAGE)
            return not self.desk.goes_on_to_what_is_blocked(flow, subject, target)

        notice = f"event: stopped\ndata: {STOPPED}\n\n" if events else ""
        return Following(decode, shown, may_show, notice.encode(), lambda: cut_flow(flow))

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
