"""A small world on loopback for the proxy's tests: rules, sites that count visits, a proxy."""

import asyncio
import gzip
import http.client
import json
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast, override

import brotli  # type: ignore[import-untyped]  # it has no types
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mitmproxy import ctx

from filter_rules import network_index
from filter_rules.detector import Detector
from filter_rules.domain_index import DomainIndex, key_of
from filter_rules.listing import Listing, ListingMap, compile_map
from filter_rules.network_index import NetworkIndex
from filter_rules.overlay import Overlay
from filter_rules.ruleset import RuleSet
from filter_rules.theme_files import parse_theme
from filter_rules.types import Category
from filter_rules.url_index import UrlIndex
from proxy_addons.destinations import Destinations
from proxy_addons.leaf_certificates import open_store
from proxy_addons.limits import Bearing
from proxy_addons.loop import Dialler, FilterLoop
from proxy_addons.resolving import Lookup
from proxy_addons.worker import Inheritance, serve
from safeguard import certificates
from safeguard.core.policy import Policy
from safeguard.core.types import Subject, Target, Verdict
from safeguard.core.visits import is_logged, path_of
from safeguard.engine import Engine
from safeguard.identity.roster import Roster
from safeguard.loading import Snapshot, Stamp, shipped_policy
from safeguard.settings import Settings
from safeguard.signing_in import tls_context
from safeguard.store.people import Network
from safeguard.workers import shared_port

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)

LISTED = {
    "gambling": ("bets.test",),
    "finance": ("bank.test",),
    "help": ("help.test",),
    "illegal": ("sealed.test",),
    "filter-bypass": ("bypass.test",),
}
LISTED_NETWORKS = {"malware": "127.66.0.0/16", "social-media": "127.67.0.0/16"}
BAD, SOCIAL = "127.66.0.1", "127.67.0.1"  # addresses in them

THEME = """
name = "suicide"
title = "Suicide"
family = "self-harm"
four_cs = "content"
most = "urgent"
[[phrase]]
says = "Says that they do not want to live."
any = ["do not want to be here any more"]
weight = 50
[[phrase]]
says = "Says goodbye."
any = ["goodbye to all of you"]
weight = 50
[[phrase]]
says = "Feels that nobody cares."
any = ["nobody will miss me"]
weight = 50
"""


def rules(**listed: str) -> RuleSet:
    """The rules of the tests; `listed` are networks to list in place of some."""
    listings = [Listing(category, "test list") for category in (*LISTED, *LISTED_NETWORKS)]
    keyed = sorted(
        (key_of(host), number) for number, hosts in enumerate(LISTED.values()) for host in hosts
    )
    domains = DomainIndex(ListingMap.of(compile_map(lambda: keyed), listings))
    addresses = UrlIndex(ListingMap.of(compile_map(list), []))
    theme, problems = parse_theme(THEME, "test theme")
    assert not problems
    networks = [
        (network_index.key_of(network), number)
        for number, network in enumerate((LISTED_NETWORKS | listed).values(), len(LISTED))
    ]
    categories = {name: Category(name, name.title(), "") for name in (*LISTED, *LISTED_NETWORKS)}
    return RuleSet(
        "test",
        categories,
        domains,
        addresses,
        lambda: Detector([theme]),
        NetworkIndex(ListingMap.of(compile_map(lambda: networks), listings)),
    )


def engine(settings: Settings, group: str = "secondary") -> Engine:
    roster = Roster(networks=[Network(cidr="127.0.0.0/8", group=group)])
    snapshot = Snapshot(Stamp("test", 0), rules(), Overlay([]), shipped_policy(), roster)
    return FixedEngine(settings, snapshot)


class FixedEngine(Engine):
    """The real engine, with a snapshot that is not loaded anew."""

    @override
    def refresh(self) -> bool:
        return False


@dataclass
class Notebook:
    """Stands where the recorder does, and keeps what it is given in a list."""

    kept: list[tuple[Subject, Target, Verdict]] = field(default_factory=list)
    visits: list[tuple[str, str, bool]] = field(default_factory=list)
    fails: bool = False
    requests: list[tuple[str, str, str]] = field(default_factory=list)

    def record(self, subject: Subject, target: Target, verdict: Verdict, _now: datetime) -> str:
        if self.fails:
            raise OSError("the disk is full")
        self.kept.append((subject, target, verdict))
        return "K7-REF"

    def visited(
        self, subject: Subject, target: Target, verdict: Verdict, policy: Policy, _now: datetime
    ) -> None:
        if is_logged(subject, target, verdict, policy):
            self.visits.append((target.host, path_of(target, verdict), verdict.blocked))

    def asked(
        self, subject: Subject, target: Target, verdict: Verdict, reason: str, _now: datetime
    ) -> None:
        if self.fails:
            raise OSError("the disk is full")
        self.requests.append((subject.key, target.url, reason))
        del verdict

    def nearly(self, subject: Subject, verdict: Verdict, _now: datetime) -> None: ...

    def flush(self, _now: datetime) -> None: ...


