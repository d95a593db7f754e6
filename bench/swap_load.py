"""What bench/swap.py needs around the filter: a resolver, a site, and clients that time answers."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import override

from tests.proxy_addons.world import TestAuthority

BODY = b"<html><title>Rivers</title><p>" + b"How rivers shape the land. " * 60 + b"</p></html>"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n"
REPLY = HEAD % len(BODY) + BODY
TIMEOUT = 2.0
SOCKETS = 8  # each has a source port of its own, so all workers are met


@dataclass
class Timed:
    """When each answer came (monotonic), how long it took, and how many did not come."""

    at: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    failed: int = 0

    def and_also(self, other: "Timed") -> "Timed":
        return Timed(self.at + other.at, self.took + other.took, self.failed + other.failed)

    def add(self, began: float) -> None:
        now = time.monotonic()
        self.at.append(now)
        self.took.append(now - began)


def world(authority: TestAuthority, hosts: Sequence[str], ports: Connection) -> None:
    """Be the internet: every name is at 127.0.0.1, and there is one page. Runs for ever."""
    context = authority.context_for(*hosts)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        resolver, _ = await loop.create_datagram_endpoint(_Resolver, local_addr=("127.0.0.1", 0))
        site = await asyncio.start_server(_site, "127.0.0.1", 0, ssl=context)
        plain = await asyncio.start_server(_site, "127.0.0.1", 0)
        here = [one.sockets[0].getsockname()[1] for one in (site, plain)]
        ports.send((resolver.get_extra_info("sockname")[1], *here))
        await asyncio.Event().wait()

    asyncio.run(run())


class _Resolver(asyncio.DatagramProtocol):
    """Answers every A question with 127.0.0.1, and every other with nothing."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    @override
    def datagram_received(self, packet: bytes, sender: tuple[str, int]) -> None:
        end = packet.index(b"\0", 12) + 5
        is_a = packet[end - 4 : end - 2] == b"\0\1"
        answer = b"\xc0\x0c\0\1\0\1" + struct.pack("!IH", 3600, 4) + bytes((127, 0, 0, 1))
        head = packet[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + bytes(4)
        reply = head + packet[12:end] + (answer if is_a else b"")
        self.transport.sendto(reply, sender)  # type: ignore[attr-defined]  # a datagram transport


async def _site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(REPLY)
            await writer.drain()
    except (OSError, EOFError):
        pass
    finally:
        writer.close()


def question(name: str, ident: int) -> bytes:
    labels = b"".join(bytes((len(one),)) + one.encode() for one in name.split("."))
    return struct.pack("!6H", ident, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


def dns_sockets(port: int) -> list[socket.socket]:
    made = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SOCKETS)]
    for one in made:
        one.settimeout(TIMEOUT)
        one.connect(("127.0.0.1", port))
    return made


def ask(client: socket.socket, packet: bytes) -> bytes:
    """Ask over UDP; a late answer to an earlier question is passed over."""
    client.send(packet)
    while (reply := client.recv(4096))[:2] != packet[:2]:
        pass
    return reply


def dns_load(port: int, names: Sequence[str], rate: float, until: float) -> Timed:
    """Ask again and again, so often a second (0: as soon as the last was answered)."""
    clients, timed = dns_sockets(port), Timed()
    packets = [question(name, number) for number, name in enumerate(names)]
    for number in _paced(rate, until):
        began = time.monotonic()
        try:
            ask(clients[number % SOCKETS], packets[number % len(packets)])
        except OSError:
            timed.failed += 1
        else:
            timed.add(began)
    return timed


def _paced(rate: float, until: float) -> Iterator[int]:
    began, number = time.monotonic(), 0
    while (now := time.monotonic()) < until:
        due = began + number / rate if rate else now
        if due > now:
            time.sleep(due - now)
        yield number
        number += 1


@dataclass(frozen=True)
class Proxied:
    """How the site is reached: through this proxy, at this port, trusting this authority."""

    proxy: int
    site: int
    authority: str


def https_load(to: Proxied, hosts: Sequence[str], rate: float, until: float) -> Timed:
    """Fetch the page on one kept connection for each host; `rate` is of all together."""
    timed = Timed()

    async def run() -> None:
        fetching = (_fetch(to, host, rate / len(hosts), until, timed) for host in hosts)
        await asyncio.gather(*fetching)

    asyncio.run(run())
    return timed


async def _fetch(to: Proxied, host: str, rate: float, until: float, timed: Timed) -> None:
    context = ssl.create_default_context(cafile=to.authority)
    reader, writer = await asyncio.open_connection("127.0.0.1", to.proxy)
    writer.write(f"CONNECT {host}:{to.site} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(context, server_hostname=host)
    due = time.monotonic()
    while time.monotonic() < until:
        due += 1 / rate if rate else 0.0
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        began = time.monotonic()
        async with asyncio.timeout(TIMEOUT):
            writer.write(f"GET / HTTP/1.1\r\nHost: {host}:{to.site}\r\n\r\n".encode())
            if await _answer(reader) == BODY:
                timed.add(began)
            else:
                timed.failed += 1
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    return body if head.startswith(b"http/1.1 200") else head


def in_process(results: Connection, load: Callable[..., Timed], *given: object) -> None:
    results.send(load(*given))
