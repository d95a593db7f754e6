"""How much memory a worker has taken for itself since it began, and who may make way now."""

import fcntl
import os
from pathlib import Path

STATM = Path("/proc/self/statm")
MIB = 1024 * 1024
LOCK = "proxy-recycling"


def private_bytes(statm: str) -> int:
    """What is in memory and no file's: the second number without the third, in pages."""
    _, resident, shared, *_ = statm.split()
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGESIZE")


class Growth:
    """Compares with what the worker had at its start: what it got from its parent is no growth."""

    def __init__(self, most_mib: int, statm: Path = STATM) -> None:
        self._statm = statm
        self._most = most_mib * MIB
        self._start = private_bytes(statm.read_text())

    def is_too_much(self) -> bool:
        return private_bytes(self._statm.read_text()) - self._start > self._most


class Turn:
    """One worker of the machine makes way at a time. Whoever has the turn keeps it until it ends."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "locks"
        self._file = -1
        self.taken = False

    def take(self) -> bool:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._file < 0:
            self._file = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        self.taken = True
        return True
