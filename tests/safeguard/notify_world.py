"""Concerns to tell of, and what receives messages: a real mail server and a webhook's receiver."""

import asyncio
import datetime as dt
import json
import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any, override

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from filter_rules.types import Severity
from safeguard.school_settings import Notify
from safeguard.settings import Settings
from safeguard.store.session import Store
from safeguard.store.tables.concerns import ConcernRow
from tests.conftest import pick_port

# A Wednesday, 10:30 in London too.
NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
LEAD, DEPUTY = "lead@school.example", "deputy@school.example"
PASSWORD = "a password of tests"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def put_concern(store: Store, severity: Severity = Severity.URGENT, **changes: Any) -> str:
    """Put an open concern into the database; return its id."""
    at = changes.pop("at", NOW)
    columns: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "school_id": 1,
        "subject_kind": "pupil",
        "subject": "pupil-7",
        "group": "secondary",
        "family": "self-harm",
        "day": at.date(),
        "themes": ("suicide",),
        "severity": severity.value,
        "confidence": "strong",
        "identity": "sure",
        "care": False,
        "why": ["Typed into a search at 10:30."],
        "facts": b"",
        "rules": (),
        "started_at": at,
        "last_at": at,
        "events": 1,
        "count": 1,
        "artefact": "a1",
        "policy_version": "v1",
        "built_at": at,
    }
    columns |= changes
    with store.writing() as session:
        session.add(ConcernRow(**columns))
    return str(columns["id"])


def change_concern(store: Store, concern: str, **changes: Any) -> None:
    with store.writing() as session:
        row = session.get(ConcernRow, concern)
        assert row is not None
        for name, value in changes.items():
            setattr(row, name, value)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go(self, number: float) -> None:
        self.now += minutes(number)


@dataclass
class MailServer:
    """What a mail server was given, and what it is to answer."""

    host: str = ""
    port: int = 0
    ca: Path | None = None
    letters: list[tuple[tuple[str, ...], EmailMessage]] = field(default_factory=list)
    to_recipient: str = "250 OK"
    refuses: dict[str, str] = field(default_factory=dict)
    to_data: str = "250 OK"
    hangs: bool = False
    hangs_after: bool = False
    stopped: Flag = field(default_factory=Flag)
    encrypted: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    asked: int = 0

    async def handle_RCPT(  # noqa: N802  the names are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del options
        self.asked += 1
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        login: Any = session.auth_data
        self.users.append(login.login.decode() if login else "")
        answer = self.refuses.get(address, self.to_recipient)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.hangs:
            await asyncio.to_thread(self.stopped.wait, 30)
        if self.to_data.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            letter = message_from_bytes(content, policy=policy.default)
            self.letters.append((tuple(envelope.rcpt_tos), letter))
        if self.hangs_after:
            await asyncio.to_thread(self.stopped.wait, 30)
        return self.to_data

    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for _, letter in self.letters]

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for recipients, letter in self.letters if address in recipients]

    def settings(self, settings: Settings, **changes: Any) -> Settings:
        """The settings of a school that sends its e-mail here."""
        given: dict[str, Any] = {
            "site": "https://safeguard.school.example",
            "mail_from": "safeguard@school.example",
            "smtp_host": self.host,
            "smtp_port": self.port,
            "smtp_security": "starttls" if self.ca else "none",
            "smtp_ca": self.ca,
            "timeout_seconds": 5,
        }
        return settings.model_copy(update={"notify": Notify(**(given | changes))})


def _authenticated(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    good = data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False, auth_data=data)


@contextmanager
def mail_server(folder: Path | None = None, *, wrapped: bool = False) -> Iterator[MailServer]:
    """A mail server on this machine; with a folder it speaks TLS (wrapped: from the first byte)."""
    told = MailServer()
    more: dict[str, Any] = {}
    if folder is not None:
        context, told.ca = certificate(folder)
        auth = {"authenticator": _authenticated, "auth_require_tls": not wrapped}
        more = {"ssl_context": context} if wrapped else {"tls_context": context, **auth}
        more |= {} if wrapped else {"require_starttls": True}
    controller = Controller(told, hostname="127.0.0.1", port=0, ready_timeout=10, **more)
    controller.port = pick_port()
    controller.start()
    told.host, told.port = "localhost" if folder else "127.0.0.1", controller.port
    try:
        yield told
    finally:
        told.stopped.set()
        controller.stop()


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """Make a certificate that signs itself; return a server's context and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file


@dataclass
class Receiver:
    """What a webhook's receiver was sent, and what it is to answer."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    drips: bool = False
    stopped: Flag = field(default_factory=Flag)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]


class _Handler(BaseHTTPRequestHandler):
    told: Receiver

    def do_POST(self) -> None:
        told = self.told
        body = self.rfile.read(int(self.headers["Content-Length"]))
        told.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
        if told.hangs:
            told.stopped.wait(30)
        elif told.drips:
            self.drip()
        else:
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.told.stopped.wait(0.1):
            try:
                self.wfile.write(b"X-Drip: 1\r\n")
            except OSError:
                return

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections are broken on purpose."""


@contextmanager
def receiver(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver of webhooks on this machine; with a context it speaks TLS."""
    told = Receiver()
    handler = type("Handler", (_Handler,), {"told": told})
    with _Server(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https" if context else "http"
        told.address = f"{scheme}://localhost:{server.server_address[1]}/hook"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            told.stopped.set()
            server.shutdown()
            thread.join()


def waits(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Wait until something holds; say whether it did."""
    deadline, pause = time.monotonic() + seconds, Flag()
    while not holds():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.02)
    return True
