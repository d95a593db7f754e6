"""Who must sign in does so here, before any gate judges: 407, and the browser answers.

A CONNECT is one identity, for all that goes through its tunnel. A plain request stands for
itself, also on a connection that is kept open: a proxy behind us may share one among people.
What a browser signed in with goes no further, whatever becomes of it.
"""

from datetime import UTC, datetime

from mitmproxy.http import Headers, HTTPFlow

from proxy_addons.answers import answer, refuse_unchecked
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.forwarded import FORWARDED_FOR, client_behind
from proxy_addons.visits import Visits
from safeguard.core.identifying import Claim, Method
from safeguard.core.types import Subject
from safeguard.credentials import Outcome
from safeguard.logins import plain
from safeguard.signing_in import SignIn

AUTHORIZATION = "proxy-authorization"
SIGN_IN = "Sign in with your school account to use the internet."
SECURE_ONLY = "Set this browser to the filter's secure port: passwords are not taken on this one."
TOO_OFTEN = "There were too many wrong passwords. Wait five minutes, then try again."
# The address does not say who it is: the network's group, nothing, or one of several.
TO_BE_ASKED = frozenset({"network", "none", "ambiguous"})
UNIDENTIFIED = "unidentified"  # the strictest group
NO_END = datetime.max.replace(tzinfo=UTC)  # it holds as long as the request, or the tunnel


class Authenticate:
    """Finds who is behind a request. `secure_ports`: where browsers speak TLS with us."""

    def __init__(
        self,
        visits: Visits,
        desk: Desk,
        sign_in: SignIn | None,
        secure_ports: frozenset[int] = frozenset(),
    ) -> None:
        self.visits = visits
        self.desk = desk
        self.sign_in = sign_in
        self.secure_ports = secure_ports

    @fail_closed(refuse_flow)
    async def http_connect(self, flow: HTTPFlow) -> None:
        await self._admit(flow)

    def http_connected(self, flow: HTTPFlow) -> None:
        """From here on all that comes on this connection is in the tunnel."""
        self.visits.of(flow.client_conn).tunnelled = True

    @fail_closed(refuse_flow)
    async def requestheaders(self, flow: HTTPFlow) -> None:
        if self.visits.of(flow.client_conn).tunnelled:
            self._strip(flow.request.headers)
        else:
            await self._admit(flow)

    async def _admit(self, flow: HTTPFlow) -> None:
        headers, sign_in = flow.request.headers, self.sign_in
        if sign_in is None:
            self._strip(headers)
            return
        proofs = headers.get_all(AUTHORIZATION)
        said = headers.get_all(sign_in.user_header)
        seen = headers.get_all(FORWARDED_FOR)
        self._strip(headers)
        visit, peer = self.visits.of(flow.client_conn), flow.client_conn.peername[0]
        if sign_in.trusted.hold(peer):
            visit.subject = self._named(said, client_behind(peer, seen, sign_in.trusted.hold))
            return
        visit.subject = self.desk.engine.subject_at(peer)
        if sign_in.must.hold(peer) and visit.subject.method in TO_BE_ASKED:
            found = await self._proved(flow, sign_in, proofs)
            visit.subject = found or visit.subject

    def _named(self, said: list[str], address: str) -> Subject:
        """Whom a trusted proxy names, once; else whoever is at the address that it saw."""
        if len(said) == 1 and (login := plain(said[0])):
            return self._signed_in(address, login, Method.HEADER)
        return self.desk.engine.subject_at(address)

    def _signed_in(self, address: str, login: str, method: Method) -> Subject:
        """Who asks, having proved to be this login.

        One who is on no list is unidentified, whatever the address would be taken for.
        """
        person = self.desk.engine.person_of_login(login)
        if not person:
            return Subject(UNIDENTIFIED, address, method=method.value)
        claim = Claim(address, method, self.desk.clock(), NO_END, person)
        return self.desk.engine.subject_of(claim)

    async def _proved(self, flow: HTTPFlow, sign_in: SignIn, proofs: list[str]) -> Subject | None:
        """Who signed in; None where the address stands for itself, or the flow is answered."""
        peer, port = flow.client_conn.peername[0], flow.client_conn.sockname[1]
        secure = port in self.secure_ports
        if len(proofs) != 1:  # none, or two that may contradict each other
            self._challenge(flow, sign_in.challenges(secure=secure))
            return None
        found = await sign_in.ask(proofs[0], peer, secure=secure)
        match found.answer.outcome:
            case Outcome.RIGHT:
                return self._signed_in(peer, found.answer.login, found.method)
            case Outcome.WRONG:
                self._challenge(flow, sign_in.challenges(secure=secure))
            case Outcome.TOO_MANY:
                self.desk.say(flow, 429, "Too many attempts", TOO_OFTEN)
            case Outcome.BUSY:
                refuse_unchecked(flow)
            case Outcome.AWAY:
                pass  # the address stands for itself
        return None

    def _challenge(self, flow: HTTPFlow, challenges: list[str]) -> None:
        if not challenges:
            self.desk.say(flow, 403, "This port takes no passwords", SECURE_ONLY)
            return
        answer(flow, 407, self.desk.pages.failed("Sign in", SIGN_IN), SIGN_IN)
        if flow.response is not None:
            flow.response.headers.set_all("proxy-authenticate", challenges)

    def _strip(self, headers: Headers) -> None:
        """Take out what is between the browser and us."""
        headers.pop(AUTHORIZATION, None)
        if self.sign_in is not None:
            headers.pop(self.sign_in.user_header, None)
            headers.pop(FORWARDED_FOR, None)
