"""Stop a process where it stands: a server that hangs."""

import os
import signal
import time
from pathlib import Path

DEADLINE = 10.0


def hang(process: int) -> None:
    """Return when every thread of the process stands still: the signal alone comes some time."""
    os.kill(process, signal.SIGSTOP)
    until = time.monotonic() + DEADLINE
    while not all(_stands(thread) for thread in Path(f"/proc/{process}/task").iterdir()):
        assert time.monotonic() < until, "the process goes on"
        time.sleep(0.01)


def _stands(thread: Path) -> bool:
    return (thread / "stat").read_text().rpartition(")")[2].split()[0] == "T"
