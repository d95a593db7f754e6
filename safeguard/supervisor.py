"""Start every role, keep each running, stop all together.

Each role is its own process tree, run by entry point. One that dies is started again, and
the others never notice. Everything a start needs is checked first, in one place, so that a
second instance, a broken database or a lost key is a sentence and not a half-running filter.
"""

import fcntl
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from types import FrameType

from safeguard.building import build, is_stale, open_rules
from safeguard.certificates import ensure
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.store import schema
from safeguard.workers import start_tied

READY_SECONDS = 60.0
STOP_SECONDS = 4.5
AFTER_DRAIN = 3.0  # seconds that the proxy gets beside limits.drain_seconds
TICK_SECONDS = 0.05
FAST_DEATH_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Role:
    """A role: the module that is run for it, its turn, and the port it listens on, if any."""

    name: str
    module: str
    turn: int
    listens: Callable[[Settings], tuple[str, int] | None]


# A turn starts when all of the turn before answer: loading keeps both cores of a small machine
# busy, and whoever waits longest should load alone.
ROLES = (
    Role("proxy", "proxy_addons", 1, lambda s: (s.proxy.listen, s.proxy.port)),  # pupils wait
    Role("dns", "dns_filter", 1, lambda s: (s.dns.listen, s.dns.port)),  # likewise
    Role("admin", "admin_web", 2, lambda s: (s.admin.listen, s.admin.port)),  # staff can wait
    Role("jobs", "safeguard.jobs", 3, lambda _: None),  # nobody waits: the spools hold all
)


def roles_named(names: Sequence[str]) -> tuple[Role, ...]:
    """The roles asked for; none named means all. An unknown name is unusable input."""
    unknown = set(names) - {role.name for role in ROLES}
    if unknown:
        known = ", ".join(role.name for role in ROLES)
        raise UnusableError(f"There is no role {min(unknown)!r}. Choose from: {known}.")
    return tuple(role for role in ROLES if not names or role.name in names)


def prepare(settings: Settings, now: datetime, progress: Callable[[str, int, int], None]) -> None:
    """Make what a first start needs, and check what a later one finds: data, keys, rules."""
    make_folder(settings.data)
    schema.prepare(settings).close()
    ensure(settings.data, settings.school.name, now)
    readable = _readable(settings.data)
    if is_stale(settings.data) or not readable:
        try:
            build(settings.data, progress)
        except UnusableError as error:
            if not readable:
                raise
            _say(str(error))  # the rules of before stay in force


def _readable(data: Path) -> bool:
    try:
        open_rules(data)
    except UnusableError:
        return False
    return True


def make_folder(data: Path) -> None:
    """The data folder, ours alone and writable."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise UnusableError(
            f"The data folder {data} cannot be written ({error.strerror}). "
            "Give another with --data, or let this user write there."
        ) from error


@contextmanager
def held(settings: Settings, roles: Sequence[Role]) -> Iterator[None]:
    """Hold each role's lock, so that no second instance serves from the same data folder."""
    (settings.data / "locks").mkdir(mode=0o700, exist_ok=True)
    files = [
        os.open(settings.data / "locks" / role.name, os.O_RDWR | os.O_CREAT, 0o600)
        for role in roles
    ]
    try:
        for role, file in zip(roles, files, strict=True):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise UnusableError(
                    f"Safeguard is already running its {role.name} from {settings.data}. "
                    "Stop it first, or give this one another folder with --data."
                ) from error
        yield
    finally:
        for file in files:
            os.close(file)


def check_ports(settings: Settings, roles: Sequence[Role]) -> None:
    """Refuse a port that anyone listens on: with SO_REUSEPORT we would silently share it."""
    for role in roles:
        where = role.listens(settings)
        if where is None:
            continue
        kinds = [socket.SOCK_STREAM]
        if role.name == "dns":
            kinds.append(socket.SOCK_DGRAM)
        for kind in kinds:
            _probe(role, where, kind)


