"""Reads the text of pages, where the subject's text is read; everything else streams.

Pages are held back until they are judged, so that a blocked one never shows a word.
"""

from mitmproxy.http import HTTPFlow, Response

from filter_rules.types import Kind
from proxy_addons.answers import is_ours
from proxy_addons.decoding import CannotDecodeError, decoded
from proxy_addons.desk import Desk
from proxy_addons.failure import cut_flow, fail_closed, refuse_flow
from proxy_addons.page_text import text_of
from proxy_addons.translate import host_of, url_of
from proxy_addons.visits import Visits
from safeguard.core.types import Target

HELD = "safeguard holds the page"  # the response is buffered, and read when it is complete
CLEARED = "safeguard cleared the response"  # the response may be shown
READABLE = frozenset({"text/html", "application/xhtml+xml", "text/plain", ""})


class PageGate:
    """Decides at the response's head whether to hold it, and on the whole text whether to show."""

    def __init__(self, visits: Visits, desk: Desk, limit: int) -> None:
        self.visits = visits
        self.desk = desk
        self.limit = limit

    @fail_closed(cut_flow)
    def responseheaders(self, flow: HTTPFlow) -> None:
        response = flow.response
        if is_ours(flow) or response is None:
            return
        response.headers.pop("alt-svc", None)  # or the browser would come back by HTTP/3
        subject = self.visits.of(flow.client_conn).subject
        if _media_type(response) in READABLE and self.desk.engine.text_is_read(subject):
            flow.metadata[HELD] = True
        else:
            flow.metadata[CLEARED] = True
            response.stream = True

    @fail_closed(refuse_flow)
    def response(self, flow: HTTPFlow) -> None:
        response = flow.response
        if is_ours(flow) or response is None or HELD not in flow.metadata:
            return
        subject = self.visits.of(flow.client_conn).subject
        try:
            body = decoded(
                response.raw_content or b"",
                response.headers.get("content-encoding", ""),
                self.limit,
            )
        except CannotDecodeError:
            says = "The filter could not read it, so it is not shown."
            self.desk.say(flow, 403, "This page could not be checked", says)
            return
        text = text_of(body, response.headers.get("content-type", ""))
        host = host_of(flow.request.host)
        target = Target(host, url_of(flow, host), text, Kind.PAGE)
        if not self.desk.judge(flow, subject, target).blocked:
            flow.metadata[CLEARED] = True


def _media_type(response: Response) -> str:
    declared: str = response.headers.get("content-type", "")
    return declared.partition(";")[0].strip().lower()
