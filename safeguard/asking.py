"""Questions of staff to the judge: “what would happen to this address?”, on the tester's channel.

Whoever may ask could guess at what a sealed list holds, one address after the other. So each
answer that reads “withheld” is kept with who asked, before it is given, and there are only so
many an hour: then no question is answered, whatever it is about, until the hour has passed.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from filter_rules.sealed import WITHHELD
from safeguard.core.events import Event, Private, SealedEvent, new_event_id
from safeguard.core.explanations import Explanation
from safeguard.core.policy import Policy
from safeguard.core.types import Channel, Subject, Target, Verdict
from safeguard.engine import Engine
from safeguard.explaining import explained
from safeguard.list_lines import lines_of
from safeguard.problems import UnusableError
from safeguard.store.asked import asked_since, keep_within
from safeguard.store.session import AwayError, Store

SPELL = timedelta(hours=1)
LOOK = timedelta(seconds=1)
NOTHING = Private()


class PausedError(UnusableError):
    """Too much was asked about sealed lists: no question is answered for a while."""


class Questions:
    """Asks the engine for one person or account. `who` is kept: a staff account, never a pupil."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        who: str,
        account: str = "",
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._engine = engine
        self._store = store
        self._who = who
        self._account = account or who
        self._randomness = randomness
        self._looked: datetime | None = None

    def ask(
        self, subject: Subject, target: Target, now: datetime, at: datetime | None = None
    ) -> Verdict:
        """Return the verdict as of a moment (none given: now), or raise PausedError.

        The error tells nothing of this question.
        """
        policy = self._engine.snapshot.policy.at(at) if at else None
        if not self._engine.snapshot.sealing.lists.lists:
            return self._engine.judge(subject, target, policy)
        return self._keeping(lambda: self._ask(subject, target, now, policy))

    def _ask(
        self, subject: Subject, target: Target, now: datetime, policy: Policy | None
    ) -> Verdict:
        self._stop_if_paused(now)
        verdict = self._engine.judge(subject, target, policy)
        if verdict.withheld:
            self._keep(subject, verdict, now)
        return verdict

    def _keeping[T](self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except AwayError as error:
            raise UnusableError(
                "What is asked about sealed lists must be kept, and the database cannot be used "
                "now, so no question is answered. Ask again when it is back."
            ) from error

    def _keep(self, subject: Subject, verdict: Verdict, now: datetime) -> None:
        kept = self._kept(subject, verdict, now)
        if not keep_within(self._store, kept, now - SPELL, self._most, self._account):
            raise self._paused()

    def explain(
        self, subject: Subject, target: Target, now: datetime, at: datetime | None = None
    ) -> Explanation:
        """Return the answer as of a moment (none given: now) with all that leads to it.

        However many groups are asked about, it is one question.
        """
        return self._keeping(lambda: self._explained(subject, target, now, at or now))

    def _explained(
        self, subject: Subject, target: Target, now: datetime, at: datetime
    ) -> Explanation:
        seals = bool(self._engine.snapshot.sealing.lists.lists)
        if seals:
            self._stop_if_paused(now)
        verdict = self._engine.judge(subject, target, self._engine.snapshot.policy.at(at))
        lines = lines_of(self._engine.settings.data, () if verdict.withheld else verdict.hits)
        if seals and verdict.withheld:
            self._keep(subject, verdict, now)
        return explained(self._engine, subject, target, at, verdict, lines)

    @property
    def _most(self) -> int:
        return self._engine.settings.sealed.questions_an_hour

    def _stop_if_paused(self, now: datetime) -> None:
        """Look at most once a second: thousands of addresses may be asked in one go."""
        if self._looked is not None and timedelta() <= now - self._looked < LOOK:
            return
        if asked_since(self._store, now - SPELL) >= self._most:
            raise self._paused()
        self._looked = now

    def _paused(self) -> PausedError:
        return PausedError(
            f"{self._most} answers about sealed lists were given within an hour, so no question "
            "is answered until an hour has passed since. Each is kept with who asked. The number "
            "is questions_an_hour in [sealed]."
        )

    def _kept(self, subject: Subject, verdict: Verdict, now: datetime) -> SealedEvent:
        lists = sorted({hit.list for hit in verdict.hits})
        event = Event(
            id=new_event_id(now, self._randomness(10)),
            at=now,
            last=now,
            group=subject.group,
            person="",
            device="",
            address="",
            method="none",
            channel=Channel.TESTER,
            host=WITHHELD,
            private=NOTHING,
            categories=verdict.categories,
            themes=(),
            severity=verdict.severity,
            action=verdict.action,
            flagged=False,
            reason=verdict.reason,
            rule=f"asked by {self._who}",
            list=lists[0] if lists else "",
            artefact=verdict.artefact,
            policy_version=verdict.policy_version,
            hosts=(WITHHELD,),
        )
        withheld = msgspec.msgpack.encode(Private(WITHHELD, WITHHELD))
        return SealedEvent(event, self._store.vault.seal(withheld))
