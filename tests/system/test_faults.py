"""What stops a start is a sentence; what dies is back; what ends, ends quickly."""

import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.system.filter import Filter, running, until

# script/prove holds us to the times promised; elsewhere the limits only mean "it never hangs",
# for a machine that is busy with other things says nothing about ours.
STRICT = "SAFEGUARD_STRICT_TIMES" in os.environ
BACK_WITHIN_SECONDS = 3.0 if STRICT else 30.0
STOPPED_WITHIN_SECONDS = 5.0 if STRICT else 15.0
SOON_SECONDS = 3.0 if STRICT else 30.0
UNUSABLE = 2


@pytest.fixture(scope="module")
def filter_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filter]:
    """Started once, so that every test finds made rules, an authority and a database."""
    made = Filter(tmp_path_factory.mktemp("faults") / "data")
    made.start()
    made.stop()
    yield made
    made.stop()


def children(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def role_of(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return command[2].decode()


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def test_a_second_start_listens_soon_and_ctrl_c_stops_it_within_five_seconds(
    filter_: Filter,
) -> None:
    filter_.start()
    seconds = filter_.stop(signal.SIGINT)
    assert filter_.process is not None
    assert filter_.process.returncode == 0
    assert filter_.seconds_to_ready < SOON_SECONDS
    assert seconds < STOPPED_WITHIN_SECONDS


def test_any_process_that_is_killed_is_back_and_the_others_never_stop(filter_: Filter) -> None:
    with running(filter_):
        assert filter_.process is not None
        ports = {
            "proxy_addons": filter_.proxy_port,
            "dns_filter": filter_.dns_port,
            "admin_web": filter_.admin_port,
        }
        roles = {role_of(pid): pid for pid in children(filter_.process.pid)}
        assert set(roles) == {*ports, "safeguard.jobs"}
        for module, pid in roles.items():
            os.kill(pid, signal.SIGKILL)
            born = time.monotonic()
            until(lambda module=module, pid=pid: _is_back(filter_, module, pid))  # type: ignore[misc]  # a loop's
            if port := ports.get(module):
                until(lambda port=port: answers(port))  # type: ignore[misc]  # a loop's
            assert time.monotonic() - born < BACK_WITHIN_SECONDS, module
            now = {role_of(one): one for one in children(filter_.process.pid)}
            assert {k: v for k, v in now.items() if k != module} == {
                k: v for k, v in roles.items() if k != module
            }
            roles = now


def _is_back(filter_: Filter, module: str, killed: int) -> bool:
    assert filter_.process is not None
    try:
        found = {role_of(pid): pid for pid in children(filter_.process.pid)}
    except (FileNotFoundError, IndexError):
        return False
    return found.get(module, killed) != killed


def test_a_worker_that_is_killed_is_back_and_its_port_answers_throughout(filter_: Filter) -> None:
    with running(filter_):
        assert filter_.process is not None
        for parent in children(filter_.process.pid):
            for worker in children(parent):
                os.kill(worker, signal.SIGKILL)
                until(
                    lambda parent=parent, worker=worker: (  # type: ignore[misc]  # a loop's
                        children(parent) and worker not in children(parent)
                    ),
                    BACK_WITHIN_SECONDS,
                )
        until(lambda: answers(filter_.proxy_port), BACK_WITHIN_SECONDS)
        until(lambda: answers(filter_.dns_port), BACK_WITHIN_SECONDS)
        until(lambda: answers(filter_.admin_port), BACK_WITHIN_SECONDS)


def test_a_supervisor_that_is_killed_leaves_nothing_behind(filter_: Filter) -> None:
    filter_.start()
    assert filter_.process is not None
    roles = children(filter_.process.pid)
    filter_.process.kill()
    filter_.process.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in roles), 10.0, "their end")
    with running(filter_):
        assert answers(filter_.proxy_port)  # ports and locks were free


@pytest.mark.parametrize("which", ["proxy", "dns", "admin"])
def test_a_port_in_use_is_a_sentence(filter_: Filter, which: str) -> None:
    port = getattr(filter_, f"{which}_port")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        result = filter_.command("run")
    assert result.returncode == UNUSABLE
    assert f"The {which} cannot listen on 127.0.0.1 port {port}" in result.stderr
    assert f"SAFEGUARD_{which.upper()}__PORT" in result.stderr


def test_a_udp_port_in_use_is_a_sentence(filter_: Filter) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", filter_.dns_port))
        result = filter_.command("run")
    assert result.returncode == UNUSABLE
    assert "The dns cannot listen" in result.stderr


def test_another_instance_on_the_same_data_or_the_same_ports_is_a_sentence(
    filter_: Filter, tmp_path: Path
) -> None:
    with running(filter_):
        same_data = filter_.command("run")
        elsewhere = filter_.command("run", "--data", str(tmp_path / "other"))
    assert same_data.returncode == elsewhere.returncode == UNUSABLE
    assert "already running" in same_data.stderr
    assert "cannot listen" in elsewhere.stderr


def test_a_data_folder_that_cannot_be_written_is_a_sentence(
    filter_: Filter, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    result = filter_.command("run", "--data", str(tmp_path / "file" / "data"))
    assert result.returncode == UNUSABLE
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_damaged_database_is_a_sentence_and_is_left_alone(filter_: Filter) -> None:
    path = filter_.data / "safeguard.sqlite"
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    kept = path.read_bytes()
    path.write_bytes(b"this is no database, but it may be worth something" * 100)
    try:
        result = filter_.command("run")
        damaged = path.read_bytes()
    finally:
        path.write_bytes(kept)
    assert result.returncode == UNUSABLE
    assert "is not a database (or is damaged)" in result.stderr
    assert damaged.startswith(b"this is no database")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_lost_key_of_the_authority_is_a_sentence_and_no_new_one_is_made(filter_: Filter) -> None:
    key = filter_.data / "ca" / "mitmproxy-ca.pem"
    aside = key.with_suffix(".aside")
    key.rename(aside)
    try:
        result = filter_.command("run")
        assert not key.exists()
    finally:
        aside.rename(key)
    assert result.returncode == UNUSABLE
    assert "key of the certificate authority is missing" in result.stderr


def test_a_bad_setting_is_a_sentence(filter_: Filter, tmp_path: Path) -> None:
    file = tmp_path / "school.toml"
    file.write_text("[proxy]\nworkers = 'many'\n")
    result = filter_.command("run", "--config", str(file))
    assert result.returncode == UNUSABLE
    assert f"{file}: proxy.workers is 'many'" in result.stderr


def test_rules_that_cannot_be_read_are_built_anew(filter_: Filter) -> None:
    for path in (filter_.data / "rules").rglob("*"):
        if path.is_file():
            path.write_bytes(b"not rules")
    with running(filter_):
        checked = filter_.command("check", "--json", "www.bet365.com")
    assert '"action": "block"' in checked.stdout
