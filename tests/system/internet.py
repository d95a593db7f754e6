"""The test's own internet on loopback: a resolver that names one address, and https sites behind it."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import override

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dnslib import QTYPE, RR, A, DNSRecord
from dnslib.server import BaseResolver, DNSLogger, DNSServer

NAMES = (
    "www.science.test",
    "dark.pages.test",
    "later.blocked.test",
    "www.bet365.com",
    "www.google.com",
)
PAGES = {
    "www.science.test": "<title>Science</title><h1>How plants grow</h1><p>Light and water.</p>",
    "www.google.com": "<title>Results</title><h1>Results</h1>",
    "www.bet365.com": "<title>Bets</title><h1>Place a bet</h1>",
    "later.blocked.test": "<title>Later</title><h1>Open for now</h1>",
    # Says again and again what the suicide theme reads as urgent when a person types it.
    "dark.pages.test": "<title>Dark</title>"
    + "<p>i want to kill myself. i want to die. i want to end my life. nobody would miss me.</p>"
    * 8,
}


@dataclass
class Internet:
    """Where it is, and what reached it."""

    authority: Path
    https_port: int
    dns_port: int
    seen: list[str] = field(default_factory=list)

    def url(self, host: str, path: str = "/") -> str:
        return f"https://{host}:{self.https_port}{path}"


class _Everywhere(BaseResolver):  # type: ignore[misc]  # dnslib has no types
    """Every name is here, on loopback, except those that do not exist."""

    def resolve(self, request: DNSRecord, _handler: object) -> DNSRecord:
        reply = request.reply()
        if request.q.qtype == QTYPE.A:
            reply.add_answer(RR(request.q.qname, QTYPE.A, rdata=A("127.0.0.1"), ttl=60))
        return reply


@contextmanager
def internet(folder: Path) -> Iterator[Internet]:
    authority, chain, key = _certificates(folder)
    seen: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(seen))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    dns = DNSServer(
        _Everywhere(), port=0, address="127.0.0.1", logger=DNSLogger(log="", prefix=False)
    )
    dns.start_thread()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Internet(authority, server.server_port, dns.server.server_address[1], seen)
    finally:
        dns.stop()
        dns.server.server_close()
        server.shutdown()
        server.server_close()


def _handler(seen: list[str]) -> type[BaseHTTPRequestHandler]:
    class Site(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            seen.append(host + self.path)
            body = PAGES.get(host, "<h1>Nothing here</h1>").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    return Site


def _certificates(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate authority, and a leaf for every site."""
    now = datetime.now(UTC)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The test's internet")])
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), now)
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sites")])
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in NAMES])
    leaf = _certificate(leaf_name, ca_name, key.public_key(), now)
    leaf = leaf.add_extension(names, critical=False)
    paths = folder / "internet-ca.pem", folder / "leaf.pem", folder / "leaf.key"
    paths[0].write_bytes(ca.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        leaf.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    paths[2].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
    )
