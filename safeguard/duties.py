"""What one node does again and again for all: each duty, how often, and why, as a table.

Run as `python -m safeguard.duties --lane LANE --data DIR [--config FILE]`, by the jobs process
of the node that leads. Each lane is a process of its own: draining spools waits for neither, and
what takes minutes holds up nothing that a lead waits for. In a thread, folding would take the
interpreter from the drainer; and a process that hangs or dies can be started anew.
"""

import argparse
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Event as Flag

import structlog

from safeguard import settings as settings_file
from safeguard.audit_watch import keep_head
from safeguard.concern_watch import ConcernWatch, terms_of
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store.session import AwayError, Store, open_store

PAUSE = 0.02  # between two pieces of one duty: others want to write as well
AFTER_TROUBLE = 10.0
LONGEST_WAIT = 1.0

log = structlog.get_logger("safeguard.duties")


class Lane(StrEnum):
    """A process of duties. What a person waits for is in the first one."""

    SOON = "soon"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do every so many seconds. `do` is told the time, and says if there is more."""

    what: str
    every: float
    why: str
    do: Callable[[datetime], bool | None]


def duties_of(lane: Lane, settings: Settings, store: Store) -> tuple[Duty, ...]:
    """Return the duties of a lane. A new one is a line here."""
    watch = ConcernWatch(store, terms_of(settings))
    table: dict[Lane, tuple[Duty, ...]] = {
        Lane.SOON: (
            Duty("fold events", 0.25, "a lead sees a concern within two seconds", watch.fold),
            Duty("copy surroundings", 5, "days of the access log can then be dropped", watch.copy),
        ),
        Lane.SLOW: (
            Duty("keep the chain's end", 3600, "rows removed from its end are noticed",
                 lambda now: keep_head(store, settings.data, now)),
        ),
    }  # fmt: skip
    return table[lane]


class Rounds:
    """Does each duty when it is due. One that fails is tried again later; the others go on."""

    def __init__(
        self,
        duties: Sequence[Duty],
        clock: Callable[[], datetime],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._duties = duties
        self._clock = clock
        self._steady = steady
        self._due = {duty.what: steady() for duty in duties}
        self._troubled: set[str] = set()

    def turn(self) -> float:
        """Do what is due, a piece of each; return for how many seconds nothing is."""
        for duty in self._duties:
            if self._due[duty.what] <= self._steady():
                self._due[duty.what] = self._steady() + self._done(duty)
        wait = min(self._due.values(), default=LONGEST_WAIT) - self._steady()
        return min(max(wait, 0.0), LONGEST_WAIT)

    def _done(self, duty: Duty) -> float:
        """Do a piece; return in how many seconds the next one is due."""
        try:
            more = duty.do(self._clock())
        except AwayError:
            self._say(duty, "the database is away")
            return min(AFTER_TROUBLE, max(1.0, duty.every))
        except Exception as error:  # noqa: BLE001  one duty must not end the others
            self._say(duty, type(error).__name__)  # not its text: that may name someone
            return max(AFTER_TROUBLE, duty.every)
        self._troubled.discard(duty.what)
        return PAUSE if more else duty.every

    def _say(self, duty: Duty, trouble: str) -> None:
        if duty.what not in self._troubled:
            log.error("a duty was not done", duty=duty.what, trouble=trouble)
        self._troubled.add(duty.what)


def run(lane: Lane, settings: Settings, stop: Flag) -> None:
    """Do the duties of a lane until told to stop."""
    store = open_store(settings)
    try:
        rounds = Rounds(duties_of(lane, settings, store), lambda: datetime.now(UTC))
        while not stop.wait(rounds.turn()):
            pass
    finally:
        store.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m safeguard.duties", description=__doc__)
    parser.add_argument("--lane", type=Lane, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args(arguments)
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run(given.lane, settings_file.load(given.data, given.config), stop)
    except UnusableError as error:
        log.error("duties cannot start", trouble=str(error))  # noqa: TRY400  # the sentence is all
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