def _probe(role: Role, where: tuple[str, int], kind: socket.SocketKind) -> None:
    host, port = where
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind == socket.SOCK_STREAM:  # only then may a port in TIME_WAIT be taken again
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UnusableError(
                f"The {role.name} cannot listen on {host} port {port} ({error.strerror}). "
                f"Stop what uses it, or set SAFEGUARD_{role.name.upper()}__PORT to another."
            ) from error


@dataclass(slots=True)
class Running:
    """A role's process, and when it started (monotonic).

    One that ended is started again at `due`, after a pause that grows while it lives shortly.
    """

    role: Role
    process: subprocess.Popen[bytes]
    born: float
    pause: float = 0.0
    due: float = math.inf


class Supervisor:
    """Runs the roles until it is told to stop."""

    def __init__(self, settings: Settings, roles: Sequence[Role], config: Path | None) -> None:
        self.settings = settings
        self.roles = roles
        self.config = config
        self.running: list[Running] = []
        self.stopping = False

    def run(self, ready: Callable[[], None]) -> int:
        """Start all, call `ready` when every port answers, keep them until SIGTERM or SIGINT."""
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, self._stop)
        try:
            for _, roles in groupby(self.roles, lambda role: role.turn):
                self.running += [] if self.stopping else [self._start(role) for role in roles]
                self._wait_until_ready()
            if not self.stopping:
                ready()
            while not self.stopping:
                self._mend(time.monotonic())
                time.sleep(TICK_SECONDS)
        finally:
            self._end_all()
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self, role: Role) -> Running:
        command = [sys.executable, "-m", role.module, "--data", str(self.settings.data)]
        if self.config:
            command += ["--config", str(self.config)]
        process = start_tied(command, _environment())
        return Running(role, process, time.monotonic())

    def _mend(self, now: float) -> None:
        for index, one in enumerate(self.running):
            if one.process.poll() is None:
                continue
            if one.due == math.inf:
                fast = now - one.born < FAST_DEATH_SECONDS
                one.pause = min(LONGEST_PAUSE_SECONDS, one.pause * 2 or 0.1) if fast else 0.0
                one.due = now + one.pause
                _say(f"The {one.role.name} ended ({one.process.returncode}); starting it again.")
            if one.due <= now:
                self.running[index] = self._start(one.role)
                self.running[index].pause = one.pause

    def _wait_until_ready(self) -> None:
        waiting = [where for one in self.running if (where := one.role.listens(self.settings))]
        deadline = time.monotonic() + READY_SECONDS
        while waiting and not self.stopping:
            waiting = [where for where in waiting if not _answers(where)]
            for one in self.running:
                if one.process.poll() is not None:
                    raise UnusableError(
                        f"The {one.role.name} could not start (exit status "
                        f"{one.process.returncode}); what it says stands above."
                    )
            if time.monotonic() > deadline:
                raise UnusableError(f"Nothing listens on {waiting[0]} after {READY_SECONDS:.0f} s.")
            time.sleep(TICK_SECONDS / 2)

    def _end_all(self) -> None:
        for one in self.running:
            one.process.terminate()
        longest = max(STOP_SECONDS, self.settings.limits.drain_seconds + AFTER_DRAIN)
        deadline = time.monotonic() + longest
        for one in self.running:
            try:
                one.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.process.kill()  # its workers die with it
                one.process.wait()


def _environment() -> dict[str, str]:
    """Ours, without what would make TLS secrets leak to a file."""
    secrets = {"SSLKEYLOGFILE", "MITMPROXY_SSLKEYLOGFILE"}
    return {key: value for key, value in os.environ.items() if key not in secrets}


def _answers(where: tuple[str, int]) -> bool:
    host, port = where
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  a comparison
    try:
        with socket.create_connection((reach, port), timeout=0.5):
            return True
    except OSError:
        return False


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
