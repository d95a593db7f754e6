"""mitmproxy's handler of one client connection: it dials what was cleared; two faults are mended.

It swallows a whole download where an HTTP/2 client has stopped reading: servers wait here. And
it can end without closing the client's socket, which then hangs: it is closed here.
"""

import asyncio
from typing import override

from mitmproxy.proxy import commands, mode_servers

from proxy_addons.loop import CLEARED
from proxy_addons.visits import Visits

HIGH_WATER = 2 * 1024 * 1024  # bytes that an HTTP/2 client has not taken
LOOK_AGAIN_SECONDS = 0.02


class FilterHandler(mode_servers.ProxyConnectionHandler):
    """One client connection, and the server connections that serve it."""

    visits: Visits | None = None

    @override
    async def handle_client(self) -> None:
        try:
            await super().handle_client()
        finally:
            for transport in self.transports.values():
                if transport.writer is not None:
                    transport.writer.close()

    @override
    async def open_connection(self, command: commands.OpenConnection) -> None:
        """Dial only what a gate has cleared for this client."""
        visit = self.visits.find(self.client) if self.visits else None
        CLEARED.set(visit.cleared() if visit else {})
        await super().open_connection(command)

    @override
    async def drain_writers(self) -> None:
        """Stop reading from servers while the client does not take what it was sent."""
        await super().drain_writers()  # type: ignore[no-untyped-call]  # mitmproxy's
        if self.client.alpn != b"h2":
            return
        client = self.transports.get(self.client)
        if client is None or asyncio.current_task() is client.handler:
            return  # the client's own reader never waits: window updates come through it
        while self.client in self.transports and self._not_taken() > HIGH_WATER:  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    def _not_taken(self) -> int:
        visit = self.visits.find(self.client) if self.visits else None
        connection = visit.http.connections.get(self.client) if visit and visit.http else None
        queues = getattr(getattr(connection, "h2_conn", None), "stream_buffers", {})
        return sum(len(part.data) for queue in queues.values() for part in queue)


def use_our_handler(visits: Visits) -> None:
    """Make mitmproxy use it: it looks the name up for each connection, and asks nobody."""
    FilterHandler.visits = visits
    mode_servers.ProxyConnectionHandler = FilterHandler  # type: ignore[misc]  # a class of theirs is replaced
