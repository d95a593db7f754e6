"""`safeguard run` as a process on free ports, as a school would run it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import pick_port

SAFEGUARD = str(Path(sys.executable).parent / "safeguard")
READY = "Ctrl-C stops it."
DEADLINE = 90.0


def until(condition: Callable[[], object], seconds: float = 30.0, what: str = "it") -> None:
    """Wait for a condition; fail with a sentence where it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.02)


@dataclass
class Filter:
    """A running filter: where it listens, and what it says."""

    data: Path
    proxy_port: int = field(default_factory=pick_port)
    dns_port: int = field(default_factory=pick_port)
    admin_port: int = field(default_factory=pick_port)
    more: Mapping[str, str] = field(default_factory=dict)
    within: Sequence[str] = ()  # a command that runs the filter, such as `unshare`
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None
    seconds_to_ready: float = 0.0

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "SAFEGUARD_DATA": str(self.data),
            "SAFEGUARD_PROXY__PORT": str(self.proxy_port),
            "SAFEGUARD_DNS__PORT": str(self.dns_port),
            "SAFEGUARD_ADMIN__PORT": str(self.admin_port),
            **self.more,
        }

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.admin_port}"

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SAFEGUARD, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE,
        )

    def start(self) -> None:
        born = time.monotonic()
        self.lines = []
        self.process = subprocess.Popen(
            [*self.within, SAFEGUARD, "run"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()
        until(lambda: self._ended() or self.says(READY), DEADLINE, "the filter's start")
        assert self.process.poll() is None, "\n".join(self.lines)
        self.seconds_to_ready = time.monotonic() - born

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as said:
            for line in said:
                self.lines.append(line.rstrip())

    def says(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def set_up_link(self) -> str:
        found: list[str] = []

        def look() -> bool:
            found.extend(re.findall(r"https?://\S+/setup/\S+", "\n".join(self.lines)))
            return bool(found)

        until(look, what="the set-up link")
        return found[0]

    def stop(self, how: signal.Signals = signal.SIGINT) -> float:
        """Stop it, and say how many seconds that took."""
        assert self.process is not None
        born = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        seconds = time.monotonic() - born
        if self.reader:
            self.reader.join(10)
        return seconds


@contextmanager
def running(filter_: Filter) -> Iterator[Filter]:
    filter_.start()
    try:
        yield filter_
    finally:
        filter_.stop()
