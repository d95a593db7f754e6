"""The proxy as it is started: a process of its own, with real rules, spool and workers."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy_addons.run import listen
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.supervisor import prepare
from safeguard.workers import shared_port

DEADLINE = 30.0


def eventually[Found](look: Callable[[], Found]) -> Found:
    deadline = time.monotonic() + DEADLINE
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(data=folder)
    prepare(settings, datetime.now(UTC), lambda _name, _done, _all: None)
    return folder


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def started(data: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "SAFEGUARD_PROXY__PORT": str(port),
        "SAFEGUARD_PROXY__WORKERS": "2",
        **more,
    }
    command = [sys.executable, "-m", "proxy_addons", "--data", str(data)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


def blocked(data: Path, port: int) -> bytes:
    context = ssl.create_default_context(cafile=str(data / "ca" / "safeguard-ca.pem"))
    client = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    client.set_tunnel("www.bet365.com", 443)
    try:
        client.request("GET", "/")
        return client.getresponse().read()
    except OSError:
        return b""
    finally:
        client.close()


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(child) for child in listed.split()]


def test_it_blocks_comes_back_after_a_kill_and_stops_when_told(data: Path, port: int) -> None:
    with started(data, port) as process:
        assert b"Gambling" in eventually(lambda: blocked(data, port))
        before = eventually(lambda: len(children(process.pid)) == 2 and children(process.pid))
        assert isinstance(before, list)
        os.kill(before[0], signal.SIGKILL)
        eventually(lambda: len(set(children(process.pid)) - set(before)) == 1)
        for _ in range(6):
            assert b"Gambling" in eventually(lambda: blocked(data, port))
        process.terminate()
        assert process.wait(10) == 0


def test_a_port_that_is_taken_is_said_in_a_sentence(data: Path, port: int) -> None:
    with shared_port("127.0.0.1", port) as taken:
        taken.listen()
        with started(data, port) as process:
            _, says = process.communicate(timeout=DEADLINE)
    assert process.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in says
    assert "Traceback" not in says


def test_a_missing_key_is_said_in_a_sentence(tmp_path: Path, port: int) -> None:
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "safeguard-ca.pem").write_text("a certificate")
    with started(tmp_path, port) as process:
        _, says = process.communicate(timeout=DEADLINE)
    assert process.returncode == 2
    assert "key of the certificate authority is missing" in says


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_each_worker_has_a_listener_on_the_same_port(host: str, port: int) -> None:
    listeners = listen(host, port, 3)
    try:
        assert {one.getsockname()[1] for one in listeners} == {port}
        with pytest.raises(UnusableError, match="cannot listen"):
            listen(host, port, 1)
    finally:
        for one in listeners:
            one.close()
