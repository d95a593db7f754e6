"""At the TLS hello: inspect, pass through untouched, or refuse, before anything is sent out.

A blocked site is inspected so that a page can say why; where a subject is never decrypted it is
refused by a TLS alert. The server is met first only where the site is allowed: one connection
for all its requests, and not one packet to a blocked site. Goes after LeafCertificates.
"""

from dataclasses import replace

from mitmproxy.http import HTTPFlow
from mitmproxy.tls import ClientHelloData

from proxy_addons.answers import is_ours
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow, refuse_tls
from proxy_addons.leads import Leads
from proxy_addons.translate import host_of, hosts_of
from proxy_addons.visits import TlsChoice, Visit, Visits
from safeguard.core.evasion import Evasion
from safeguard.core.types import Target, Verdict


class TlsGate:
    """Judges the names that CONNECT and the ClientHello claim, and where they lead."""

    def __init__(self, visits: Visits, desk: Desk, leads: Leads) -> None:
        self.engine = desk.engine
        self.visits = visits
        self.desk = desk
        self.leads = leads

    @fail_closed(refuse_flow)
    def http_connect(self, flow: HTTPFlow) -> None:
        if is_ours(flow):
            return  # it was answered: there will be no tunnel
        self.visits.of(flow.client_conn).connect_host = host_of(flow.request.host)

    @fail_closed(refuse_tls)
    async def tls_clienthello(self, data: ClientHelloData) -> None:
        visit = self.visits.of(data.context.client)
        visit.tls = TlsChoice.REFUSE
        hosts = hosts_of((visit.connect_host, data.client_hello.sni))
        verdicts = [self.engine.judge(visit.subject, Target(host)) for host in hosts]
        blocked = next((one for one in verdicts if one.blocked), None)
        address = data.context.server.address
        if blocked is None and len(hosts) == 1 and address:
            target = Target(hosts[0], port=address[1])
            blocked = await self._blocked_there(visit, target, address[0])
        visit.tls = self._choice(visit, hosts, blocked)
        if hosts and visit.tls is not TlsChoice.INSPECT:  # else its requests are noted one by one
            self.desk.visited(visit.subject, Target(hosts[0]), blocked or verdicts[0])
        data.ignore_connection = visit.tls is TlsChoice.UNTOUCHED
        data.establish_server_tls_first = (
            visit.tls is TlsChoice.INSPECT and blocked is None and len(hosts) == 1
        )

    async def _blocked_there(self, visit: Visit, target: Target, dialled: str) -> Verdict | None:
        """The verdict if the site is blocked for where it leads; else that is cleared."""
        led = await self.leads.find(visit, dialled)
        verdict = self.engine.judge(visit.subject, replace(target, addresses=led.addresses))
        led.cleared = not verdict.blocked
        return verdict if verdict.blocked else None

    def _choice(self, visit: Visit, hosts: tuple[str, ...], blocked: Verdict | None) -> TlsChoice:
        may_inspect = all(self.engine.is_inspected(visit.subject, host) for host in hosts)
        if hosts and may_inspect:
            return TlsChoice.INSPECT
        if len(hosts) == 1 and blocked is None:
            return TlsChoice.UNTOUCHED
        if blocked is not None:
            self.desk.keep(visit.subject, Target(hosts[0]), blocked)
        elif len(hosts) > 1:
            self.desk.evaded(visit.subject, hosts[0], Evasion.NAMES_DIFFER)
        return TlsChoice.REFUSE
