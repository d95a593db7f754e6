"""Questions and answers as test words: built and read by dnslib, which the hot path does not use."""

import asyncio
import socket
from collections.abc import Coroutine
from typing import Any

from dnslib import EDNS0, QTYPE, RCODE, DNSRecord

from dns_filter.wire import Question, read_question


def packet(
    name: str,
    qtype: str = "A",
    *,
    edns: bool = False,
    size: int = 1232,
    flags: str = "",
    ident: int = 7,
) -> bytes:
    record = DNSRecord.question(name, qtype)
    record.header.id = ident
    if edns:
        record.add_ar(EDNS0(udp_len=size, flags=flags))
    return bytes(record.pack())


def question(name: str, qtype: str = "A", **more: Any) -> Question:
    read = read_question(packet(name, qtype, **more))
    assert isinstance(read, Question)
    return read


def parsed(reply: object) -> DNSRecord:
    assert isinstance(reply, bytes)
    return DNSRecord.parse(reply)


def rcode(reply: object) -> str:
    return str(RCODE[parsed(reply).header.rcode])


def content(reply: object) -> list[str]:
    """The answer section, as `TYPE content`."""
    return [f"{QTYPE[one.rtype]} {one.rdata}" for one in parsed(reply).rr]


def explained(reply: object) -> int | None:
    """The extended error's number, or None."""
    for record in parsed(reply).ar:
        if record.rtype == QTYPE.OPT:
            for option in record.rdata:
                if option.code == 15:
                    return int.from_bytes(option.data[:2])
    return None


async def ask(port: int, message: bytes, source: str = "127.0.0.1", seconds: float = 5.0) -> bytes:
    """Ask over UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.bind((source, 0))
        client.connect(("127.0.0.1", port))
        client.send(message)
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(client, 65_535)


async def ask_over_tcp(port: int, *messages: bytes) -> list[bytes]:
    """Ask all on one connection, then read as many replies."""
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for message in messages:
                writer.write(len(message).to_bytes(2) + message)
            return [
                await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
                for _ in messages
            ]
        finally:
            writer.close()
            await writer.wait_closed()


def run[T](work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
