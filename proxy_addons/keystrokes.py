"""What search pages send while a person types: put together, and judged once, when it has ended.

Each of these requests asks for suggestions to half a word; to judge each alone would find words
that nobody meant, ten times over. Nothing is held back for it: what is sent in the end is judged
by itself before it leaves. So is told what was typed and never sent, or taken back before.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from mitmproxy.http import HTTPFlow

from filter_rules.typed.keystrokes import MOST_OPEN, Ended, Typings
from filter_rules.types import Kind, Severity
from proxy_addons.answers import is_ours
from proxy_addons.desk import Desk
from proxy_addons.failure import fail_closed, refuse_flow
from proxy_addons.request_gate import JUDGED
from proxy_addons.translate import NotAHostError, host_of, target_of_request
from proxy_addons.visits import Visits
from safeguard.core.types import Subject, Target

LOOK_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Keystrokes:
    """Follows what is typed letter by letter. `clock` never jumps."""

    def __init__(self, visits: Visits, desk: Desk, clock: Callable[[], float]) -> None:
        self.visits = visits
        self.desk = desk
        self._clock = clock
        self._typings = Typings(self._tells)
        self._of: dict[tuple[str, str], tuple[Subject, Target]] = {}
        self._looking: asyncio.TimerHandle | None = None

    @fail_closed(refuse_flow)
    def requestheaders(self, flow: HTTPFlow) -> None:
        subject, engine = self.visits.of(flow.client_conn).subject, self.desk.engine
        asked = self._asked(flow, subject)
        if asked is None:
            return
        if asked.words:
            self._sent(subject, asked)
            return
        half = engine.half_typed_in_url(asked.url)
        if half is None or not engine.text_is_read(subject):
            return
        if not engine.is_inspected(subject, asked.host):
            return
        self._of.pop((subject.key, half.site), None)
        if len(self._of) > MOST_OPEN:
            del self._of[next(iter(self._of))]
        self._of[subject.key, half.site] = subject, asked
        for ended in self._typings.add(subject.key, half.site, self._clock(), half.words):
            self._judge(ended)
        self._look_again()

    def _asked(self, flow: HTTPFlow, subject: Subject) -> Target | None:
        """What was let through, or the search that was refused: its typing has ended too."""
        if not is_ours(flow):
            judged: Target = flow.metadata[JUDGED]
            return judged
        try:
            host = host_of(flow.request.host)
        except NotAHostError:
            return None
        refused = target_of_request(self.desk.engine, flow, host, subject)
        return refused if refused.words else None

    def done(self) -> None:
        """Judge what is still open: the worker ends."""
        for ended in self._typings.due(float("inf")):
            self._judge(ended)

    def _sent(self, subject: Subject, asked: Target) -> None:
        """Judge what was typed before what is sent now, and says what that does not."""
        site = self.desk.engine.typed_in_url(asked.url)
        if site is not None:
            self._of.pop((subject.key, site.site), None)
            for words in self._typings.sent(subject.key, site.site, asked.words):
                self.desk.weigh(subject, replace(asked, words=words, kind=Kind.SEARCH))

    def _judge(self, ended: Ended) -> None:
        subject, asked = self._of.pop((ended.who, ended.site))
        for words in (ended.words, *ended.taken_back):
            self.desk.weigh(subject, replace(asked, words=words, kind=Kind.SEARCH))

    def _look_again(self) -> None:
        if self._looking is None and len(self._typings):
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self._looking = None
        try:
            for ended in self._typings.due(self._clock()):
                self._judge(ended)
        except Exception:
            logger.exception("what was typed could not be judged")
        self._look_again()

    def _tells(self, words: str) -> bool:
        found = self.desk.engine.detect(words, Kind.SEARCH)
        return any(one.severity >= Severity.MEDIUM and not one.help_seeking for one in found)
