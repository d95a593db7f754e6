"""What runs beside the drainer: this node among others, lanes of duties, feeds, updates of lists.

All are processes of their own, looked after between two rounds of draining and never waited for.
"""

import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from safeguard import logs
from safeguard.beside import Beside
from safeguard.node import ThisNode
from safeguard.store.session import AwayError
from safeguard.subscriptions import due
from safeguard.workers import start_tied

LOOK = timedelta(minutes=1)  # how often it is looked whether a list is due
LONGEST_UPDATE = timedelta(hours=6)  # then it hangs, and is tried anew

log = logs.logger("safeguard.company")


class Updates:
    """Starts an update of lists when one is due; never more than one at a time."""

    def __init__(self, data: Path, command: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._data = data
        self._command = command
        self._clock = clock
        self._looked: datetime | None = None
        self._started: datetime | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def tick(self) -> None:
        """Look whether there is anything to do. Cheap, but once a minute."""
        now = self._clock()
        if self._child is not None and self._is_busy(self._child, now):
            return
        self._child = None
        # A clock that was set back does not stop the looking.
        if self._looked is not None and timedelta() <= now - self._looked < LOOK:
            return
        self._looked = now
        if due(self._data, now):
            self._started = now
            self._child = start_tied(self._command)

    def close(self) -> None:
        if self._child is not None:
            self._child.kill()  # an update may be killed at any point
            self._child.wait()
            self._child = None

    def _is_busy(self, child: subprocess.Popen[bytes], now: datetime) -> bool:
        if child.poll() is not None:
            return False
        if self._started is not None and now - self._started > LONGEST_UPDATE:
            log.error("an update of lists took too long and was ended")
            self.close()
            return False
        return True


class Company:
    """What runs beside the drainer: this node among others, its duties, and updates of lists."""

    def __init__(
        self,
        node: ThisNode,
        lanes: Sequence[Beside],
        updates: Updates | None,
        clock: Callable[[], datetime],
        own: Sequence[Beside] = (),
    ) -> None:
        self._node = node
        self._lanes = lanes
        self._own = own  # what each node runs for itself, whoever leads
        self._updates = updates
        self._clock = clock
        self._looked: datetime | None = None

    def tick(self) -> None:
        """See what is to run here. Cheap, but once a second; AwayError is said by the drainer."""
        now = self._clock()
        if self._looked is not None and timedelta() <= now - self._looked < timedelta(seconds=1):
            return
        self._looked = now
        leads = self._node.leads()
        for lane in self._lanes:
            lane.tick(wanted=leads)
        for one in self._own:
            one.tick(wanted=True)
        if self._updates is not None and leads:
            self._updates.tick()
        with suppress(AwayError):
            self._node.tick(now)

    def close(self) -> None:
        if self._updates is not None:
            self._updates.close()
        for lane in (*self._lanes, *self._own):
            lane.end()
        for lane in (*self._lanes, *self._own):
            lane.close()
        self._node.close()
