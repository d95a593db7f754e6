"""Takes what is asked for on a block page: the form comes back to the blocked site, and ends here.

Law: nothing sent to that address leaves the proxy. What is asked for is judged anew, so that
nobody asks for what is open or can never be; who asks is who is there, whatever the form says.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from mitmproxy.http import HTTPFlow

from proxy_addons.answers import OURS, is_ours, is_short
from proxy_addons.block_page import ASK_PATH
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.translate import claimed_by_request
from proxy_addons.visits import Visits
from safeguard.core.types import Subject, Target
from safeguard.core.unblocking import not_askable, said

ASKED = "safeguard was asked"  # the flow brings the form of a block page
MOST_FIELDS = 8
SAME_SITE = frozenset({"", "same-origin", "none"})  # of Sec-Fetch-Site
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5  # of one subject, here; the queue has its own bound for all workers
MOST_SUBJECTS = 10_000


class Pace:
    """How often each has asked within an hour."""

    def __init__(self) -> None:
        self._asked: OrderedDict[str, deque[datetime]] = OrderedDict()

    def admits(self, who: str, now: datetime) -> bool:
        """Count one more, unless there were too many."""
        times = self._asked.setdefault(who, deque())
        self._asked.move_to_end(who)
        if len(self._asked) > MOST_SUBJECTS:
            self._asked.popitem(last=False)
        while times and now - times[0] >= HOUR:
            times.popleft()
        if len(times) >= MOST_AN_HOUR:
            return False
        times.append(now)
        return True


class NotTakenError(Exception):
    """What is asked for is not taken. Its text is the sentence that says why."""


class AskGate:
    """Answers what is sent to ASK_PATH."""

    def __init__(self, visits: Visits, desk: Desk) -> None:
        self.visits = visits
        self.desk = desk
        self.pace = Pace()

    @fail_closed(refuse_flow)
    def requestheaders(self, flow: HTTPFlow) -> None:
        """Nobody else looks at the form: it goes nowhere."""
        if is_ours(flow) or not flow.request.path.startswith(ASK_PATH):
            return
        flow.metadata[OURS] = True  # the answer comes once the form is there
        if flow.request.method != "POST" or flow.request.path != ASK_PATH or not is_short(flow):
            self.desk.say(flow, 404, "There is nothing here", "Go back, and ask from the page.")
            return
        flow.metadata[ASKED] = True
        flow.request.stream = False

    @fail_closed(refuse_flow)
    def request(self, flow: HTTPFlow) -> None:
        if ASKED not in flow.metadata:
            return
        visit = self.visits.of(flow.client_conn)
        try:
            hosts = claimed_by_request(flow, visit)
            self._take(flow, visit.subject, hosts[0] if len(hosts) == 1 else "")
        except NotTakenError as error:
            self.desk.say(flow, 400, "This could not be asked for", str(error))
            return
        says = "Somebody at school will look at it. You can ask them how it goes."
        self.desk.say(flow, 200, "Your request was passed on", says)

    def _take(self, flow: HTTPFlow, subject: Subject, host: str) -> None:
        now, field = self.desk.clock(), _form(flow)
        page, reason = field("page"), said(field("reason"))
        held = self.desk.tokens.holds(field("token"), subject.key, page, now)
        if flow.request.headers.get("sec-fetch-site", "").lower() not in SAME_SITE or not held:
            raise NotTakenError("The page you asked from is too old. Open it again, and ask there.")
        target: Target | None = self.desk.engine.target_of(page)
        if target is None or target.host != host:
            raise NotTakenError("The page you asked from is of another site.")
        if not reason:
            raise NotTakenError("Go back, and say what you need it for.")
        verdict = self.desk.engine.judge(subject, target)
        if sentence := not_askable(verdict):
            raise NotTakenError(sentence)
        if not self.pace.admits(subject.key, now):
            raise NotTakenError(f"You asked {MOST_AN_HOUR} times within an hour. Ask a teacher.")
        self.desk.recorder.asked(subject, target, verdict, reason, now)


def _form(flow: HTTPFlow) -> Callable[[str], str]:
    try:
        fields = parse_qs(
            (flow.request.raw_content or b"").decode(),
            max_num_fields=MOST_FIELDS,
            strict_parsing=True,
        )
    except ValueError as error:
        raise NotTakenError("The form could not be read.") from error
    return lambda name: fields.get(name, [""])[0]
