"""What runs beside the drainer: one update of lists at a time, when one is due."""

import signal
import sys
from datetime import timedelta
from pathlib import Path

from filter_rules.formats.format import Format
from safeguard.company import LONGEST_UPDATE, LOOK, Updates
from safeguard.subscriptions import Subscription, subscribe
from tests.safeguard.samples import NOW
from tests.system.filter import until

DEADLINE = 30.0
ROUNDS = 3


class Hands:
    """A clock that is set by hand, and an update that says that it ran, or hangs."""

    def __init__(self, data: Path, then: str = "") -> None:
        self.now = NOW
        self.ran = data / "ran"
        program = f"open({str(self.ran)!r}, 'a').write('x'); {then}"
        self.updates = Updates(data, [sys.executable, "-c", program], lambda: self.now)

    def times(self) -> int:
        return len(self.ran.read_text(encoding="utf-8")) if self.ran.exists() else 0

    def tick_until(self, times: int) -> None:
        self.updates.tick()
        until(lambda: self.times() == times)

    def settle(self) -> None:
        """Let the child that was started end."""
        child = self.updates._child
        assert child is not None
        child.wait(DEADLINE)


def take_on(data: Path, address: str = "https://lists.example/") -> None:
    subscribe(data, Subscription("mine", address, Format.DOMAINS, "games"))


def test_without_subscriptions_nothing_is_updated(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    hands.updates.tick()
    assert hands.updates._child is None


def test_an_update_starts_when_a_list_is_due_and_is_looked_for_each_minute(tmp_path: Path) -> None:
    hands = Hands(tmp_path)
    take_on(tmp_path)
    hands.tick_until(1)
    hands.settle()
    hands.now += LOOK / 2
    hands.updates.tick()
    assert hands.updates._child is None
    hands.now += LOOK
    hands.tick_until(2)
    hands.settle()
    hands.now -= timedelta(days=400)  # the clock is set back
    hands.tick_until(3)
    hands.updates.close()


def test_there_is_one_update_at_a_time_and_one_that_hangs_is_ended(tmp_path: Path) -> None:
    hands = Hands(tmp_path, "import time; time.sleep(60)")
    take_on(tmp_path)
    hands.tick_until(1)
    first = hands.updates._child
    hands.now += LONGEST_UPDATE
    hands.updates.tick()
    assert hands.updates._child is first
    hands.now += LOOK
    hands.tick_until(2)
    assert first is not None
    assert first.returncode == -signal.SIGKILL
    hands.updates.close()
    hands.updates.close()
