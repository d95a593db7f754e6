"""Judges each request by its address and the words typed into it, before anything is sent."""

from mitmproxy.http import HTTPFlow

from proxy_addons.answers import is_short
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.translate import NotAHostError, claimed_by_request, target_of_request
from proxy_addons.visits import Visits
from safeguard.core.types import Subject

JUDGED = "safeguard judged the request"  # the flow may leave


class RequestGate:
    """Decides at the request's head, so that the body of an allowed upload can stream."""

    def __init__(self, visits: Visits, desk: Desk) -> None:
        self.visits = visits
        self.desk = desk

    @fail_closed(refuse_flow)
    def requestheaders(self, flow: HTTPFlow) -> None:
        visit = self.visits.of(flow.client_conn)
        try:
            hosts = claimed_by_request(flow, visit)
        except NotAHostError:
            self.desk.say(flow, 400, "This address cannot be read", "It is not a web address.")
            return
        for host in hosts:  # the strictest verdict counts
            target = target_of_request(self.desk.engine, flow, host, visit.subject)
            if self.desk.judge(flow, visit.subject, target).blocked:
                return
        if len(hosts) == 1:
            self._let_through(flow, visit.subject)
        else:
            says = "It names one site outside and another inside, so it cannot be checked."
            self.desk.say(flow, 403, "This address is not clear", says)

    def _let_through(self, flow: HTTPFlow, subject: Subject) -> None:
        if flow.server_conn.error:
            says = "The filter could not make a secure connection to this site."
            self.desk.say(flow, 502, "This site cannot be reached safely", says)
            return
        flow.metadata[JUDGED] = True
        if self.desk.engine.text_is_read(subject):
            flow.request.constrain_encoding()
        if not is_short(flow):
            flow.request.stream = True
