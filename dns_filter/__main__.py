"""The role's parent: `python -m dns_filter --data DIR [--config FILE]`.

It opens the engine and the sockets, then forks workers that share both.
"""

import argparse
import socket
import sys
from functools import partial
from pathlib import Path

from dns_filter.upstreams import Upstream, this_machines_resolvers, upstreams_of
from dns_filter.worker import work
from safeguard import logs
from safeguard import settings as settings_of
from safeguard.engine import open_engine
from safeguard.problems import UnusableError
from safeguard.settings import Settings
from safeguard.workers import serve, shared_port, worker_count

BACKLOG = 256
RECEIVE_BYTES = 1 << 20

logger = logs.logger("dns_filter")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m dns_filter", description="The DNS filter.")
    parser.add_argument("--data", type=Path, help="the data folder")
    parser.add_argument("--config", type=Path, help="the settings file")
    given = parser.parse_args(arguments)
    try:
        return run(settings_of.load(given.data, given.config))
    except UnusableError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def run(settings: Settings) -> int:
    """Serve until SIGTERM."""
    dns = settings.dns
    upstreams = upstreams_of(
        dns.upstreams, this_machines_resolvers(), Upstream(dns.listen, dns.port)
    )
    if not upstreams:
        logger.warning("no resolver to ask: set dns.upstreams; allowed names cannot be answered")
    engine = open_engine(settings)
    count = worker_count(dns.workers)
    listeners = [_listeners(dns.listen, dns.port) for _ in range(count)]
    serving = partial(_work, settings=settings, engine=engine, upstreams=upstreams)
    return serve("dns", count, lambda index: serving(index, listeners=listeners[index]))


_work = work


def _listeners(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    try:
        udp = shared_port(host, port, socket.SOCK_DGRAM)
        tcp = shared_port(host, port, socket.SOCK_STREAM)
    except OSError as error:
        raise UnusableError(
            f"dns.listen and dns.port: cannot listen on {host} port {port} ({error.strerror}); "
            "give another address or port, or stop what uses it"
        ) from error
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    tcp.listen(BACKLOG)
    return udp, tcp


if __name__ == "__main__":
    sys.exit(main())
