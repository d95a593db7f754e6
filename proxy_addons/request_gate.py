"""Judges each request by its address and the words typed into it, before anything is sent."""

from mitmproxy.http import HTTPFlow

from proxy_addons.answers import is_short
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.translate import NotAHostError, claimed_by_request, target_of_request
from proxy_addons.visits import Visits
from safeguard.core.types import Subject, Target

JUDGED = "safeguard judged the request"  # the flow may leave; holds the target that was judged


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
        subject, engine = visit.subject, self.desk.engine
        targets = [target_of_request(engine, flow, host, subject) for host in hosts]
        if any(self.desk.judge(flow, subject, target).blocked for target in targets):
            return  # the strictest verdict counts
        match targets:
            case [target]:
                self._let_through(flow, subject, target)
            case _:
                says = "It names one site outside and another inside, so it cannot be checked."
                self.desk.say(flow, 403, "This address is not clear", says)

    def _let_through(self, flow: HTTPFlow, subject: Subject, target: Target) -> None:
        if flow.server_conn.error:
            says = "The filter could not make a secure connection to this site."
            self.desk.say(flow, 502, "This site cannot be reached safely", says)
            return
        flow.metadata[JUDGED] = target
        if self.desk.engine.text_is_read(subject):
            flow.request.constrain_encoding()
        if not is_short(flow):
            flow.request.stream = True
