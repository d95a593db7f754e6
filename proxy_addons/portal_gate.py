"""People with their own devices sign in first: whoever has not is led to the sign-in page.

Only on the networks of the settings, and where they say how that page is reached. Helplines are
open to everyone all the same. A page can be led on over http alone; over https the person is
told, where the device trusts the school, and the device's own question shows the page elsewhere.
"""

from mitmproxy.http import HTTPFlow, Response

from filter_rules.hosts import canonical_host
from proxy_addons.answers import HEADERS, OURS, Shape, answer, is_ours, shape_of
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.probes import Expected, probe
from proxy_addons.visits import Visits
from safeguard.core.types import Reason, Target
from safeguard.identity_settings import Identity
from safeguard.signing_in import Networks

# The address does not say who it is: the network's group, nothing, or one of several.
TO_BE_ASKED = frozenset({"network", "none", "ambiguous"})
SIGN_IN = "Sign in to use the internet"
SAYS = "This device is on the school's network, and nobody has signed in on it yet."
MOST_REMEMBERED = 10_000
REQUIRED = 511  # Network Authentication Required (RFC 6585)


class PortalGate:
    """Goes after who is there is known, before anything is judged."""

    def __init__(self, visits: Visits, desk: Desk, networks: Networks, address: str) -> None:
        self.visits = visits
        self.desk = desk
        self.networks = networks
        self.address = address
        self._within: dict[str, bool] = {}

    @fail_closed(refuse_flow)
    def requestheaders(self, flow: HTTPFlow) -> None:
        if is_ours(flow):
            return
        subject = self.visits.of(flow.client_conn).subject
        if not self._is_within(subject.address):
            return
        host = canonical_host(flow.request.pretty_host)
        if host is None:
            return  # the request gate says why
        if subject.method not in TO_BE_ASKED:
            expected = probe(flow.request.scheme, host, flow.request.path)
            if expected is not None:
                _confirm(flow, expected)
            return
        if self.desk.engine.judge(subject, Target(host)).reason is not Reason.HELP:
            self._lead(flow)

    def _lead(self, flow: HTTPFlow) -> None:
        """302 where somebody would see the page; else 511, which no program takes for an answer."""
        leads = flow.request.scheme == "http" and shape_of(flow) is Shape.PAGE
        leads = leads and flow.request.method in {"GET", "HEAD"}
        page = self.desk.pages.leading(SIGN_IN, SAYS, self.address, "Go to the sign-in page")
        answer(flow, 302 if leads else REQUIRED, page, f"{SIGN_IN}: {self.address}")
        if leads and flow.response is not None:
            flow.response.headers["location"] = self.address

    def _is_within(self, address: str) -> bool:
        known = self._within.get(address)
        if known is None:
            if len(self._within) >= MOST_REMEMBERED:
                self._within.clear()
            known = self._within[address] = self.networks.hold(address)
        return known


def portal_of(visits: Visits, desk: Desk, settings: Identity) -> PortalGate | None:
    """The gate, where the settings say how the sign-in page is reached."""
    if not settings.portal_address:
        return None
    return PortalGate(visits, desk, Networks(settings.portal_networks), settings.portal_address)


def _confirm(flow: HTTPFlow, expected: Expected) -> None:
    flow.metadata[OURS] = True
    body = b"" if flow.request.method == "HEAD" else expected.body
    headers = {"cache-control": HEADERS["cache-control"], "content-type": expected.kind}
    flow.request.stream = False
    flow.response = Response.make(expected.status, body, headers)
