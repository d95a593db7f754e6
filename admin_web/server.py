"""Run the site by gunicorn: one worker process of eight threads, TLS by the settings.

The parent listens before the worker has loaded the site, so the first visitor waits a
second instead of being turned away. The access log is off: addresses asked for hold what
staff searched for.
"""

import signal
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, override

from gunicorn.app.base import BaseApplication

from admin_web import secret_key
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.workers import die_with_parent

THREADS = 8
REFRESH_SECONDS = 0.25
STOP_SECONDS = 3
LONGEST_REQUEST_LINE = 8190


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is not typed
    """The site as gunicorn wants to see it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    @override
    def load_config(self) -> None:
        for name, value in options(self.settings).items():
            self.cfg.set(name, value)

    @override
    def load(self) -> Any:
        """Load the site, in the worker: what it needs is opened after the fork."""
        try:
            return load_site(self.settings)
        except UnusableError as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(4)  # gunicorn: the site cannot be loaded, do not try again


def options(settings: Settings) -> dict[str, Any]:
    admin = settings.admin
    host = f"[{admin.listen}]" if ":" in admin.listen else admin.listen
    return {
        "bind": f"{host}:{admin.port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": THREADS,
        "graceful_timeout": STOP_SECONDS,
        "timeout": 60,
        "keepalive": 5,
        "loglevel": "warning",
        "accesslog": None,
        "control_socket_disable": True,
        "limit_request_line": LONGEST_REQUEST_LINE,
        "certfile": str(admin.cert) if admin.cert else None,
        "keyfile": str(admin.key) if admin.key else None,
        "ssl_context": modern_tls,
        "post_fork": lambda _arbiter, worker: die_with_parent(signal.SIGTERM, worker.ppid),
    }


def modern_tls(_config: object, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def load_site(settings: Settings) -> Any:
    """Open what the site shows, and keep its rules as fresh as the proxy's."""
    from admin_web.app import create_app  # noqa: PLC0415  the parent listens at once without it
    from safeguard.engine import Engine, open_engine  # noqa: PLC0415  likewise
    from safeguard.store.session import open_store  # noqa: PLC0415  likewise

    engine = open_engine(settings)
    store = open_store(settings)

    def keep_fresh(engine: Engine, pause: threading.Event) -> None:
        while not pause.wait(REFRESH_SECONDS):
            engine.refresh()

    threading.Thread(
        target=keep_fresh, args=(engine, threading.Event()), name="refresh", daemon=True
    ).start()
    return create_app(settings, engine, store, store.vault)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status."""
    secret_key.load_or_create(settings.data)
    check_tls(settings)
    try:
        Server(settings).run()
    except SystemExit as stop:
        return 0 if stop.code in (0, None) else 2
    return 0


def check_tls(settings: Settings) -> None:
    """Refuse a certificate and key that cannot serve, before anything listens."""
    admin = settings.admin
    if admin.cert is None or admin.key is None:
        return
    for path in (admin.cert, admin.key):
        _readable(path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(admin.cert, admin.key)
    except ssl.SSLError as error:
        raise UnusableError(
            f"The certificate {admin.cert} and the key {admin.key} do not go together, or are "
            "no PEM files. Set admin.cert and admin.key to a certificate and its own key."
        ) from error


def _readable(path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise UnusableError(f"{path} cannot be read ({error.strerror}).") from error