class TestAuthority:
    """The authority that the sites' certificates come from, in place of the public ones."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test origin CA")])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        own = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
        )
        ski = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self.pem = folder / "origin-ca.pem"
        certificate = own.add_extension(ski, critical=False).sign(self._key, hashes.SHA256())
        self.pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=2))
        )

    def context_for(self, *hosts: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        leaf = self._builder(name, key).add_extension(names, critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        leaf = leaf.add_extension(issuer, critical=False)
        pem = self.folder / f"{hosts[0]}.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


@dataclass(frozen=True)
class Page:
    """What a site answers."""

    body: bytes = b"<html><title>Hello</title><body>Welcome to our site.</body></html>"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/html"})
    status: int = 200
    chunked: bool = False


class Site:
    """A web server on loopback that counts connections and remembers requests."""

    def __init__(self, pages: Mapping[str, Page], context: ssl.SSLContext | None) -> None:
        self.connections = 0
        self.requests: list[tuple[str, str, bytes]] = []
        self.headers: list[Mapping[str, str]] = []
        self.pages = dict(pages)
        self.context = context
        self._server = _Server(self)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: Site) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), _Handler)

    @override
    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.site.connections += 1
        return connection, address

    @override
    def finish_request(self, request: Any, client_address: Any) -> None:
        with suppress(OSError):  # the client went away, or does not trust us
            if self.site.context is None:
                super().finish_request(request, client_address)
                return
            with self.site.context.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    @override
    def log_message(self, format: str, *args: object) -> None: ...

    def do_GET(self) -> None:
        site = self.server.site
        site.requests.append((self.command, self.path, self._body()))
        site.headers.append(dict(self.headers.items()))
        page = site.pages.get(self.path.partition("?")[0], Page())
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        length = "transfer-encoding" if page.chunked else "content-length"
        self.send_header(length, "chunked" if page.chunked else str(len(page.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(in_chunks(page.body) if page.chunked else page.body)

    def do_POST(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b""
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length + 2)[:-2]
        self.rfile.readline()
        return body


def in_chunks(body: bytes, size: int = 16384) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


class Proxy:
    """A worker of the real proxy, in a thread of its own."""

    def __init__(
        self,
        settings: Settings,
        judge: Engine,
        notebook: Notebook,
        lookup: Lookup = lambda _host: ["127.0.0.1"],
        patience: float = 0.2,
    ) -> None:
        self.patience = patience
        now = datetime.now(UTC)
        self.authority = certificates.ensure(settings.data, settings.school.name, now)
        self.notebook = notebook
        self.engine = judge
        trusted = certificates.trust_bundle(settings.data, settings.proxy.upstream_ca)
        self._listener = shared_port("127.0.0.1", 0)
        self.port = int(self._listener.getsockname()[1])
        store = open_store(self.authority.folder)
        tls = tls_context(settings.proxy_auth)
        self._secure = shared_port("127.0.0.1", 0) if tls else None
        self.secure_port = int(self._secure.getsockname()[1]) if self._secure else 0
        listeners = [self._listener]
        self._inheritance = Inheritance(
            settings, judge, store, trusted, listeners, tls=tls, key=b"of the tests"
        )
        self._dialler = Dialler(Destinations.of(settings), lookup)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: FilterLoop(self._dialler)) as runner:
            runner.run(self._serve())

    @property
    def bearing(self) -> Bearing:
        return self.addon(Bearing)

    def addon[Addon](self, kind: type[Addon]) -> Addon:
        """The worker's own, found where it keeps it."""
        chain = cast("Any", ctx.master).addons.chain
        return next(one for one in chain if isinstance(one, kind))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._loop.call_soon(self._ready.set)
        recorder: Any = self.notebook
        await serve(
            self._inheritance,
            self._listener,
            recorder,
            self._stopping,
            self._dialler,
            patience=self.patience,
            secure=self._secure,
        )

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def ended(self, seconds: float) -> None:
        """Wait until the worker has ended by itself."""
        self._thread.join(seconds)
        assert not self._thread.is_alive()

    @contextmanager
    def https(
        self,
        host: str,
        port: int,
        sni: str | None = None,
        trusting: ssl.SSLContext | None = None,
    ) -> Iterator[http.client.HTTPConnection]:
        """A client that trusts the school's authority, and goes through CONNECT."""
        context = trusting or ssl.create_default_context(cafile=str(self.authority.certificate))
        connection = _Tunnelled(self.port, (host, port), sni or host, context)
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def http(self) -> Iterator[http.client.HTTPConnection]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            yield connection
        finally:
            connection.close()


