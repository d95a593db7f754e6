"""What every gate does: judge, keep what deserves a person's eye, and answer what is blocked."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mitmproxy.http import HTTPFlow

from filter_rules.types import Severity
from proxy_addons.answers import Shape, answer
from proxy_addons.block_page import Asking, Pages
from proxy_addons.tokens import Tokens
from safeguard.core.evasion import Evasion
from safeguard.core.events import without_secrets
from safeguard.core.types import Reason, Subject, Target, Verdict
from safeguard.core.unblocking import not_askable
from safeguard.engine import Engine
from safeguard.recorder import Recorder

logger = logging.getLogger(__name__)

BLOCKED = "Blocked by the school's filter."
FOUND = "safeguard found"  # the themes, and how severe, that a stream was found to be about
SAID_AGAIN = timedelta(minutes=10)  # of one evasion of one subject
MOST_EVASIONS = 4096  # that are remembered as said
NOT_READY = frozenset({Reason.NO_RULES, Reason.SEALED_MISSING})


class Desk:
    """The engine, the recorder, the pages and the clock. `zone` is the school's.

    `tokens`: for the form on block pages; without them there is none.
    """

    def __init__(
        self,
        engine: Engine,
        recorder: Recorder,
        pages: Pages,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        tokens: Tokens | None = None,
    ) -> None:
        self.engine = engine
        self.recorder = recorder
        self.pages = pages
        self.clock = clock
        self.zone = zone
        self.tokens = tokens or Tokens(b"")
        self._asks = tokens is not None
        self._evaded: dict[tuple[str, Evasion], datetime] = {}

    def judge(self, flow: HTTPFlow, subject: Subject, target: Target) -> Verdict:
        """Judge the target; if it is blocked the flow has its answer when this returns."""
        verdict, reference = self.weigh(subject, target)
        if verdict.blocked:
            self.refuse(flow, subject, target, verdict, reference)
        return verdict

    def refuse(
        self, flow: HTTPFlow, subject: Subject, target: Target, verdict: Verdict, reference: str
    ) -> None:
        """Answer what the verdict blocks, in the words for whoever asks."""
        snapshot = self.engine.snapshot
        wording = snapshot.policy.wording_of(subject)
        asking = self._asking(subject, target, verdict)

        def page(shape: Shape) -> str:
            if shape is Shape.IMAGE:
                return self.pages.image
            if shape is Shape.FRAME:
                return self.pages.framed(BLOCKED, f"Code {reference}" if reference else "")
            categories = snapshot.rules.categories if snapshot.rules else {}
            return self.pages.blocked(
                verdict, categories, target.host, reference, self._time(), wording, asking
            )

        status = 503 if verdict.reason in NOT_READY else 403
        answer(flow, status, page, BLOCKED, reference=reference, form=asking is not None)

    def fails_open(self, subject: Subject) -> bool:
        """Whether the policy is to show this one what cannot be read."""
        return self.engine.snapshot.policy.fails_open_for(subject)

    def _asking(self, subject: Subject, target: Target, verdict: Verdict) -> Asking | None:
        """The form, where the page can be asked for by somebody who can be answered."""
        if not self._asks or not subject.key or not_askable(verdict):
            return None
        page = without_secrets(target.url or f"https://{target.host}/")
        return Asking(page, self.tokens.issue(subject.key, page, self.clock()))

    def weigh(self, subject: Subject, target: Target) -> tuple[Verdict, str]:
        """Judge the target and keep what must be kept; the flow is left to the caller."""
        verdict = self.engine.judge(subject, target)
        return verdict, self.keep(subject, target, verdict)

    def goes_on_to_what_is_blocked(self, flow: HTTPFlow, subject: Subject, target: Target) -> bool:
        """Judge what goes on from what was judged before, as a stream does.

        What is found is kept when it is found for the first time in this flow.
        """
        verdict = self.engine.judge(subject, target)
        found = {(one.theme, one.severity) for one in verdict.findings}
        before: set[tuple[str, Severity]] = flow.metadata.setdefault(FOUND, set())
        if verdict.blocked or found - before:
            self.keep(subject, target, verdict)
        before |= found
        return verdict.blocked

    def visited(self, subject: Subject, target: Target, verdict: Verdict) -> None:
        """Note in the access log what was asked for and what was done, once a request."""
        policy = self.engine.snapshot.policy
        self.recorder.visited(subject, target, verdict, policy, self.clock())

    def keep(self, subject: Subject, target: Target, verdict: Verdict) -> str:
        """Return the reference of what was kept, empty if nothing was.

        What is flagged must be kept: if that fails, this raises, and the gate refuses. A plain
        block stands without its event.
        """
        self.recorder.nearly(subject, verdict, self.clock())
        if not verdict.eventful:
            return ""
        try:
            return self.recorder.record(subject, target, verdict, self.clock())
        except Exception:
            if verdict.flagged:
                raise
            logger.exception("an event could not be kept")
            return ""

    def evaded(self, subject: Subject, host: str, evasion: Evasion) -> None:
        """Keep that somebody tried a way round the filter which was shut without a verdict.

        Once in ten minutes for each subject and way: programs try again every second.
        """
        now, key = self.clock(), (subject.key, evasion)
        if key in self._evaded and now - self._evaded[key] < SAID_AGAIN:
            return
        self._evaded.pop(key, None)
        if len(self._evaded) >= MOST_EVASIONS:
            del self._evaded[next(iter(self._evaded))]
        target = Target(host, evasions=(evasion,))
        self.keep(subject, target, self.engine.judge(subject, target))
        self._evaded[key] = now  # not before it is kept

    def say(self, flow: HTTPFlow, status: int, title: str, sentence: str) -> None:
        """Answer with a page that only says why."""
        answer(flow, status, self.pages.failed(title, sentence), sentence)

    def _time(self) -> str:
        return f"{self.clock().astimezone(self.zone):%d %B %Y, %H:%M}"
