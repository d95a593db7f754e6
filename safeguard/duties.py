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
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

from safeguard import logs
from safeguard import settings as settings_file
from safeguard.audit_watch import keep_head, look
from safeguard.backups import make_daily
from safeguard.beside import Lane
from safeguard.concern_watch import ConcernWatch, SchoolTerms
from safeguard.notify.notifier import Notifier
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import sessions, tokens
from safeguard.store.audit import head
from safeguard.store.case_evidence import copy_recent
from safeguard.store.concern_building import waiting_since
from safeguard.store.resealing import Resealing
from safeguard.store.retention import purge_daily
from safeguard.store.session import AwayError, Store, open_store
from safeguard.syncing import sync_all

PAUSE = 0.02  # between two pieces of one duty: others want to write as well
AFTER_TROUBLE = 10.0
LONGEST_WAIT = 1.0

log = logs.logger("safeguard.duties")


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do every so many seconds. `do` is told the time, and returns True if there is more."""

    what: str
    every: float
    why: str
    do: Callable[[datetime], object]


def duties_of(lane: Lane, settings: Settings, store: Store, closing: ExitStack) -> tuple[Duty, ...]:
    """Return the duties of a lane. A new one is a line here; what it holds open ends at closing."""
    watch = ConcernWatch(store, SchoolTerms(settings, store))
    notifier = Notifier(store, settings, lambda: datetime.now(UTC), lambda: _end_of_chain(store))
    closing.callback(notifier.close)
    resealing = Resealing(store, settings.data)
    table: dict[Lane, tuple[Duty, ...]] = {
        Lane.SOON: (
            Duty("fold events", 0.25, "a lead sees a concern within two seconds", watch.fold),
            Duty("tell staff", 1, "an urgent concern reaches the mail server within ten seconds",
                 lambda _now: notifier.tick()),
            Duty("index words", 2, "an event is found by its words within a minute",
                 lambda _now: _index_words(store)),
            Duty("copy surroundings", 5, "days of the access log can then be dropped", watch.copy),
        ),
        Lane.SLOW: (
            Duty("keep the chain's end", 3600, "rows removed from its end are noticed",
                 lambda now: keep_head(store, settings.data, now)),
            Duty("follow the chain", 86400, "what was tampered with is found within a day",
                 lambda now: look(store, settings.data, now)),
            Duty("copy the days of cases", 3600, "a case keeps the whole day after the log is dropped",
                 lambda now: copy_recent(store, now)),
            Duty("purge", 3600, "nothing is kept longer than its class may be",
                 lambda now: purge_daily(store, settings.retention.periods, now)),
            Duty("back up", 3600, "a day's work at most is lost with the disk",
                 lambda now: make_daily(settings, now)),
            Duty("ask directories", 3600, "who joins or leaves is known within an hour",
                 lambda now: sync_all(store, settings, now)),
            Duty("end sessions", 60, "nobody is taken for who was at an address before",
                 lambda now: sessions.prune(store, now, now - settings.identity.sessions_kept)),
            Duty("seal anew", 60, "what an old content key sealed is sealed with the new one",
                 resealing.some),
        ),
    }  # fmt: skip
    return table[lane]


def _index_words(store: Store) -> bool:
    """Index a batch; go on at once where there is more, unless events wait to be folded."""
    return (
        tokens.index_waiting(store, tokens.BATCH) == tokens.BATCH and waiting_since(store) is None
    )


def _end_of_chain(store: Store) -> str:
    found = head(store)
    return found.text if found else ""


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
        return PAUSE if more is True else duty.every

    def _say(self, duty: Duty, trouble: str) -> None:
        if duty.what not in self._troubled:
            log.error("a duty was not done", duty=duty.what, trouble=trouble)
        self._troubled.add(duty.what)


def run(lane: Lane, settings: Settings, stop: Flag) -> None:
    """Do the duties of a lane until told to stop."""
    with ExitStack() as closing:
        store = open_store(settings)
        closing.callback(store.close)
        duties = duties_of(lane, settings, store, closing)
        rounds = Rounds(duties, lambda: datetime.now(UTC))
        while not stop.wait(rounds.turn()):
            pass


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
