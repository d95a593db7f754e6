"""Judges each request by its address, where that leads and the words typed into it.

All before anything is sent. A blocked name is not looked up.
"""

from collections.abc import Sequence
from dataclasses import replace

from mitmproxy.http import HTTPFlow

from proxy_addons.answers import is_ours, is_short
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.leads import Leads
from proxy_addons.translate import NotAHostError, claimed_by_request, target_of_request
from proxy_addons.visits import Led, Visit, Visits
from safeguard.core.asking_sites import OURS, asked_of, headers_for
from safeguard.core.evasion import Evasion, carried, looks_up_names
from safeguard.core.modes import Modes
from safeguard.core.types import Subject, Target

JUDGED = "safeguard judged the request"  # the flow may leave; holds the target that was judged


class RequestGate:
    """Decides at the request's head, so that the body of an allowed upload can stream."""

    def __init__(self, visits: Visits, desk: Desk, leads: Leads) -> None:
        self.visits = visits
        self.desk = desk
        self.leads = leads

    @fail_closed(refuse_flow)
    async def requestheaders(self, flow: HTTPFlow) -> None:
        if is_ours(flow):
            return  # who asks must sign in first
        visit = self.visits.of(flow.client_conn)
        try:
            hosts = claimed_by_request(flow, visit)
        except NotAHostError:
            self.desk.say(flow, 400, "This address cannot be read", "It is not a web address.")
            return
        subject, engine = visit.subject, self.desk.engine
        targets = [target_of_request(engine, flow, host, subject) for host in hosts]
        evasions = _evasions(flow)
        if evasions:
            targets = [replace(target, evasions=evasions) for target in targets]
        led = await self._led(flow, visit, targets)
        if led:
            targets = [replace(target, addresses=led.addresses) for target in targets]
        if self._is_blocked(flow, subject, targets) or self._carries_blocked(flow, visit, hosts):
            return
        match targets:
            case [target] if led:
                led.cleared = True
                self._let_through(flow, subject, target)
            case _:
                self.desk.evaded(subject, hosts[0], Evasion.NAMES_DIFFER)
                says = "It names one site outside and another inside, so it cannot be checked."
                self.desk.say(flow, 403, "This address is not clear", says)

    def _is_blocked(self, flow: HTTPFlow, subject: Subject, targets: Sequence[Target]) -> bool:
        """Judge each; the strictest verdict counts, and it is the one that is noted."""
        judged = []
        for target in targets:
            judged.append((target, self.desk.judge(flow, subject, target)))
            if judged[-1][1].blocked:
                break
        self.desk.visited(subject, *judged[-1])
        return judged[-1][1].blocked

    def _carries_blocked(self, flow: HTTPFlow, visit: Visit, hosts: Sequence[str]) -> bool:
        """Whether another site is asked to fetch a page that is blocked by itself."""
        address = carried(hosts[0], flow.request.path)
        target = self.desk.engine.target_of(address) if address else None
        if target is None or not self.desk.engine.judge(visit.subject, target).blocked:
            return False
        target = replace(target, evasions=(Evasion.CARRIED,))
        return self.desk.judge(flow, visit.subject, target).blocked

    async def _led(self, flow: HTTPFlow, visit: Visit, targets: Sequence[Target]) -> Led | None:
        """Where the request would lead; None where that need not be known: it will not leave."""
        host = flow.request.host
        led = self.leads.known(visit, host, connected=flow.server_conn.connected)
        if led or len(targets) != 1:
            return led
        if self.desk.engine.judge(visit.subject, targets[0]).blocked:
            return None
        return await self.leads.find(visit, host)

    def _let_through(self, flow: HTTPFlow, subject: Subject, target: Target) -> None:
        if flow.server_conn.error:
            says = "The filter could not make a secure connection to this site."
            self.desk.say(flow, 502, "This site cannot be reached safely", says)
            return
        flow.metadata[JUDGED] = target
        _ask_of_the_site(flow, target.host, self.desk.engine.modes_of(subject))
        if self.desk.engine.text_is_read(subject):
            _accept_what_streams_can_be_read_in(flow)
        if not is_short(flow):
            flow.request.stream = True


def _accept_what_streams_can_be_read_in(flow: HTTPFlow) -> None:
    """Ask for codings that can be undone part by part within a bound: not for Zstandard."""
    flow.request.constrain_encoding()
    accepted = flow.request.headers.get("accept-encoding", "")
    if "zstd" in accepted.lower():
        kept = (one for one in accepted.split(",") if "zstd" not in one.lower())
        flow.request.headers["accept-encoding"] = ",".join(kept).strip() or "identity"


def _evasions(flow: HTTPFlow) -> tuple[Evasion, ...]:
    headers = flow.request.headers
    upgrade = headers.get("upgrade", "")
    found = []
    if looks_up_names(
        flow.request.path, headers.get("content-type", ""), headers.get("accept", "")
    ):
        found.append(Evasion.HIDDEN_LOOK_UP)
    if upgrade and upgrade.lower() != "websocket":
        found.append(Evasion.UPGRADE)
    return tuple(found)


def _ask_of_the_site(flow: HTTPFlow, host: str, modes: Modes) -> None:
    """Ask for safe search and the like, in our words: what the client says of it is taken away."""
    headers = flow.request.headers
    for name in OURS:
        if name in headers:
            del headers[name]
    for name, value in headers_for(host, modes).items():
        headers[name] = value
    asked = asked_of(host, flow.request.path, modes)
    if asked != flow.request.path:
        flow.request.path = asked
