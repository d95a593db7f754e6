"""The processes of one role: a parent that forks workers, which die with it and are forked again.

Law: a worker never outlives its parent, and a parent never gives up on a worker while it runs;
one that keeps dying is forked again ever more slowly, at most every two seconds.
"""

import ctypes
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from safeguard.logs import Discreet

PR_SET_PDEATHSIG = 1
FAST_DEATH_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 2.0
STOP_SECONDS = 4.0
LONGEST_WAIT_SECONDS = 60.0  # sigtimedwait knows no "for ever"
WAITED_FOR = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})


def worker_count(asked: int) -> int:
    """The number asked for; 0 means one for each processor this process may use."""
    return asked or len(os.sched_getaffinity(0))


def die_with_parent(stop: signal.Signals, parent: int) -> None:
    """Ask the kernel to send `stop` to this process when `parent` ends, however it ends.

    `parent` is the process id that forked us: it may have ended before this call.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(stop), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it ended between the two calls
        os.kill(os.getpid(), stop)


def start_tied(
    command: Sequence[str], env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Run a command that gets SIGTERM when this process ends, however it ends.

    It has a process group of its own: Ctrl-C reaches us alone, and we stop it in good order.
    The tie is made before the command is loaded, so that there is no moment without it.
    """
    tie = partial(die_with_parent, signal.SIGTERM, os.getpid())
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        process_group=0,
        env=env,
        preexec_fn=tie,  # noqa: PLW1509  no caller of ours runs a thread
    )


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


def serve(name: str, count: int, work: Callable[[int], None], patience: float | None = None) -> int:
    """Fork `count` workers that each run work(index), until SIGTERM or SIGINT; return 0.

    `work` returns when it gets SIGTERM. Workers that have not ended after `patience` seconds
    (none given: STOP_SECONDS) are killed. No thread or event loop may run before this call.

    Signals are blocked here and waited for: a handler could raise where Python swallows what
    is raised (in a finaliser, in a hook after a fork), and a stop would be lost for ever.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
    workers = [_Worker(index) for index in range(count)]
    for worker in workers:
        worker.fork(work)
    try:
        while not _stop_comes(min(worker.due for worker in workers)):
            for worker in workers:
                if worker.has_ended():
                    _say(f"{name} worker {worker.index} ended ({worker.ending}); starting it again")
                if not worker.pid and worker.due <= time.monotonic():
                    worker.fork(work)
    finally:
        _stop([one for one in workers if one.pid], STOP_SECONDS if patience is None else patience)
    return 0


def _stop_comes(due: float) -> bool:
    """Wait for a signal, or until a worker is due (monotonic); say whether we are to stop."""
    pause = min(max(0.0, due - time.monotonic()), LONGEST_WAIT_SECONDS)
    came = signal.sigtimedwait(WAITED_FOR, pause)
    return came is not None and came.si_signo != signal.SIGCHLD


@dataclass(slots=True)
class _Worker:
    """One worker: its process, and when it may be forked again (monotonic; never while it runs)."""

    index: int
    pid: int = 0
    born: float = 0.0
    pause: float = 0.0
    due: float = 0.0
    ending: str = ""

    def fork(self, work: Callable[[int], None]) -> None:
        self.born = time.monotonic()
        self.due = math.inf
        self.pid = _fork(self.index, work)

    def has_ended(self) -> bool:
        """Whether it ended just now; if so it is due again after its pause."""
        if not self.pid:
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return False
        self.pid = 0
        self.ending = _ending(status)
        now = time.monotonic()
        self.pause = _pause(now - self.born, self.pause)
        self.due = now + self.pause
        return True


def _pause(lived: float, last: float) -> float:
    if lived > FAST_DEATH_SECONDS:
        return 0.0
    return min(LONGEST_PAUSE_SECONDS, last * 2 or 0.1)


def _fork(index: int, work: Callable[[int], None]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    if pid := os.fork():
        return pid
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent, which tells us
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WAITED_FOR)
        die_with_parent(signal.SIGKILL, parent)  # a dead parent's listeners must not linger
        work(index)
        status = 0
    except BaseException:  # noqa: BLE001  the child must never return into the parent's code
        _say(Discreet().formatException(sys.exc_info()))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _stop(workers: list[_Worker], patience: float) -> None:
    for worker in workers:
        os.kill(worker.pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while (workers := [one for one in workers if not one.has_ended()]) and (
        left := deadline - time.monotonic()
    ) > 0:
        signal.sigtimedwait({signal.SIGCHLD}, left)
    for worker in workers:
        os.kill(worker.pid, signal.SIGKILL)
        os.waitpid(worker.pid, 0)


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit status {os.WEXITSTATUS(status)}"


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
