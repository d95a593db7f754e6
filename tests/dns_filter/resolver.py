"""A small resolver for tests, on loopback: real UDP and TCP, real DNS, told how to misbehave."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast, override

from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, SOA, A, DNSRecord

type Zone = dict[tuple[str, str], list[RR]]


def default_records(name: str, qtype: str) -> list[RR]:
    match qtype:
        case "A":
            return [RR(name, QTYPE.A, ttl=300, rdata=A("192.0.2.10"))]
        case "AAAA":
            return [RR(name, QTYPE.AAAA, ttl=300, rdata=AAAA("2001:db8::10"))]
        case _:
            return []


def alias(name: str, target: str, ttl: int = 300) -> list[RR]:
    return [
        RR(name, QTYPE.CNAME, ttl=ttl, rdata=CNAME(target)),
        RR(target, QTYPE.A, ttl=ttl, rdata=A("192.0.2.20")),
    ]


@dataclass
class Resolver:
    """Answers every name from `zone`, else with its default; counts what it was asked."""

    zone: Zone = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    silent: bool = False
    cut: bool = False
    rcode: int = 0
    delay: float = 0.0
    forge: Callable[[bytes], bytes] = bytes
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    over_tcp: int = 0
    received: list[bytes] = field(default_factory=list)
    ports: set[int] = field(default_factory=set)
    port: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(20):  # the port must be free for both
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), local_addr=("127.0.0.1", port)
            )
            self.port = self._udp.get_extra_info("sockname")[1]
            try:
                self._tcp = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            except OSError:
                self._udp.close()
                continue
            return
        raise OSError("no port that is free for UDP and TCP")

    def pause(self) -> None:
        """Listen no longer."""
        self._udp.close()
        self._tcp.close()

    async def stop(self) -> None:
        self.pause()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"udp://127.0.0.1:{self.port}"

    def count(self, name: str) -> int:
        return sum(n for (asked, _), n in self.asked.items() if asked == name)

    def answer(self, packet: bytes, *, over_udp: bool) -> bytes:
        query = DNSRecord.parse(packet)
        name, qtype = str(query.q.qname).rstrip(".").lower(), str(QTYPE[query.q.qtype])
        self.asked[name, qtype] += 1
        self.received.append(packet)
        reply = query.reply()
        reply.header.rcode = self.rcode
        found = self.zone.get((name, qtype))
        if name in self.missing:
            reply.header.rcode = RCODE.NXDOMAIN
        elif not self.rcode:
            reply.add_answer(*(default_records(name, qtype) if found is None else found))
        if not reply.rr:
            soa = SOA("ns.test", "hostmaster.test", (1, 2, 3, 4, 60))
            reply.add_auth(RR("test", QTYPE.SOA, ttl=120, rdata=soa))
        if self.cut and over_udp:
            reply.header.tc, reply.rr, reply.auth = 1, [], []
        return self.forge(bytes(reply.pack()))

    def begin(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(2))
                packet = await reader.readexactly(length)
                self.over_tcp += 1
                if self.silent:
                    continue
                reply = self.answer(packet, over_udp=False)
                writer.write(len(reply).to_bytes(2) + reply)
                await writer.drain()
        except (EOFError, OSError):
            pass
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)  # uvloop's is no subclass

    @override
    def datagram_received(self, packet: bytes, sender: tuple[str, int]) -> None:
        self.resolver.ports.add(sender[1])
        self.resolver.heard.set()
        if not self.resolver.silent:
            self.resolver.begin(self._reply(packet, sender))

    async def _reply(self, packet: bytes, sender: tuple[str, int]) -> None:
        await asyncio.sleep(self.resolver.delay)
        self.transport.sendto(self.resolver.answer(packet, over_udp=True), sender)
