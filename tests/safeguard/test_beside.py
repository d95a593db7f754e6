"""A process beside another: it runs while it is wanted, and is started anew when it dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from safeguard import beside
from safeguard.beside import Beside

DEADLINE = 20.0
WAITS = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); signal.pause()"
STUBBORN = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
while True: signal.pause()
"""


class Steady:
    """The time that goes on, as the test sets it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def eventually(holds: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + DEADLINE, Event()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.02)


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
def one(steady: Steady) -> Iterator[Beside]:
    process = Beside("a test", [sys.executable, "-c", WAITS], steady)
    yield process
    process.close()


def pid_of(process: Beside) -> int | None:
    return process.pid  # asked anew each time: it changes


def ticked(process: Beside, *, wanted: bool) -> int | None:
    process.tick(wanted=wanted)
    return process.pid


def gone(pid: int | None) -> bool:
    return pid is not None and not Path(f"/proc/{pid}").exists()


def killed(process: Beside) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


def test_it_runs_while_it_is_wanted(one: Beside) -> None:
    one.tick(wanted=False)
    assert pid_of(one) is None
    one.tick(wanted=True)
    first = pid_of(one)
    one.tick(wanted=True)
    assert pid_of(one) == first is not None
    one.tick(wanted=False)
    eventually(lambda: ticked(one, wanted=False) is None)
    assert gone(first)
    one.tick(wanted=True)
    assert pid_of(one) not in {None, first}  # at once: it did not die of itself


def test_what_is_no_longer_wanted_and_does_not_end_is_killed_and_never_waited_for(
    tmp_path: Path, steady: Steady
) -> None:
    ready = tmp_path / "ready"
    one = Beside("a test", [sys.executable, "-c", STUBBORN, str(ready)], steady)
    one.tick(wanted=True)
    eventually(ready.exists)
    pid = pid_of(one)
    began = time.monotonic()
    one.tick(wanted=False)
    one.tick(wanted=False)
    assert time.monotonic() - began < beside.STOP_SECONDS
    assert not gone(pid)
    steady.now += beside.STOP_SECONDS + 0.1
    eventually(lambda: ticked(one, wanted=False) is None)
    assert gone(pid)


def test_what_dies_is_started_anew_ever_later(one: Beside, steady: Steady) -> None:
    one.tick(wanted=True)
    steady.now += 60
    killed(one)
    one.tick(wanted=True)
    assert pid_of(one) is not None  # it had run for long: at once
    for pause in beside.PAUSES[1:]:
        killed(one)
        one.tick(wanted=True)
        assert pid_of(one) is None
        steady.now += pause - 0.1
        one.tick(wanted=True)
        assert pid_of(one) is None
        steady.now += 0.2
        one.tick(wanted=True)
        assert pid_of(one) is not None


def test_what_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "STOP_SECONDS", 0.05)
    ready = tmp_path / "ready"
    one = Beside("a test", [sys.executable, "-c", STUBBORN, str(ready)])
    one.tick(wanted=True)
    eventually(ready.exists)
    pid = pid_of(one)
    one.close()
    assert gone(pid)
    one.end()
    one.close()


def test_it_ends_with_its_starter(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    starter = f"""
import pathlib, signal, sys
from safeguard.beside import Beside
one = Beside("a test", [sys.executable, "-c", {WAITS!r}])
one.tick(wanted=True)
pathlib.Path({str(told)!r}).write_text(str(one.pid))
signal.pause()
"""
    parent = subprocess.Popen([sys.executable, "-c", starter])
    eventually(lambda: told.exists() and bool(told.read_text()))
    parent.kill()
    parent.wait()
    eventually(lambda: gone(int(told.read_text())))
