"""Workers: forked, forked again when they die, gone when their parent is."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from safeguard.workers import shared_port, worker_count

DEADLINE = 10.0
# A role whose workers write their pid to a file of their index, and wait for SIGTERM.
ROLE = """
import os, signal, sys, time
from pathlib import Path
from safeguard import workers

folder, mode = Path(sys.argv[1]), sys.argv[2]

def work(index):
    with (folder / f"{index}.log").open("a") as log:
        log.write(f"{os.getpid()}\\n")
    if mode == "dying":
        raise RuntimeError("a bug")
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / f"{index}.ready").write_text("")
    while True:
        time.sleep(0.05)

workers.STOP_SECONDS = 0.5
sys.exit(workers.serve("test", 2, work))
"""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def pids(folder: Path, index: int) -> list[int]:
    log = folder / f"{index}.log"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    started = []

    def go(mode: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", ROLE, str(tmp_path), mode], stderr=subprocess.PIPE
        )
        started.append(process)
        until(lambda: all(pids(tmp_path, index) for index in (0, 1)))
        if mode != "dying":
            until(lambda: all((tmp_path / f"{index}.ready").exists() for index in (0, 1)))
        return process

    yield go
    for process in started:
        process.kill()
        process.communicate()


def test_a_worker_that_is_killed_is_forked_again_and_its_neighbour_stays(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    start("steady")
    first, neighbour = pids(tmp_path, 0)[0], pids(tmp_path, 1)[0]
    os.kill(first, signal.SIGKILL)
    until(lambda: len(pids(tmp_path, 0)) == 2)
    assert alive(pids(tmp_path, 0)[1])
    assert pids(tmp_path, 1) == [neighbour]
    assert alive(neighbour)


def test_sigterm_ends_the_parent_and_every_worker(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = start("steady")
    process.terminate()
    assert process.wait(DEADLINE) == 0
    assert not any(alive(pids(tmp_path, index)[0]) for index in (0, 1))


def test_a_worker_that_will_not_stop_is_killed(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = start("stubborn")
    process.send_signal(signal.SIGINT)
    assert process.wait(DEADLINE) == 0
    assert not any(alive(pids(tmp_path, index)[0]) for index in (0, 1))


def test_workers_die_with_a_parent_that_is_killed(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    process = start("steady")
    process.kill()
    process.wait()
    until(lambda: not any(alive(pids(tmp_path, index)[0]) for index in (0, 1)))


def test_a_worker_that_keeps_dying_is_forked_again_ever_more_slowly(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    start("dying")
    born = time.monotonic()
    until(lambda: len(pids(tmp_path, 0)) >= 4)
    assert time.monotonic() - born > 0.3  # pauses of 0.1, 0.2, 0.4 s between two workers


@pytest.mark.parametrize("after", [0.0, 0.003, 0.01, 0.05, 0.11])
def test_a_stop_is_obeyed_at_any_moment_even_while_workers_are_forked(
    start: Callable[[str], subprocess.Popen[bytes]], after: float
) -> None:
    process = start("dying")
    time.sleep(after)  # not a wait: the moment is what is tried
    process.terminate()
    assert process.wait(DEADLINE) == 0


def test_a_command_that_is_tied_ends_when_its_starter_is_killed() -> None:
    starter = """
import os, sys, time
from safeguard.workers import start_tied
child = start_tied([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert alive(child)
        process.kill()
    until(lambda: not alive(child))


def test_several_listeners_share_one_port() -> None:
    one = shared_port("127.0.0.1", 0)
    port = one.getsockname()[1]
    two = shared_port("127.0.0.1", port)
    datagrams = shared_port("127.0.0.1", port, socket.SOCK_DGRAM)
    assert two.getsockname() == datagrams.getsockname() == one.getsockname()
    for listener in (one, two, datagrams):
        listener.close()


def test_a_port_that_is_taken_is_an_error_and_leaves_no_socket_open() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="in use"):
            shared_port("127.0.0.1", other.getsockname()[1])


def test_a_listener_for_ipv6_leaves_ipv4_alone() -> None:
    with shared_port("::1", 0) as listener:
        assert listener.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)


def test_no_number_asked_for_means_one_worker_a_processor() -> None:
    assert worker_count(3) == 3
    assert worker_count(0) == len(os.sched_getaffinity(0))
