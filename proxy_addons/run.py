"""The proxy's parent: makes everything ready that workers share, then forks them."""

import os
import secrets
import socket
from datetime import UTC, datetime
from functools import partial

from proxy_addons import logs
from proxy_addons.descriptors import raise_limit
from proxy_addons.leaf_certificates import open_store
from proxy_addons.worker import BACKLOG, Inheritance, work
from safeguard import certificates
from safeguard.engine import open_engine
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.signing_in import open_sign_in, tls_context
from safeguard.workers import serve, shared_port, worker_count

AFTER_DRAIN = 2.0  # seconds for what a worker writes last
LEAKS = ("SSLKEYLOGFILE", "MITMPROXY_SSLKEYLOGFILE")  # would write every TLS secret to a file


def run(settings: Settings) -> int:
    """Serve until SIGTERM; UnusableError where something must be mended first."""
    for name in LEAKS:
        os.environ.pop(name, None)
    logs.configure()
    descriptors = raise_limit()
    if sign_in := open_sign_in(settings):  # each worker has its own: this one shows it can be had
        sign_in.close()
    authority = certificates.ensure(settings.data, settings.school.name, datetime.now(UTC))
    trusted = certificates.trust_bundle(settings.data, settings.proxy.upstream_ca)
    workers = worker_count(settings.proxy.workers)
    engine = open_engine(settings, reads_text=True)
    tls, tls_port = tls_context(settings.proxy_auth), settings.proxy_auth.tls_port
    # Not before all is loaded: who can connect is served at once.
    listeners = listen(settings.proxy.listen, settings.proxy.port, workers)
    secure = listen(settings.proxy.listen, tls_port, workers) if tls_port else ()
    store = open_store(authority.folder)
    key = secrets.token_bytes(32)
    inheritance = Inheritance(
        settings, engine, store, trusted, listeners, secure, tls, key, workers, descriptors
    )
    patience = settings.limits.drain_seconds + AFTER_DRAIN
    return serve("proxy", workers, partial(work, inheritance), patience)


def listen(host: str, port: int, workers: int) -> list[socket.socket]:
    """Listeners on one port, one a worker; refused where somebody else has the port."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:  # two of us could share the port, and never know
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
        listeners = [shared_port(host, port) for _ in range(workers)]
    except OSError as error:
        raise UnusableError(
            f"the proxy cannot listen on {host} port {port} ({error.strerror}). "
            "Choose another with the settings proxy.listen and proxy.port, or stop what uses it"
        ) from error
    for listener in listeners:
        listener.listen(BACKLOG)
    return listeners
