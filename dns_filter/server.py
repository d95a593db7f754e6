"""The listeners: UDP datagrams in batches, and TCP connections, each within bounds."""

import asyncio
import socket
from collections.abc import Coroutine

from dns_filter.chain import Query, at_once, from_upstream, ready
from dns_filter.desk import Desk

BATCH = 64  # datagrams read before anyone else has a turn
LONGEST_DATAGRAM = 4096  # a question is far shorter
MOST_WAITING = 4096  # queries that wait for upstream; clients ask again
MOST_CONNECTIONS = 256
MOST_FROM_ONE = 32
MOST_AT_ONCE = 16  # questions of one connection that are answered at the same time
IDLE_SECONDS = 10.0
WRITE_SECONDS = 5.0


class Server:
    """Answers on one UDP and one TCP socket, with one desk."""

    def __init__(self, desk: Desk, udp: socket.socket, tcp: socket.socket) -> None:
        self._desk = desk
        self._udp = udp
        self._tcp = tcp
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: dict[asyncio.StreamWriter, str] = {}
        self._listener: asyncio.Server | None = None
        self._unsent = 0

    async def start(self) -> None:
        asyncio.get_running_loop().add_reader(self._udp.fileno(), self._hear)
        self._listener = await asyncio.start_server(self._serve, sock=self._tcp)

    async def stop(self, seconds: float = 1.0) -> None:
        """Take no more; finish what is under way, if it does not take long."""
        asyncio.get_running_loop().remove_reader(self._udp.fileno())
        if self._listener:
            self._listener.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        for writer in tuple(self._connections):
            writer.close()

    def _hear(self) -> None:
        """Answer the datagrams that wait. No error of one of them may end the listening."""
        for _ in range(BATCH):
            try:
                packet, sender = self._udp.recvfrom(LONGEST_DATAGRAM)
            except OSError:  # nothing more to read, or an earlier reply could not be delivered
                return
            try:
                self._answer(packet, sender)
            except Exception as error:  # noqa: BLE001 - a query without reply is blocked; counted
                self._desk.fault("answering", error)

    def _answer(self, packet: bytes, sender: tuple[str, int]) -> None:
        reply = ready(self._desk, packet, sender[0]) or at_once(
            self._desk, packet, sender[0], over_udp=True
        )
        if isinstance(reply, bytes):
            self._send(reply, sender)
        elif reply is not None and len(self._tasks) < MOST_WAITING:
            self._begin(self._send_later(reply, sender))

    async def _send_later(self, query: Query, sender: tuple[str, int]) -> None:
        self._send(await from_upstream(self._desk, query), sender)

    def _send(self, reply: bytes, sender: tuple[str, int]) -> None:
        try:
            self._udp.sendto(reply, sender)
        except OSError:  # a full buffer, or a client that is gone: it asks again
            self._unsent += 1

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        address = peer[0] if peer else ""
        if not address or not self._has_room(address):
            writer.close()
            return
        self._connections[writer] = address
        try:
            await self._converse(reader, writer, address)
        except* (OSError, EOFError, TimeoutError):
            pass  # gone, silent or slow: nothing is owed
        except* Exception as errors:  # noqa: BLE001 - ends this connection alone, and is counted
            self._desk.fault("serving TCP", errors.exceptions[0])
        finally:
            del self._connections[writer]
            writer.close()

    def _has_room(self, address: str) -> bool:
        here = tuple(self._connections.values())
        return len(here) < MOST_CONNECTIONS and here.count(address) < MOST_FROM_ONE

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str
    ) -> None:
        places = asyncio.Semaphore(MOST_AT_ONCE)
        async with asyncio.TaskGroup() as answering:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    try:
                        length = int.from_bytes(await reader.readexactly(2))
                        packet = await reader.readexactly(length)
                    except EOFError:
                        return
                    await places.acquire()
                reply = at_once(self._desk, packet, address, over_udp=False)
                if reply is None:
                    return
                task = answering.create_task(self._write(writer, reply))
                task.add_done_callback(lambda _: places.release())

    async def _write(self, writer: asyncio.StreamWriter, reply: bytes | Query) -> None:
        if isinstance(reply, Query):
            reply = await from_upstream(self._desk, reply)
        writer.write(len(reply).to_bytes(2) + reply)
        async with asyncio.timeout(WRITE_SECONDS):
            await writer.drain()
