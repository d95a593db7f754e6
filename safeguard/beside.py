"""A process beside the one that starts it: started anew when it ends, gone when its starter is.

It runs only while it is wanted: duties that one node does for all run where that node leads.
"""

import subprocess
import time
from collections.abc import Callable, Sequence
from enum import StrEnum

from safeguard import logs
from safeguard.workers import start_tied

FAST_DEATH = 5.0
PAUSES = (0.0, 1.0, 5.0, 15.0, 30.0)  # before it is started again, where it keeps dying soon
STOP_SECONDS = 4.0

log = logs.logger("safeguard.beside")


class Lane(StrEnum):
    """A process of duties (duties.py). What a person waits for is in the first one."""

    SOON = "soon"
    SLOW = "slow"


class Beside:
    """One process, kept running."""

    def __init__(
        self, name: str, command: Sequence[str], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._command = command
        self._steady = steady
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._again_at = 0.0
        self._deaths = 0
        self._ended_at: float | None = None  # when it was asked to end

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        return None if self._child is None else self._child.pid

    def tick(self, *, wanted: bool) -> None:
        """See that it runs where it is wanted, and ends where it is not. Cheap: it waits for none."""
        if self._child is not None and self._child.poll() is not None:
            self._bury(self._child.returncode)
        if not wanted:
            self._let_end()
        elif self._child is None and self._steady() >= self._again_at:
            self._started = self._steady()
            self._child = start_tied(self._command)

    def end(self) -> None:
        """Ask it to end, and do not wait for it."""
        if self._child is not None:
            self._child.terminate()
            self._ended_at = self._steady()

    def close(self) -> None:
        """End it: in good order where it does so in time. What it does bears being killed."""
        if self._child is None:
            return
        self.end()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = self._ended_at = None

    def _let_end(self) -> None:
        if self._ended_at is None:
            self.end()
        elif self._child is not None and self._steady() - self._ended_at > STOP_SECONDS:
            self._child.kill()

    def _bury(self, status: int) -> None:
        asked, self._ended_at, self._child = self._ended_at, None, None
        if asked is not None:
            return
        log.error("a process ended and is started again", process=self._name, status=status)
        soon = self._steady() - self._started < FAST_DEATH
        self._deaths = self._deaths + 1 if soon else 0
        self._again_at = self._steady() + PAUSES[min(self._deaths, len(PAUSES) - 1)]
