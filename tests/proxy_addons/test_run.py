"""The proxy as it is started: a process of its own, with real rules, spool and workers."""

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from proxy_addons.run import listen
from safeguard.jobs import Drain
from safeguard.local_passwords import put
from safeguard.problems import UnusableError
from safeguard.settings import Settings, load
from safeguard.spool import FOLDER
from safeguard.store import unblock_requests
from safeguard.store.session import open_store
from safeguard.supervisor import prepare
from safeguard.workers import shared_port
from tests.conftest import pick_port
from tests.proxy_addons.world import TestAuthority

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


def blocked(
    data: Path, port: int, method: str = "GET", path: str = "/", body: bytes | None = None
) -> bytes:
    context = ssl.create_default_context(cafile=str(data / "ca" / "safeguard-ca.pem"))
    client = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    client.set_tunnel("www.bet365.com", 443)
    try:
        client.request(method, path, body=body)
        return client.getresponse().read()
    except OSError:
        return b""
    finally:
        client.close()


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8")
    return [int(child) for child in listed.split()]


def test_it_blocks_takes_what_is_asked_for_comes_back_after_a_kill_and_stops_when_told(
    data: Path, port: int
) -> None:
    with started(data, port) as process:
        assert b"Gambling" in eventually(lambda: blocked(data, port))
        before = eventually(lambda: len(children(process.pid)) == 2 and children(process.pid))
        assert isinstance(before, list)
        os.kill(before[0], signal.SIGKILL)
        eventually(lambda: len(set(children(process.pid)) - set(before)) == 1)
        for _ in range(6):
            assert b"Gambling" in eventually(lambda: blocked(data, port))
        said = eventually(lambda: asked(data, port))
        assert b"passed on" in said  # whichever worker showed the form, and took it
        with socket.create_connection(("127.0.0.1", port), timeout=10):  # and says nothing
            began = time.monotonic()
            process.terminate()
            assert process.wait(10) == 0
            assert time.monotonic() - began < 8  # below limits.drain_seconds
    assert waiting(data) == [("www.bet365.com", ("gambling",), ["for a talk"])]


def asked(data: Path, port: int) -> bytes:
    """Send the form of a block page."""
    found = re.findall(r'name="(page|token)" value="([^"]*)"', blocked(data, port).decode())
    form = urlencode({**dict(found), "reason": "for a talk"}).encode()
    return blocked(data, port, "POST", "/.safeguard/ask", form) if found else b""


def waiting(data: Path) -> list[tuple[str, tuple[str, ...], list[str]]]:
    """What is in the queue once the spools are drained: host, categories and reasons."""
    store = open_store(load(data))
    drain = Drain(store, data / FOLDER)
    try:
        while drain.once():
            pass
        found = [unblock_requests.request(store, one.id) for one in unblock_requests.waiting(store)]
    finally:
        drain.close()
        store.close()
    return [
        (one.host, one.categories, [asker.reason for asker in one.askers]) for one in found if one
    ]


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


def test_people_sign_in_over_tls_at_any_worker_and_the_log_knows_nothing_of_it(
    data: Path, port: int, tmp_path: Path
) -> None:
    TestAuthority(tmp_path).context_for("localhost")
    put(tmp_path / "passwords", "ada", "a very special word")
    secure = pick_port()
    auth = {
        "NETWORKS": "127.0.0.0/8",
        "PASSWORDS": "file",
        "PASSWORD_FILE": str(tmp_path / "passwords"),
        "TLS_PORT": str(secure),
        "TLS_CERT": str(tmp_path / "localhost.pem"),
        "TLS_KEY": str(tmp_path / "localhost.pem"),
    }
    trusting = ssl.create_default_context(cafile=str(tmp_path / "origin-ca.pem"))

    def connected(password: str) -> int:
        proof = b64encode(f"ada:{password}".encode()).decode()
        client = http.client.HTTPSConnection("localhost", secure, timeout=10, context=trusting)
        try:
            headers = {"Proxy-Authorization": f"Basic {proof}"}
            client.request("CONNECT", "school.test:443", headers=headers)
            return client.getresponse().status
        except OSError:
            return 0
        finally:
            client.close()

    named = {f"SAFEGUARD_PROXY_AUTH__{key}": value for key, value in auth.items()}
    with started(data, port, **named) as process:
        assert eventually(lambda: connected("a very special word")) == 200
        assert {connected("a very special word") for _ in range(8)} == {200}
        assert {connected("a very special guess") for _ in range(8)} == {407}
        process.terminate()
        _, says = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0
    assert "special" not in says
    assert "ada" not in says


def test_what_signing_in_lacks_is_said_in_a_sentence(data: Path, port: int) -> None:
    named = {"NETWORKS": "127.0.0.0/8", "KEYTAB": "/nowhere/proxy.keytab"}
    with started(
        data, port, **{f"SAFEGUARD_PROXY_AUTH__{key}": value for key, value in named.items()}
    ) as process:
        _, says = process.communicate(timeout=DEADLINE)
    assert process.returncode == 2
    assert "The keytab /nowhere/proxy.keytab cannot be read" in says