class _Tunnelled(http.client.HTTPConnection):
    """TLS through CONNECT; the TLS hello may name another host than the CONNECT."""

    def __init__(
        self, proxy_port: int, target: tuple[str, int], sni: str, context: ssl.SSLContext
    ) -> None:
        super().__init__("127.0.0.1", proxy_port, timeout=10)
        self.set_tunnel(*target)
        self._sni = sni
        self._context = context

    @override
    def connect(self) -> None:
        super().connect()
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self._sni)


def settings_for(
    data: Path,
    upstream_ca: Path,
    sections: Mapping[str, Mapping[str, object]] | None = None,
    **proxy: object,
) -> Settings:
    return Settings.model_validate(
        {
            "data": data,
            "school": {"name": "Oak Tree School"},
            "proxy": {"upstream_ca": upstream_ca, "allow_networks": ["127.0.0.0/8"], **proxy},
            **(sections or {}),
        }
    )


HOSTS = (
    "school.test",
    "bets.test",
    "bank.test",
    "help.test",
    "www.google.com",
    "sealed.test",
    "bypass.test",
)
WORDS = "I do not want to be here any more. Goodbye to all of you. Nobody will miss me."
WORRYING = WORDS.replace("here", "<b>here</b>").join(("<html><p>", "</p></html>")).encode()
# The words of a machine's answer, a bit at a time, after a long one that harms nobody.
BITS = [WORDS[start : start + 7] for start in range(0, len(WORDS), 7)]
EVENTS = b"".join(
    b"data: %s\n\n" % json.dumps({"choices": [{"delta": {"content": bit}}]}).encode()
    for bit in ("a calm word " * 20,) * 70 + tuple(BITS)
)
HTML = {"content-type": "text/html; charset=utf-8"}
LIMIT = 64 * 1024
PAGES = {
    "/worrying": Page(WORRYING, HTML),
    "/worrying.gz": Page(gzip.compress(WORRYING), HTML | {"content-encoding": "gzip"}),
    "/worrying.br": Page(brotli.compress(WORRYING), HTML | {"content-encoding": "br"}),
    "/worrying.zz": Page(zlib.compress(WORRYING)[2:-4], HTML | {"content-encoding": "deflate"}),
    "/worrying.utf16": Page(WORRYING.decode().encode("utf-16"), {"content-type": "text/html"}),
    "/worrying.txt": Page(WORDS.encode(), {"content-type": "text/plain"}),
    "/worrying.chunked": Page(WORRYING, HTML, chunked=True),
    "/worrying.json": Page(
        json.dumps({"a": ["b", {"text": WORDS}]}).encode(), {"content-type": "application/json"}
    ),
    "/worrying.rss": Page(
        f"<rss><item><title>{WORDS}</title></item></rss>".encode(),
        {"content-type": "application/rss+xml"},
    ),
    "/worrying.svg": Page(
        f"<svg><text>{WORDS}</text></svg>".encode(), {"content-type": "image/svg+xml"}
    ),
    "/worrying.events": Page(EVENTS, {"content-type": "text/event-stream"}, chunked=True),
    "/worrying.events.gz": Page(
        gzip.compress(EVENTS),
        {"content-type": "text/event-stream", "content-encoding": "gzip"},
        chunked=True,
    ),
    "/worrying.js": Page(WORDS.encode(), {"content-type": "text/javascript"}),
    "/untyped": Page(WORRYING, {}),
    "/unknown": Page(b"\x00\x01", HTML | {"content-encoding": "rot13"}),
    "/broken": Page(b"not gzip", HTML | {"content-encoding": "gzip"}),
    "/bomb": Page(gzip.compress(bytes(50_000_000)), HTML | {"content-encoding": "gzip"}),
    "/long": Page(b"<p>harmless</p>" * 20_000, HTML),
    "/long.chunked": Page(b"<p>harmless</p>" * 20_000, HTML, chunked=True),
    "/long.worrying": Page(WORRYING + bytes(LIMIT * 3), HTML),
    "/long.worrying.chunked": Page(WORRYING + bytes(LIMIT * 3), HTML, chunked=True),
    "/download": Page(bytes(3_000_000), {"content-type": "application/octet-stream"}),
    "/quic": Page(b"ok", {"content-type": "image/png", "alt-svc": 'h3=":443"'}),
    "/empty": Page(b"", {}, status=204),
}


def ask(
    proxy: Proxy,
    host: str,
    port: int,
    path: str = "/",
    headers: dict[str, str] | None = None,
    method: str = "GET",
) -> tuple[int, bytes, http.client.HTTPMessage]:
    with proxy.https(host, port) as client:
        client.request(method, path, headers=headers or {})
        answer = client.getresponse()
        return answer.status, answer.read(), answer.headers


def post(client: http.client.HTTPConnection, body: bytes) -> int:
    client.request("POST", "/", body=body)
    return client.getresponse().status


def raw(proxy: Proxy, sent: bytes) -> bytes:
    """All that comes back for bytes that no proper client would send, until the proxy hangs up."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        client.sendall(sent)
        got = b""
        while part := client.recv(65536):
            got += part
        return got


type Start = Callable[..., Proxy]
