"""What every gate does: judge, keep what deserves a person's eye, and answer what is blocked."""

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from mitmproxy.http import HTTPFlow

from proxy_addons.answers import answer
from proxy_addons.block_page import Pages
from safeguard.core.types import Subject, Target, Verdict
from safeguard.engine import Engine
from safeguard.recorder import Recorder

logger = logging.getLogger(__name__)


class Desk:
    """The engine, the recorder, the pages and the clock. `zone` is the school's."""

    def __init__(
        self,
        engine: Engine,
        recorder: Recorder,
        pages: Pages,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
    ) -> None:
        self.engine = engine
        self.recorder = recorder
        self.pages = pages
        self.clock = clock
        self.zone = zone

    def judge(self, flow: HTTPFlow, subject: Subject, target: Target) -> Verdict:
        """Judge the target; if it is blocked the flow has its answer when this returns."""
        verdict, reference = self.weigh(subject, target)
        if verdict.blocked:
            rules = self.engine.snapshot.rules
            page = self.pages.blocked(
                verdict, rules.categories if rules else {}, target.host, reference, self._time()
            )
            answer(flow, 403, page, "Blocked by the school's filter.")
        return verdict

    def weigh(self, subject: Subject, target: Target) -> tuple[Verdict, str]:
        """Judge the target and keep what must be kept; the flow is left to the caller."""
        verdict = self.engine.judge(subject, target)
        return verdict, self.keep(subject, target, verdict)

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

    def say(self, flow: HTTPFlow, status: int, title: str, sentence: str) -> None:
        """Answer with a page that only says why."""
        answer(flow, status, self.pages.failed(title, sentence), sentence)

    def _time(self) -> str:
        return f"{self.clock().astimezone(self.zone):%d %B %Y, %H:%M}"
