"""The processes of one role: a parent that forks workers, which die with it and are forked again.

Law: a worker never outlives its parent, and a parent never gives up on a worker while it runs;
one that keeps dying is forked again ever more slowly, at most every two seconds.
"""

import ctypes
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from types import FrameType

PR_SET_PDEATHSIG = 1
FAST_DEATH_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 2.0
STOP_SECONDS = 4.0


class _StopError(Exception):
    """Raised in the parent's wait by SIGTERM or SIGINT."""


def worker_count(asked: int) -> int:
    """The number asked for; 0 means one for each processor this process may use."""
    return asked or len(os.sched_getaffinity(0))


def die_with_parent(stop: signal.Signals = signal.SIGTERM, parent: int | None = None) -> None:
    """Ask the kernel to send `stop` to this process when its parent ends, however it ends.

    `parent` is its process id where we know it: it may have ended before this call.
    """
    parent = parent or os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(stop), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it ended between the two calls
        os.kill(os.getpid(), stop)


def shared_port(
    host: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    """One of several listeners on the same port: the kernel spreads connections over them.

    Made in the parent, one a worker: a dead worker's queue waits for the next one. The
    caller listens; the socket does not block. Port 0 picks a free one.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def serve(name: str, count: int, work: Callable[[int], None]) -> int:
    """Fork `count` workers that each run work(index), until SIGTERM or SIGINT; return 0.

    `work` returns when it gets SIGTERM. Workers that have not ended after STOP_SECONDS are
    killed. No thread or event loop may run before this call.
    """
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _raise_stop)
    die_with_parent()  # a supervisor that is killed leaves no role behind to hold its port
    alive: dict[int, tuple[int, float]] = {}
    pauses = dict.fromkeys(range(count), 0.0)
    try:
        for index in range(count):
            _fork(index, work, alive)
        while True:
            pid, status = os.wait()
            if pid not in alive:
                continue
            index, born = alive.pop(pid)
            lived = time.monotonic() - born
            pauses[index] = _pause(lived, pauses[index])
            _say(f"{name} worker {index} ended ({_ending(status)}); starting it again")
            time.sleep(pauses[index])
            _fork(index, work, alive)
    except _StopError:
        _stop(alive)
    return 0


def _pause(lived: float, last: float) -> float:
    if lived > FAST_DEATH_SECONDS:
        return 0.0
    return min(LONGEST_PAUSE_SECONDS, last * 2 or 0.1)


def _fork(index: int, work: Callable[[int], None], alive: dict[int, tuple[int, float]]) -> None:
    """Fork a worker and note it; a stop that comes meanwhile waits, so that none is forgotten."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    pid = os.fork()
    if pid:
        alive[pid] = index, time.monotonic()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
        return
    status = 1
    try:
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent, which tells us
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
        die_with_parent(signal.SIGKILL, parent)  # a dead parent's listeners must not linger
        work(index)
        status = 0
    except BaseException:  # noqa: BLE001  the child must never return into the parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _stop(alive: dict[int, tuple[int, float]]) -> None:
    for pid in alive:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while alive and time.monotonic() < deadline:
        pid, _status = os.waitpid(-1, os.WNOHANG)
        if pid:
            alive.pop(pid, None)
        else:
            time.sleep(0.02)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _raise_stop(_number: int, _frame: FrameType | None) -> None:
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_IGN)
    raise _StopError


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit status {os.WEXITSTATUS(status)}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
