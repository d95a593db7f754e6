"""The site as a process: it listens at once, speaks TLS, and stops when told."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from admin_web.server import check_tls, options
from safeguard.problems import UnusableError
from safeguard.settings import Settings, load

DEADLINE = 30.0


def start(data: Path, port: int, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "admin_web", "--data", str(data)],
        env={**os.environ, "SAFEGUARD_ADMIN__PORT": str(port), **environment},
        stderr=subprocess.PIPE,
    )


def wait_until_listening(port: int) -> float:
    began = time.monotonic()
    while time.monotonic() - began < DEADLINE:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return time.monotonic() - began
    raise AssertionError("it does not listen")


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "data"))


def test_it_serves_over_http_here_and_stops_when_told(data: Path, free_port: int) -> None:
    process = start(data, free_port)
    try:
        wait_until_listening(free_port)
        connection = HTTPConnection("127.0.0.1", free_port, timeout=DEADLINE)
        connection.request("GET", "/login")
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"Sign in" in answer.read()
        connection.close()
    finally:
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _out, said = process.communicate(timeout=10)
    assert process.returncode == 0
    assert time.monotonic() - began < 5
    assert said == b""


def test_it_serves_over_tls_with_cookies_for_tls_alone(
    data: Path, free_port: int, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    process = start(data, free_port, SAFEGUARD_ADMIN__CERT=str(cert), SAFEGUARD_ADMIN__KEY=str(key))
    try:
        wait_until_listening(free_port)
        trust = ssl.create_default_context(cafile=str(cert))
        connection = HTTPSConnection("localhost", free_port, timeout=DEADLINE, context=trust)
        connection.request("GET", "/login")
        answer = connection.getresponse()
        assert answer.status == 200
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-staff=")
        assert "Secure" in cookie
        connection.close()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_a_certificate_without_its_own_key_stops_the_start(
    data: Path, free_port: int, tmp_path: Path
) -> None:
    cert, _key = certificate(tmp_path)
    process = start(
        data, free_port, SAFEGUARD_ADMIN__CERT=str(cert), SAFEGUARD_ADMIN__KEY=str(cert)
    )
    _out, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 2
    assert b"do not go together" in said
    assert b"Traceback" not in said


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone.pem"
    settings = Settings(data=tmp_path, admin={"cert": gone, "key": gone})
    with pytest.raises(UnusableError, match=r"gone\.pem cannot be read"):
        check_tls(settings)


def test_the_access_log_and_the_control_socket_are_off(tmp_path: Path) -> None:
    chosen = options(load(tmp_path, None))
    assert chosen["accesslog"] is None
    assert chosen["control_socket_disable"]
    assert chosen["workers"] == 1
    assert chosen["threads"] == 8


def test_ipv6_is_written_in_brackets(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, admin={"listen": "::1"})
    assert options(settings)["bind"] == "[::1]:8000"
